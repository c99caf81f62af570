package org.virtnft.transaction;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.ruleset.Count;
import org.virtnft.ruleset.Counters;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.NetworkElements;
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
     * Changes only the elements of networks that are not the same; the kernel's table must be what the state says.
     *
     * @param counts what the counters say now
     */
    static Plan elements(Template template, Snapshot before, Snapshot after, Map<String, Count> counts) {
        List<Element> gone = new ArrayList<>();
        List<Element> come = new ArrayList<>();
        for (InterfaceName bridge : Result.changed(before, after)) {
            gone.addAll(elementsOf(before, bridge));
            come.addAll(elementsOf(after, bridge));
        }
        // the same network on the same bridge keeps its counter
        List<Element> goneCounters = withoutAll(Counters.in(gone), come);
        List<Element> comeCounters = withoutAll(Counters.in(come), gone);
        return new Plan(
                Kind.ELEMENTS,
                new Script(template)
                        .delete(gone)
                        .deleteCounters(goneCounters)
                        .createCounters(comeCounters)
                        .create(come),
                new Script(template)
                        .delete(come)
                        .deleteCounters(comeCounters)
                        .setCounters(goneCounters, counts)
                        .create(gone),
                come);
    }

    private static List<Element> withoutAll(List<Element> elements, List<Element> others) {
        List<Element> left = new ArrayList<>(elements);
        left.removeAll(new HashSet<>(Counters.in(others)));
        return left;
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
         * @param listing "" when there was no table
         */
        Plan rebuild(Snapshot before, Snapshot after, Map<String, Count> counts, Optional<String> listing) {
            Script inverse = listing.isPresent()
                    ? new Script(template).removeTable().verbatim(listing.get())
                    : whole(before, counts);
            Map<String, Count> goingOn = new HashMap<>(counts);
            goingOn.keySet().removeAll(endingCounters(before, after));
            boolean empty = after.networks().isEmpty();
            return new Plan(empty ? Kind.REMOVE : Kind.REBUILD, whole(after, goingOn), inverse, allElements(after));
        }

        /** The whole table in one script, or its removal when there is no network. */
        Script whole(Snapshot snapshot, Map<String, Count> counts) {
            Script script = new Script(template).removeTable();
            if (snapshot.networks().isEmpty()) {
                return script;
            }
            List<Element> elements = allElements(snapshot);
            return script.table(comment)
                    .ranges(ranges(snapshot))
                    .setCounters(elements, counts)
                    .create(elements);
        }
    }

    /** The counters that do not go on: of a network that is gone, or has left its bridge to another one. */
    static Set<String> endingCounters(Snapshot before, Snapshot after) {
        Set<String> ending = new HashSet<>();
        for (AppliedNetwork network : before.networks().values()) {
            AppliedNetwork now = after.networks().get(network.bridge());
            if (now == null || !now.name().equals(network.name())) {
                ending.add(Counters.of(network.bridge()));
            }
        }
        return ending;
    }

    static Plan nothing(Template template) {
        return new Plan(Kind.NOTHING, new Script(template), new Script(template), List.of());
    }

    static SortedSet<PortRange> ranges(Snapshot snapshot) {
        SortedSet<PortRange> all = new TreeSet<>();
        for (AppliedNetwork network : snapshot.networks().values()) {
            all.addAll(network.elements().ranges());
        }
        return all;
    }

    static List<Element> allElements(Snapshot snapshot) {
        return allElements(snapshot.networks().values());
    }

    static List<Element> allElements(Collection<AppliedNetwork> networks) {
        List<Element> all = new ArrayList<>();
        for (AppliedNetwork network : networks) {
            all.addAll(network.elements().elements());
        }
        return all;
    }

    private static List<Element> elementsOf(Snapshot snapshot, InterfaceName bridge) {
        return Optional.ofNullable(snapshot.networks().get(bridge))
                .map(AppliedNetwork::elements)
                .map(NetworkElements::elements)
                .orElse(List.of());
    }

    /**
     * Refuses changed networks that would put something under another network's key; the kernel would only say "File exists".
     *
     * @throws ChangeException naming both
     */
    static void refuseConflicts(Snapshot before, Snapshot after) {
        Set<InterfaceName> changed = Result.changed(before, after);
        Map<String, List<Element>> byKey = new HashMap<>();
        for (InterfaceName bridge : changed) {
            for (Element element : elementsOf(after, bridge)) {
                byKey.computeIfAbsent(element.key(), key -> new ArrayList<>()).add(element);
            }
        }
        List<String> messages = new ArrayList<>();
        Set<String> networks = new HashSet<>();
        for (Element element : allElements(after)) {
            for (Element other : byKey.getOrDefault(element.key(), List.of())) {
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
        if (!messages.isEmpty()) {
            List<String> once = messages.stream().distinct().toList();
            throw new ChangeException(ChangeException.Outcome.CONFLICT, once, networks);
        }
    }
}
