package org.virtnft.kernel;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import org.virtnft.ruleset.Count;
import org.virtnft.ruleset.Entry;
import org.virtnft.ruleset.EntryReader;

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
     * @param rules of a listing with handles, see {@link Parts#rules}
     */
    public static String fingerprint(String rules) {
        CRC32 checksum = new CRC32();
        checksum.update(rules.getBytes(StandardCharsets.UTF_8));
        return handles(rules) + " text=" + Long.toHexString(checksum.getValue());
    }

    /** The comment of the table itself; "" where it has none. */
    public static String comment(String listing) {
        int from = listing.indexOf("\n" + COMMENT); // a set's stands deeper
        int to = listing.indexOf("\"\n", from + 1 + COMMENT.length());
        return from >= 0 && to >= 0 ? listing.substring(from + 1 + COMMENT.length(), to) : "";
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

    /** The elements of each set, of their texts in a listing. */
    public static Map<String, Set<Entry>> entries(Map<String, Set<String>> texts) {
        Map<String, Set<Entry>> found = new LinkedHashMap<>();
        texts.forEach((set, each) -> {
            Set<Entry> entries = new LinkedHashSet<>();
            each.forEach(text -> entries.add(EntryReader.read(text)));
            found.put(set, entries);
        });
        return found;
    }

    /**
     * All that a listing says, by one walk over its lines: with a thousand networks there are twenty thousand.
     *
     * @param rules everything that never changes, a rule a line with its handle
     * @param counts what each counter object has counted; a rule's own counters are not among them
     * @param texts the elements of each set as they were listed
     * @param titles the kind and name of each chain, counter, set and map
     */
    public record Parts(String rules, Map<String, Count> counts, Map<String, Set<String>> texts, Set<String> titles) {}

    /** All of a listing, or of the answer to {@code get element}. */
    public static Parts parts(String listing) {
        StringBuilder rules = new StringBuilder();
        Map<String, Count> counts = new HashMap<>();
        Map<String, Set<String>> texts = new LinkedHashMap<>();
        Set<String> titles = new HashSet<>();
        Set<String> current = new LinkedHashSet<>();
        String counter = "";
        boolean inside = false;
        int start = 0;
        while (start < listing.length()) {
            int end = listing.indexOf('\n', start);
            end = end < 0 ? listing.length() : end;
            if (!inside && opens(listing, start, end)) {
                titles.add(listing.substring(start + 1, listing.indexOf(" {", start)));
            }
            if (inside) {
                inside = !addAll(current, listing, start, end);
            } else if (listing.startsWith(ELEMENTS, start)) {
                inside = !addAll(current, listing, start + ELEMENTS.length(), end);
            } else if (listing.startsWith(COUNTER, start)) {
                counter = listing.substring(start, end).split(" ", 3)[1];
            } else if (!counter.isEmpty()) {
                String line = listing.substring(start, end);
                if (line.equals("\t}")) {
                    counter = "";
                } else if (line.startsWith("\t\tpackets ")) {
                    String[] words = line.strip().split(" ");
                    counts.put(counter, Count.parse(words[1], words[3]));
                }
            } else if (end > start) {
                rules.append(listing, start, end).append('\n');
                if (listing.startsWith("\tset ", start) || listing.startsWith("\tmap ", start)) {
                    String set = listing.substring(start + 5, listing.indexOf(' ', start + 5));
                    current = texts.computeIfAbsent(set, any -> new LinkedHashSet<>());
                }
            }
            start = end + 1;
        }
        return new Parts(rules.toString(), counts, texts, titles);
    }

    /** Whether a line begins a chain, a set and the like; what is in these stands deeper. */
    private static boolean opens(String listing, int start, int end) {
        if (end - start < 2 || listing.charAt(start) != '\t' || listing.charAt(start + 1) == '\t') {
            return false;
        }
        int brace = listing.indexOf(" {", start);
        return brace >= 0 && brace < end;
    }

    /** Adds what stands between commas; returns whether a brace ends it. */
    private static boolean addAll(Set<String> elements, String listing, int from, int to) {
        boolean last = to > from && listing.charAt(to - 1) == '}';
        int end = last ? to - 1 : to;
        int start = from;
        while (start < end) {
            int comma = listing.indexOf(',', start);
            int stop = comma < 0 || comma > end ? end : comma;
            String element = listing.substring(start, stop).strip();
            if (!element.isEmpty()) {
                elements.add(element);
            }
            start = stop + 1;
        }
        return last;
    }
}
