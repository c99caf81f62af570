package org.virtnft.kernel;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.virtnft.ruleset.Count;

/** What tests ask of a listing. */
public final class Listed {

    private Listed() {}

    /** What tells the table from any other. */
    public static String fingerprint(String listing) {
        return Listing.fingerprint(Listing.parts(listing).rules());
    }

    /** What each counter object has counted. */
    public static Map<String, Count> counts(String listing) {
        return Listing.parts(listing).counts();
    }

    /** The elements of each set, in the one form that all spellings share. */
    public static Map<String, Set<String>> elements(String listing) {
        Map<String, Set<String>> found = new LinkedHashMap<>();
        Listing.entries(Listing.parts(listing).texts()).forEach((set, entries) -> {
            Set<String> canonical = new LinkedHashSet<>();
            entries.forEach(entry -> canonical.add(entry.canonical()));
            found.put(set, canonical);
        });
        return found;
    }
}
