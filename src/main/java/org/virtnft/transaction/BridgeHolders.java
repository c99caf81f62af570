package org.virtnft.transaction;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.virtnft.network.Address;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;

/**
 * Which network holds which bridge, while a change is put together. A bridge belongs to one network, and so does a name: who may take one
 * from whom is decided here, for the hook, the units and all commands.
 */
public final class BridgeHolders {

    /** libvirt makes a network's bridge right after the hook's start: longer, and the start has failed. */
    private static final Duration STARTING = Duration.ofSeconds(10);

    /** By what right a network wants a bridge. */
    public enum Claimant {

        /** libvirt runs it, or starts it now. Whoever held its bridge is gone, or never came: libvirt makes no bridge twice. */
        RUNNING,

        /** An administrator named a network of libvirt's. What somebody applied from a file is no mistake, and stays. */
        NAMED,

        /** A file speaks of it. It takes the place of what nobody knows, and of its own former self; a name of libvirt's is libvirt's. */
        FILE,

        /** It was applied before, and comes back. Whoever came meanwhile, by bridge or by name, stays. */
        EARLIER;

        private boolean mayTakeFrom(AppliedNetwork holder) {
            return switch (this) {
                case RUNNING -> true;
                case NAMED -> holder.source() != Source.FILE;
                case FILE -> holder.source() == Source.UNKNOWN;
                case EARLIER -> false;
            };
        }

        private boolean mayTakeNameOf(AppliedNetwork holder) {
            return switch (this) {
                case RUNNING, NAMED -> true;
                case FILE -> holder.source() != Source.LIBVIRT;
                case EARLIER -> false;
            };
        }
    }

    private final Snapshot before;
    private final NavigableMap<InterfaceName, AppliedNetwork> holders;

    /** A state that somebody else wrote may have a name twice. */
    private final Map<String, List<InterfaceName>> byName = new HashMap<>();

    private BridgeHolders(Snapshot before) {
        this.before = before;
        this.holders = new TreeMap<>(before.networks());
        holders.values().forEach(this::noteName);
    }

    /** Those of what is applied. */
    public static BridgeHolders of(Snapshot before) {
        return new BridgeHolders(before);
    }

    /** What is to be applied. */
    public Snapshot after() {
        return before.with(holders);
    }

    /** Who holds a bridge now. */
    public Optional<AppliedNetwork> holder(InterfaceName bridge) {
        return Optional.ofNullable(holders.get(bridge));
    }

    /** Whether a network of this name holds a bridge now. */
    public boolean holds(String name) {
        return byName.containsKey(name);
    }

    /**
     * Gives a network its bridge; its own former bridge is free then.
     *
     * @return who stays in its way; then nothing has changed
     */
    public Optional<AppliedNetwork> take(AppliedNetwork network, Claimant by) {
        Optional<AppliedNetwork> other = inTheWay(network.name(), Optional.of(network.bridge()), by);
        if (other.isPresent()) {
            return other;
        }
        leave(network.name());
        leave(network.bridge());
        holders.put(network.bridge(), network);
        noteName(network);
        return Optional.empty();
    }

    /**
     * Frees the bridge of a network of which nothing is applied, for its packets must not meet the elements of another, and its own former
     * one.
     *
     * @return who stays in its way; then nothing has changed
     */
    public Optional<AppliedNetwork> vacate(String name, Optional<InterfaceName> bridge, Claimant by) {
        Optional<AppliedNetwork> other = inTheWay(name, bridge, by);
        if (other.isEmpty()) {
            leave(name);
            bridge.ifPresent(this::leave);
        }
        return other;
    }

    private Optional<AppliedNetwork> inTheWay(String name, Optional<InterfaceName> bridge, Claimant by) {
        Optional<AppliedNetwork> namesake = byName.getOrDefault(name, List.of()).stream()
                .flatMap(each -> holder(each).stream())
                .filter(holder -> !by.mayTakeNameOf(holder))
                .findFirst();
        if (namesake.isPresent()) {
            return namesake;
        }
        return bridge.flatMap(this::holder)
                .filter(holder -> !holder.name().equals(name))
                .filter(holder -> !by.mayTakeFrom(holder));
    }

    /**
     * Frees the bridges of networks that never came or left without a word, whose host addresses one that starts now translates: the kernel
     * holds no two elements for one.
     *
     * @param exists whether there is an interface of a name now
     */
    public void leaveAbsent(AppliedNetwork starting, Predicate<InterfaceName> exists) {
        List<Address> addresses = translatedAddresses(starting);
        List<AppliedNetwork> absent = holders.values().stream()
                .filter(other -> other.source() == Source.LIBVIRT)
                .filter(other -> !other.since().plus(STARTING).isAfter(starting.since()))
                .filter(other -> translatedAddresses(other).stream().anyMatch(addresses::contains))
                .filter(other -> !exists.test(other.bridge()))
                .toList();
        absent.forEach(other -> leave(other.bridge()));
    }

    private static List<Address> translatedAddresses(AppliedNetwork network) {
        return network.network().map(VirtualNetwork::translatedHostAddresses).orElse(List.of());
    }

    /** A network that goes, whatever its bridge. */
    public void leave(String name) {
        List.copyOf(byName.getOrDefault(name, List.of())).forEach(this::leave);
    }

    /** Whichever network holds a bridge goes. */
    public void leave(InterfaceName bridge) {
        Optional.ofNullable(holders.remove(bridge))
                .ifPresent(gone -> byName.computeIfPresent(gone.name(), (name, bridges) -> {
                    bridges.remove(bridge);
                    return bridges.isEmpty() ? null : bridges;
                }));
    }

    /** All of these go. */
    public void leave(Predicate<AppliedNetwork> which) {
        List<AppliedNetwork> going = holders.values().stream().filter(which).toList();
        going.forEach(each -> leave(each.bridge()));
    }

    private void noteName(AppliedNetwork network) {
        byName.computeIfAbsent(network.name(), name -> new ArrayList<>(1)).add(network.bridge());
    }
}
