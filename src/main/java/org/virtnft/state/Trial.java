package org.virtnft.state;

import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.virtnft.network.InterfaceName;

/**
 * A change that goes back by itself unless somebody confirms it, or how the last one ended.
 *
 * @param id of this one and no other
 * @param watched whether a process of its own waits for its end
 * @param until when it goes back, in milliseconds since the machine's start: no clock that somebody sets can move it
 * @param before the changed networks as they were; one that is absent was not applied
 * @param made the changed networks as they were made; one that is absent was taken out
 * @param said how it ended, a line each
 */
public record Trial(
        String id,
        Phase phase,
        boolean watched,
        long until,
        NavigableMap<InterfaceName, AppliedNetwork> before,
        NavigableMap<InterfaceName, AppliedNetwork> made,
        List<String> said) {

    /** How far one is. */
    public enum Phase {
        /** Nothing is changed yet. */
        STARTING,
        /** It is applied, or just being applied. */
        PENDING,
        /** Somebody goes back, or died while doing so. */
        RETURNING,
        /** Nobody could go back. */
        STUCK,
        CONFIRMED,
        /** What was before is there again, but for what others changed meanwhile. */
        BACK;

        /** Whether it may still go back. */
        public boolean isOpen() {
            return this != CONFIRMED && this != BACK;
        }
    }

    public Trial {
        before = Collections.unmodifiableNavigableMap(new TreeMap<>(before));
        made = Collections.unmodifiableNavigableMap(new TreeMap<>(made));
        said = List.copyOf(said);
    }

    /** One that has changed nothing. */
    public static Trial starting(String id, long until) {
        return new Trial(id, Phase.STARTING, false, until, new TreeMap<>(), new TreeMap<>(), List.of());
    }

    public Trial asWatched() {
        return new Trial(id, phase, true, until, before, made, said);
    }

    /** Applied. */
    public Trial pending(
            long deadline,
            NavigableMap<InterfaceName, AppliedNetwork> networksBefore,
            NavigableMap<InterfaceName, AppliedNetwork> networksMade) {
        return new Trial(id, Phase.PENDING, watched, deadline, networksBefore, networksMade, List.of());
    }

    public Trial in(Phase next, List<String> lines) {
        return new Trial(id, next, watched, until, before, made, lines);
    }

    /** The bridges that it changed something of. */
    public SortedSet<InterfaceName> bridges() {
        SortedSet<InterfaceName> bridges = new TreeSet<>(before.keySet());
        bridges.addAll(made.keySet());
        return bridges;
    }

    /** The names of its networks. */
    public SortedSet<String> names() {
        SortedSet<String> names = new TreeSet<>();
        before.values().forEach(network -> names.add(network.name()));
        made.values().forEach(network -> names.add(network.name()));
        return names;
    }

    public Optional<AppliedNetwork> before(InterfaceName bridge) {
        return Optional.ofNullable(before.get(bridge));
    }

    public Optional<AppliedNetwork> made(InterfaceName bridge) {
        return Optional.ofNullable(made.get(bridge));
    }
}
