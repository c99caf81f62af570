package org.virtnft.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What nft lists, without what differs between two tables that do the same: handles, the counters of rules, the order of elements and
 * of counter objects. What those have counted stays.
 */
public final class TableText {

    private static final Pattern ELEMENTS = Pattern.compile("elements = \\{([^}]*)\\}");

    private static final Pattern RANGE_CHAIN = Pattern.compile("\\n\tchain (masq-\\d+-\\d+) \\{\n(\t\t.*\n)*\t\\}\n");

    private static final Pattern COUNTER = Pattern.compile("\tcounter \\S+ \\{\n(\t\t.*\n)*\t\\}\n\n?");

    private TableText() {}

    public static String normalised(String listing) {
        String text = listing.replaceAll(" # handle \\d+", "")
                .replaceAll("counter packets \\d+ bytes \\d+", "counter packets 0 bytes 0")
                .replaceAll(" expires [0-9a-z]+", "");
        text = ELEMENTS.matcher(text).replaceAll(found -> Matcher.quoteReplacement(sorted(found.group(1))));
        return countersSorted(text);
    }

    private static String countersSorted(String listing) {
        List<String> counters = new ArrayList<>();
        String rest = COUNTER.matcher(listing).replaceAll(found -> {
            counters.add(found.group());
            return "";
        });
        counters.sort(null);
        int head = rest.indexOf('\n') + 1;
        return rest.substring(0, head) + String.join("", counters) + rest.substring(head);
    }

    /**
     * A listing without the chains of masquerade port ranges that no element goes to: the kernel may refuse to remove them with
     * the element, so they stay until the table is made anew, and are no difference.
     */
    public static String withoutUnusedChains(String listing) {
        return RANGE_CHAIN
                .matcher(listing)
                .replaceAll(found ->
                        listing.contains("goto " + found.group(1)) ? Matcher.quoteReplacement(found.group()) : "");
    }

    private static String sorted(String elements) {
        List<String> each = new ArrayList<>(
                Arrays.stream(elements.split(",")).map(String::strip).toList());
        each.sort(null);
        return "elements = { " + String.join(", ", each) + " }";
    }
}
