package org.virtnft.transaction;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.virtnft.network.InterfaceName;
import org.virtnft.ruleset.Count;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.Origin;
import org.virtnft.ruleset.Part;
import org.virtnft.ruleset.Piece;
import org.virtnft.ruleset.Piece.Counter;
import org.virtnft.ruleset.Pieces;
import org.virtnft.ruleset.Script;
import org.virtnft.ruleset.Template;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;

/**
 * The script of a change and the one that takes it back.
 *
 * @param kind what is sent
 * @param script sent to the kernel; empty when there is nothing to send
 * @param inverse takes the script back, once it was committed
 * @param expected elements that must be in the kernel afterwards: the changed networks', or all
 */
record Plan(Kind kind, Script script, Script inverse, List<Element> expected) {

    enum Kind {
        /** There is no table, and none is wanted. */
        NOTHING,
        /** Delete and create elements. */
        ELEMENTS,
        /** Make the table anew, with all networks. */
        REBUILD,
        /** The last network went: so does the table. */
        REMOVE
    }

    /**
     * Changes only the elements that are not the same; the kernel's table must be what the state says.
     *
     * @param counts what the counters say now
     */
    static Plan elements(Template template, Translated before, Translated after, Map<String, Count> counts) {
        List<Element> gone = new ArrayList<>();
        List<Element> come = new ArrayList<>();
        SortedSet<InterfaceName> bridges = new TreeSet<>(before.byBridge().keySet());
        bridges.addAll(after.byBridge().keySet());
        for (InterfaceName bridge : bridges) {
            gone.addAll(beside(before.of(bridge), after.of(bridge)));
            come.addAll(beside(after.of(bridge), before.of(bridge)));
        }
        List<Piece> gonePieces = Pieces.comingWith(gone);
        List<Piece> comePieces = Pieces.comingWith(come);
        return new Plan(
                Kind.ELEMENTS,
                new Script(template)
                        .delete(gone)
                        .deletePieces(gonePieces)
                        .createPieces(comePieces)
                        .create(come),
                new Script(template)
                        .delete(come)
                        .deletePieces(comePieces)
                        .restorePieces(gonePieces, counts)
                        .create(gone),
                come);
    }

    /** Those of one network that the other does not have; another network's are all other ones, and so is its counter. */
    private static List<Element> beside(List<Element> elements, List<Element> others) {
        if (elements.equals(others)) {
            return List.of();
        }
        Set<Element> known = new HashSet<>();
        others.forEach(other -> known.add(ofNetwork(other)));
        return elements.stream()
                .filter(element -> !known.contains(ofNetwork(element)))
                .toList();
    }

    /** Without what in the definition it came from, which says nothing to the kernel. */
    private static Element ofNetwork(Element element) {
        return new Element(
                element.set(), element.entry(), new Origin(element.origin().network(), ""));
    }

    /**
     * Makes the table anew, whatever there is.
     *
     * @param comment the table's own: whose it is
     */
    record Rebuilding(Template template, String comment) {

        /**
         * The plan; back is the listing of what was there, or what the state says of it.
         *
         * @param counts what the counters say now
         * @param ending the counters that do not go on
         * @param listing "" when there was no table
         */
        Plan rebuild(
                Translated before,
                Translated after,
                Map<String, Count> counts,
                Set<String> ending,
                Optional<String> listing) {
            Script inverse = listing.isPresent()
                    ? new Script(template).removeTable().verbatim(listing.get())
                    : whole(before, counts);
            Map<String, Count> goingOn = new HashMap<>(counts);
            goingOn.keySet().removeAll(ending);
            boolean empty = after.byBridge().isEmpty();
            return new Plan(empty ? Kind.REMOVE : Kind.REBUILD, whole(after, goingOn), inverse, after.all());
        }

        /** The whole table in one script, or its removal when there is no network. */
        Script whole(Translated networks, Map<String, Count> counts) {
            Script script = new Script(template).removeTable();
            if (networks.byBridge().isEmpty()) {
                return script;
            }
            List<Element> elements = networks.all();
            return script.table(comment)
                    .restorePieces(Pieces.standing(elements), counts)
                    .restorePieces(Pieces.comingWith(elements), counts)
                    .create(elements);
        }
    }

    /** The counters that do not go on: of a network that is gone, or has left its bridge to another one. */
    static Set<String> endingCounters(Snapshot before, Snapshot after) {
        Set<String> ending = new HashSet<>();
        for (AppliedNetwork network : before.networks().values()) {
            AppliedNetwork now = after.networks().get(network.bridge());
            if (now == null || !now.name().equals(network.name())) {
                ending.add(Counter.nameFor(network.bridge()));
            }
        }
        return ending;
    }

    /** What it does to what was before. */
    Result result(Snapshot before, Snapshot after, List<String> remarks) {
        boolean rebuilt = kind == Kind.REBUILD || kind == Kind.REMOVE;
        return new Result(script.toString(), rebuilt, before, after, remarks);
    }

    static Plan nothing(Template template) {
        return new Plan(Kind.NOTHING, new Script(template), new Script(template), List.of());
    }

    /**
     * Of changed networks that would put something under another network's key, naming both; the kernel would only say "File exists".
     */
    static Optional<Refusal> conflict(Translated before, Translated after) {
        Map<List<Part>, List<Element>> byKey = new HashMap<>();
        after.byBridge().forEach((bridge, network) -> {
            if (!network.elements().equals(before.of(bridge))) {
                network.elements()
                        .forEach(
                                element -> byKey.computeIfAbsent(element.entry().key(), key -> new ArrayList<>())
                                        .add(element));
            }
        });
        if (byKey.isEmpty()) {
            return Optional.empty();
        }
        List<String> messages = new ArrayList<>();
        Set<String> networks = new HashSet<>();
        for (Element element : after.all()) {
            for (Element other : byKey.getOrDefault(element.entry().key(), List.of())) {
                boolean twoNetworks =
                        !other.origin().network().equals(element.origin().network());
                // of two changed ones, each meets the other: told once
                boolean told = networks.contains(element.origin().network());
                if (twoNetworks && !told && other.set().equals(element.set())) {
                    messages.add(
                            other.origin() + ": " + element.origin() + " is the same; two networks cannot share it");
                    networks.add(other.origin().network());
                }
            }
        }
        return messages.isEmpty()
                ? Optional.empty()
                : Optional.of(new Refusal(true, messages.stream().distinct().toList(), networks));
    }
}
