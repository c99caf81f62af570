package org.virtnft.kernel;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.virtnft.ruleset.Canonical;

/**
 * Reads what nft lists. Rules are never compared, their text drifts between releases: only that they are the same ones, by
 * handle, and which elements there are.
 */
public final class Listing {

    private static final String HANDLE = " # handle ";

    private Listing() {}

    /**
     * The handles of the table, its chains, sets and rules, on one line. Rules never change, so neither does this: a deleted,
     * added or replaced rule shows, and so does a table that was flushed and loaded again.
     */
    public static String handles(String listing) {
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
        Set<String> current = new HashSet<>();
        boolean inside = false;
        for (String line : listing.split("\n")) {
            String text = line.strip();
            if (!inside && (text.startsWith("set ") || text.startsWith("map "))) {
                current = found.computeIfAbsent(text.split(" ")[1], set -> new HashSet<>());
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
                elements.add(Canonical.of(each.strip()));
            }
        }
    }
}
