package org.virtnft.doctor;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rules as {@code nft -a -t list ruleset} prints them for people: the JSON has no text. */
final class NftTexts {

    private static final Pattern TABLE = Pattern.compile("table (\\S+) (\\S+) \\{.*");
    private static final Pattern CHAIN = Pattern.compile("\\tchain (\\S+) \\{.*");
    private static final Pattern RULE = Pattern.compile("\\t\\t(.*\\S) *# handle (\\d+)");
    /** They say nothing about what the rule does. */
    private static final Pattern COUNTERS = Pattern.compile("counter packets \\d+ bytes \\d+ ?");

    private final Map<String, String> texts = new HashMap<>();

    NftTexts(String listing) {
        String table = "";
        String chain = "";
        for (String line : (Iterable<String>) listing.lines()::iterator) {
            Matcher tableLine = TABLE.matcher(line);
            Matcher chainLine = CHAIN.matcher(line);
            Matcher ruleLine = RULE.matcher(line);
            if (tableLine.matches()) {
                table = tableLine.group(1) + " " + tableLine.group(2);
                chain = "";
            } else if (chainLine.matches()) {
                chain = chainLine.group(1);
            } else if (ruleLine.matches()) {
                String text = COUNTERS.matcher(ruleLine.group(1)).replaceAll("");
                texts.put(table + " " + chain + " " + ruleLine.group(2), text.strip());
            }
        }
    }

    String of(String family, String table, String chain, String handle) {
        return texts.getOrDefault(family + " " + table + " " + chain + " " + handle, "the rule with handle " + handle);
    }
}
