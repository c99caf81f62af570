package org.virtnft.doctor;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rules as {@code nft -a -t list ruleset} prints them for people: the JSON has no text, and of an ingress chain nft 1.0.6 leaves
 * out there at which devices it is.
 */
final class NftTexts {

    private static final Pattern TABLE = Pattern.compile("table (\\S+) (\\S+) \\{.*");
    private static final Pattern CHAIN = Pattern.compile("\\tchain (\\S+) \\{.*");
    private static final Pattern INGRESS = Pattern.compile("\\t\\ttype \\S+ hook ingress devices?([^;]*) priority .*");
    private static final Pattern RULE = Pattern.compile("\\t\\t(.*\\S) *# handle (\\d+)");
    /** They say nothing about what the rule does. */
    private static final Pattern COUNTERS = Pattern.compile("counter packets \\d+ bytes \\d+ ?");

    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, Set<String>> devices = new HashMap<>();

    NftTexts(String listing) {
        String table = "";
        String chain = "";
        for (String line : (Iterable<String>) listing.lines()::iterator) {
            Matcher tableLine = TABLE.matcher(line);
            Matcher chainLine = CHAIN.matcher(line);
            Matcher ingressLine = INGRESS.matcher(line);
            Matcher ruleLine = RULE.matcher(line);
            if (tableLine.matches()) {
                table = tableLine.group(1) + " " + tableLine.group(2);
                chain = "";
            } else if (chainLine.matches()) {
                chain = chainLine.group(1);
            } else if (ingressLine.matches()) {
                // device "a", devices = { a, b }
                String names = ingressLine.group(1).replaceAll("[={}\",]", " ").strip();
                devices.put(table + " " + chain, Set.of(names.split(" +")));
            } else if (ruleLine.matches()) {
                String text = COUNTERS.matcher(ruleLine.group(1)).replaceAll("");
                texts.put(table + " " + chain + " " + ruleLine.group(2), text.strip());
            }
        }
    }

    /** Of an ingress chain; empty when it is not known. */
    Set<String> devices(String family, String table, String chain) {
        return devices.getOrDefault(family + " " + table + " " + chain, Set.of());
    }

    String of(String family, String table, String chain, String handle) {
        return texts.getOrDefault(family + " " + table + " " + chain + " " + handle, "the rule with handle " + handle);
    }
}
