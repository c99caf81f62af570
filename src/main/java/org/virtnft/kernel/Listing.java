package org.virtnft.kernel;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import org.virtnft.ruleset.Canonical;
import org.virtnft.ruleset.Count;

/**
 * Reads what nft lists. Rules are never compared with ours, their text drifts between releases: only that they are the same
 * ones as before, and which elements there are.
 */
public final class Listing {

    private static final String HANDLE = " # handle ";
    private static final String COUNTER = "\tcounter ";
    private static final String ELEMENTS = "\t\telements = {";
    private static final String COMMENT = "\tcomment \"";

    private Listing() {}

    /**
     * Tells our table from any other, on one line: the handles of the table, its chains, sets and rules, and a checksum of the
     * text. Rules never change, so neither does this: a deleted or added rule shows in the handles, and so does a table that was
     * flushed and loaded again. A replaced rule keeps its handle (kernel 6.18), and a chain's policy and a table's dormant flag
     * have none: these show in the text, which is compared only with what the same host listed before. Where a new release of nft
     * lists it otherwise, the next change makes the table anew once. Counter objects are left out: they are the networks', and
     * count.
     *
     * @param listing with handles
     */
    public static String fingerprint(String listing) {
        String rules = rules(listing);
        CRC32 checksum = new CRC32();
        checksum.update(rules.getBytes(StandardCharsets.UTF_8));
        return handles(rules) + " text=" + Long.toHexString(checksum.getValue());
    }

    /** What the fingerprint is of: everything that never changes, a rule a line with its handle. */
    public static String rules(String listing) {
        StringBuilder rest = new StringBuilder();
        boolean counter = false;
        boolean elements = false;
        for (String line : listing.split("\n")) {
            counter |= line.startsWith(COUNTER);
            elements |= line.startsWith(ELEMENTS);
            if (!counter && !elements && !line.isEmpty()) {
                rest.append(line).append('\n');
            }
            counter &= !line.equals("\t}");
            elements &= !line.endsWith("}");
        }
        return rest.toString();
    }

    /** The comment of the table itself; "" where it has none. */
    public static String comment(String listing) {
        int from = listing.indexOf("\n" + COMMENT); // a set's stands deeper
        int to = listing.indexOf("\"\n", from + 1 + COMMENT.length());
        return from >= 0 && to >= 0 ? listing.substring(from + 1 + COMMENT.length(), to) : "";
    }

    /** What each counter object of a listing has counted; a rule's own counters are not among them. */
    public static Map<String, Count> counts(String listing) {
        Map<String, Count> found = new HashMap<>();
        String counter = "";
        for (String line : listing.split("\n")) {
            if (line.startsWith(COUNTER)) {
                counter = line.split(" ", 3)[1];
            } else if (line.equals("\t}")) {
                counter = "";
            } else if (!counter.isEmpty() && line.startsWith("\t\tpackets ")) {
                String[] words = line.strip().split(" ");
                found.put(counter, Count.parse(words[1], words[3]));
            }
        }
        return found;
    }

    private static String handles(String listing) {
        StringBuilder found = new StringBuilder();
        for (String line : listing.split("\n")) {
            int mark = line.lastIndexOf(HANDLE);
            if (mark < 0) {
                continue;
            }
            String[] words = line.strip().split(" ", 3);
            boolean named = line.substring(0, mark).endsWith("{") && words.length > 2;
            found.append(found.length() == 0 ? "" : " ")
                    .append(named ? words[0] + "=" + words[1] + "=" : "rule=")
                    .append(line.substring(mark + HANDLE.length()).strip());
        }
        return found.toString();
    }

    /** Whether a listing with or without handles has a chain of this name. */
    public static boolean hasChain(String listing, String chain) {
        return listing.contains("\tchain " + chain + " {");
    }

    /** The elements of each set in a listing, or in the answer to {@code get element}, in canonical form. */
    public static Map<String, Set<String>> elements(String listing) {
        Map<String, Set<String>> found = new LinkedHashMap<>();
        elementTexts(listing).forEach((set, texts) -> found.put(set, texts.keySet()));
        return found;
    }

    /** The same with each as it was listed. */
    public static Map<String, Map<String, String>> elementTexts(String listing) {
        Map<String, Map<String, String>> found = new LinkedHashMap<>();
        texts(listing).forEach((set, texts) -> {
            Map<String, String> canonical = new LinkedHashMap<>();
            texts.forEach(text -> canonical.put(Canonical.of(text), text));
            found.put(set, canonical);
        });
        return found;
    }

    /** The elements of each set as they were listed. */
    public static Map<String, Set<String>> texts(String listing) {
        Map<String, Set<String>> found = new LinkedHashMap<>();
        Set<String> current = new LinkedHashSet<>();
        boolean inside = false;
        for (String line : listing.split("\n")) {
            String text = line.strip();
            if (!inside && (text.startsWith("set ") || text.startsWith("map "))) {
                current = found.computeIfAbsent(text.split(" ")[1], set -> new LinkedHashSet<>());
            }
            if (text.startsWith("elements = {")) {
                inside = true;
                text = text.substring("elements = {".length());
            }
            if (inside) {
                boolean last = text.endsWith("}");
                addAll(current, last ? text.substring(0, text.length() - 1) : text);
                inside = !last;
            }
        }
        return found;
    }

    private static void addAll(Set<String> elements, String commaSeparated) {
        for (String each : commaSeparated.split(",")) {
            if (!each.isBlank()) {
                elements.add(each.strip());
            }
        }
    }
}
