package org.virtnft.ruleset;

import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code nft list table} printed, apart from the order of elements: a set with intervals gives them back in another one
 * than they were put in.
 *
 * @param frame everything but elements and counter objects, word for word
 * @param counters the counter objects, with what they have counted
 * @param elements of every set that has some
 */
record TableListing(String frame, SortedSet<String> counters, Map<String, SortedSet<String>> elements) {

    private static final Pattern SET = Pattern.compile("\n\t(?:set|map) (\\S+) \\{\n(.*?)\n\t\\}", Pattern.DOTALL);
    private static final Pattern ELEMENTS = Pattern.compile("\n\t\telements = \\{ (.*?) \\}", Pattern.DOTALL);

    private static final Pattern COUNTER = Pattern.compile("\tcounter \\S+ \\{\n(?:\t\t.*\n)*\t\\}\n\n?");

    static TableListing of(String listing) {
        Map<String, SortedSet<String>> elements = new TreeMap<>();
        Matcher sets = SET.matcher(listing);
        while (sets.find()) {
            Matcher members = ELEMENTS.matcher(sets.group(2));
            if (members.find()) {
                SortedSet<String> found = new TreeSet<>();
                for (String element : members.group(1).split(",\\s+")) {
                    found.add(element);
                }
                elements.put(sets.group(1), found);
            }
        }
        SortedSet<String> counters = new TreeSet<>();
        Matcher counter = COUNTER.matcher(listing);
        while (counter.find()) {
            counters.add(counter.group().strip());
        }
        String frame = ELEMENTS.matcher(COUNTER.matcher(listing).replaceAll("")).replaceAll("");
        return new TableListing(frame, counters, elements);
    }

    /** The elements in the form that all spellings share. */
    Map<String, SortedSet<String>> canonical() {
        Map<String, SortedSet<String>> canonical = new TreeMap<>();
        elements.forEach((set, members) -> {
            SortedSet<String> found = new TreeSet<>();
            members.forEach(member -> found.add(EntryReader.read(member).canonical()));
            canonical.put(set, found);
        });
        return canonical;
    }
}
