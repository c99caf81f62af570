package org.virtnft.ruleset;

import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.Subnet;

/**
 * One form for the many spellings of an element: nft prints a range that is a prefix as a prefix, a prefix that is one
 * address as an address, with or without its length, and differs in that between releases.
 */
public final class Canonical {

    private Canonical() {}

    /** The canonical form of an element's text, key and data. What is no address and no port stays as it is. */
    public static String of(String element) {
        StringBuilder result = new StringBuilder();
        int start = 0;
        while (start <= element.length()) {
            int end = endOfField(element, start);
            result.append(field(element.substring(start, end).trim()));
            if (end < element.length()) {
                result.append(element, end, end + 3);
            }
            start = end + 3;
        }
        return result.toString();
    }

    /** Where the next " . " or " : " outside quotes begins. */
    private static int endOfField(String element, int start) {
        boolean quoted = false;
        for (int i = start; i + 2 < element.length(); i++) {
            char c = element.charAt(i);
            quoted ^= c == '"';
            char separator = element.charAt(i + 1);
            if (!quoted && c == ' ' && (separator == '.' || separator == ':') && element.charAt(i + 2) == ' ') {
                return i;
            }
        }
        return element.length();
    }

    private static String field(String text) {
        if (text.isEmpty() || text.charAt(0) == '"') {
            return text;
        }
        boolean address = text.indexOf('.') > 0 || text.indexOf(':') >= 0;
        if (!address) {
            return text.charAt(0) >= '0' && text.charAt(0) <= '9' && text.indexOf('-') < 0 ? text + "-" + text : text;
        }
        try {
            AddressRange range = addressRange(text);
            return range.first() + "-" + range.last();
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    private static AddressRange addressRange(String text) {
        int dash = text.indexOf('-');
        if (dash >= 0) {
            return new AddressRange(Address.parse(text.substring(0, dash)), Address.parse(text.substring(dash + 1)));
        }
        int slash = text.indexOf('/');
        if (slash >= 0) {
            return Subnet.around(Address.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)))
                    .range();
        }
        Address one = Address.parse(text);
        return new AddressRange(one, one);
    }
}
