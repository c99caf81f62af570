package org.virtnft.ruleset;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.Family;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.Subnet;

/**
 * Reads what nft lists between the braces of a set or map, in the spellings of all its releases, whoever put it there: what is none of
 * ours becomes {@link Part.Other}.
 */
public final class EntryReader {

    /** How long " . " and " : " are. */
    private static final int SEPARATOR = 3;

    private EntryReader() {}

    /** An entry as it was listed. */
    public static Entry read(String text) {
        int colon = end(text, 0, ':');
        return colon == text.length()
                ? read(text, "")
                : read(text.substring(0, colon), text.substring(colon + SEPARATOR));
    }

    /** The same of one whose key and data are apart; "" is the data of a set's. */
    public static Entry read(String key, String data) {
        List<String> fields = fields(key);
        String last = fields.get(fields.size() - 1);
        int end = endOfPart(last);
        fields.set(fields.size() - 1, last.substring(0, end));
        return new Entry(
                fields.stream().map(EntryReader::ofKey).toList(),
                data.isEmpty()
                        ? List.of()
                        : fields(data).stream().map(EntryReader::ofData).toList(),
                last.substring(end));
    }

    // ---- Into fields ----------------------------------------------------------------------------------------------

    private static List<String> fields(String text) {
        List<String> fields = new ArrayList<>();
        int start = 0;
        while (start <= text.length()) {
            int end = end(text, start, '.');
            fields.add(text.substring(start, end).trim());
            start = end + SEPARATOR;
        }
        return fields;
    }

    /** Where the next separator outside quotes begins. */
    private static int end(String text, int start, char separator) {
        boolean quoted = false;
        for (int i = start; i + 2 < text.length(); i++) {
            char c = text.charAt(i);
            quoted ^= c == '"';
            if (!quoted && c == ' ' && text.charAt(i + 1) == separator && text.charAt(i + 2) == ' ') {
                return i;
            }
        }
        return text.length();
    }

    /** Behind a key's last part may stand a comment, a timeout, and what else there is. */
    private static int endOfPart(String field) {
        int end = field.startsWith("\"") ? field.indexOf('"', 1) + 1 : field.indexOf(' ');
        return end > 0 ? end : field.length();
    }

    // ---- Fields into parts ----------------------------------------------------------------------------------------

    private static Part ofKey(String field) {
        if (isQuoted(field)) {
            Optional<InterfaceName> name = InterfaceName.of(field.substring(1, field.length() - 1));
            return name.isPresent() ? new Part.Interface(name.get()) : new Part.Other(field);
        }
        return switch (field) {
            case "ipv4" -> new Part.Protocol(Family.IPV4);
            case "ipv6" -> new Part.Protocol(Family.IPV6);
            default -> numbers(field);
        };
    }

    private static Part ofData(String field) {
        if (isQuoted(field)) {
            return new Part.CounterName(field.substring(1, field.length() - 1));
        }
        for (Part.Verdict.Way way : Part.Verdict.Way.values()) {
            if (field.startsWith(way.word())) {
                return new Part.Verdict(way, field.substring(way.word().length()));
            }
        }
        return numbers(field);
    }

    private static boolean isQuoted(String field) {
        return field.length() > 1 && field.startsWith("\"") && field.endsWith("\"");
    }

    private static Part numbers(String field) {
        boolean addresses = field.indexOf('.') > 0 || field.indexOf(':') >= 0;
        try {
            return addresses ? new Part.Addresses(addressRange(field), field) : new Part.Ports(portRange(field), field);
        } catch (IllegalArgumentException e) {
            return new Part.Other(field);
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

    private static PortRange portRange(String text) {
        int dash = text.indexOf('-');
        String first = dash < 0 ? text : text.substring(0, dash);
        return new PortRange(Integer.parseInt(first), Integer.parseInt(text.substring(dash + 1)));
    }
}
