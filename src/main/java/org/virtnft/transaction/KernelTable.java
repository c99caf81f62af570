package org.virtnft.transaction;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.virtnft.kernel.Listing;
import org.virtnft.kernel.NetworkNamespace;
import org.virtnft.network.InterfaceName;
import org.virtnft.ruleset.Count;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.Entry;
import org.virtnft.ruleset.Piece;
import org.virtnft.ruleset.Template;
import org.virtnft.state.Keeper;
import org.virtnft.state.TableState;

/**
 * Our table as the kernel has it, from one listing with handles and elements.
 *
 * @param listing "" when there is no table
 * @param rules all that never changes
 * @param counts what its counters have counted
 * @param texts its elements by their set, as they are listed: most are spelt as we spell them, and the canonical form of thousands costs
 *     more than the listing does
 * @param titles what it has beside elements, by {@link Piece#title}
 */
record KernelTable(
        String listing, String rules, Map<String, Count> counts, Map<String, Set<String>> texts, Set<String> titles) {

    static final KernelTable NONE = new KernelTable("", "", Map.of(), Map.of(), Set.of());

    static KernelTable of(String listing) {
        Listing.Parts parts = Listing.parts(listing);
        return new KernelTable(listing, parts.rules(), parts.counts(), parts.texts(), parts.titles());
    }

    boolean exists() {
        return !listing.isEmpty();
    }

    String handles() {
        return Listing.fingerprint(rules);
    }

    /** What the state is to say of it: it was made from this template. */
    TableState state(Template template) {
        return new TableState(NetworkNamespace.current(), template.version(), handles(), rules);
    }

    Keeper keeper() {
        return new Keeper(Listing.comment(listing));
    }

    boolean hasAll(List<Piece> pieces) {
        return pieces.stream().map(Piece::title).allMatch(titles::contains);
    }

    /** By their set. */
    Map<String, Set<Entry>> elements() {
        return Listing.entries(texts);
    }

    /** Those of these that it does not have. */
    List<Element> missing(List<Element> expected) {
        List<Element> otherwise = expected.stream()
                .filter(element -> !texts.getOrDefault(element.set(), Set.of()).contains(element.text()))
                .toList();
        if (otherwise.isEmpty()) {
            return otherwise;
        }
        Map<String, Set<Entry>> elements = elements();
        return otherwise.stream()
                .filter(element ->
                        !elements.getOrDefault(element.set(), Set.of()).contains(element.entry()))
                .toList();
    }

    /** Those that are none of these. */
    Map<String, Set<Entry>> beside(List<Element> expected) {
        Map<String, Set<Entry>> rest = new LinkedHashMap<>();
        elements().forEach((set, entries) -> {
            if (!entries.isEmpty()) {
                rest.put(set, entries);
            }
        });
        if (rest.isEmpty()) {
            return rest; // after a flush, for example
        }
        for (Element element : expected) {
            rest.getOrDefault(element.set(), new HashSet<>()).remove(element.entry());
        }
        rest.values().removeIf(Set::isEmpty);
        return rest;
    }

    /** How many it has. */
    int size() {
        return texts.values().stream().mapToInt(Set::size).sum();
    }

    /** Whether these are all of its elements, and no other is there; no two of them are the same. */
    boolean holdsExactly(List<Element> expected) {
        return expected.size() == size() && missing(expected).isEmpty();
    }

    /**
     * How its elements differ from what is applied.
     *
     * @param networks the bridges of those that lack one, or have one too many
     * @param strays how many belong to no network
     */
    record Amiss(NavigableSet<InterfaceName> networks, int strays) {}

    Amiss amiss(Translated applied) {
        NavigableSet<InterfaceName> amiss = new TreeSet<>();
        List<Element> expected = applied.all();
        Set<Element> missing = new HashSet<>(missing(expected));
        applied.byBridge().forEach((bridge, network) -> {
            if (network.elements().stream().anyMatch(missing::contains)) {
                amiss.add(bridge);
            }
        });
        int strays = 0;
        for (Set<Entry> entries : beside(expected).values()) {
            for (Entry entry : entries) {
                boolean known = entry.firstInterface()
                        .filter(applied.byBridge()::containsKey)
                        .map(amiss::add)
                        .isPresent();
                strays += known ? 0 : 1;
            }
        }
        return new Amiss(amiss, strays);
    }
}
