package org.virtnft.definitions;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;
import org.virtnft.transaction.BridgeHolders;
import org.virtnft.transaction.BridgeHolders.Claimant;
import org.virtnft.transaction.Change;
import org.virtnft.transaction.ChangeException;
import org.virtnft.transaction.RefusedException;
import org.virtnft.transaction.Result;
import org.virtnft.xml.Problem;

/** Every running network, in one transaction; one that cannot be applied as it says does not keep the others from being applied. */
public final class RunningNetworks {

    /** From the hook's start of a network to libvirt's file for it: its bridge, dnsmasq and libvirt's own rules come between. */
    private static final Duration LONGEST_START = Duration.ofSeconds(30);

    private final List<DefinedNetwork> active;
    private final Instant asked;
    private final Duration unseen;
    private final NavigableMap<String, String> left;

    /** @param asked when libvirt was asked: what the hook applied after that is newer than the answer */
    public RunningNetworks(List<DefinedNetwork> active, Instant asked) {
        this(active, asked, Duration.ZERO, new TreeMap<>());
    }

    /**
     * @param unseen how long a network may have been starting without being among the active ones
     * @param left why a companion is left to libvirt, by what it was called
     */
    private RunningNetworks(
            List<DefinedNetwork> active, Instant asked, Duration unseen, NavigableMap<String, String> left) {
        this.active = active;
        this.asked = asked;
        this.unseen = unseen;
        this.left = left;
    }

    /** By libvirt's files, in which a network that is starting is not yet. */
    public static RunningNetworks byFiles(List<DefinedNetwork> active, Instant now) {
        return new RunningNetworks(active, now, LONGEST_START, new TreeMap<>());
    }

    public List<DefinedNetwork> networks() {
        return active;
    }

    /**
     * The same, but of those companions nothing is applied.
     *
     * @param why why a companion is left to libvirt; empty where it is not
     */
    public RunningNetworks leaving(Function<DefinedNetwork, Optional<String>> why) {
        NavigableMap<String, String> found = new TreeMap<>();
        for (DefinedNetwork each : active) {
            if (each.isCompanion()) {
                why.apply(each).ifPresent(text -> found.put(each.given(), text));
            }
        }
        return new RunningNetworks(active, asked, unseen, found);
    }

    public boolean isLeft(DefinedNetwork network) {
        return left.containsKey(network.given());
    }

    /** The way to the kernel: for good, or to try. */
    public interface Performer {
        Result perform(Change change);
    }

    /**
     * How it ended.
     *
     * @param failures why a network could not be applied, by what it was called
     * @param kept why a network stays as it is for now, by what it was called
     * @param left why a network is left to libvirt, by what it was called
     */
    public record Applied(
            List<DefinedNetwork> active,
            Result result,
            NavigableMap<String, String> failures,
            NavigableMap<String, String> kept,
            NavigableMap<String, String> left) {

        public List<DefinedNetwork> complete() {
            return active.stream()
                    .filter(each -> !failures.containsKey(each.given())
                            && !kept.containsKey(each.given())
                            && !left.containsKey(each.given()))
                    .toList();
        }

        /** Whether a network's guests are cut off, because nothing else would protect them. */
        public boolean blocked(String given) {
            return result.after().named(given).flatMap(AppliedNetwork::blocked).isPresent();
        }

        public List<String> complaints() {
            List<String> lines = new ArrayList<>();
            failures.forEach((given, why) -> lines.add(why
                    + (blocked(given)
                            ? " (its bridge is blocked until then)"
                            : result.after().named(given).isPresent()
                                    ? " (it keeps the rules that it has until then)"
                                    : " (no rules of ours for it until then)")));
            lines.addAll(kept.values());
            return lines;
        }
    }

    /** Applies them; what does not run any more goes, and what came from files stays. */
    public Applied apply(Performer performer, Instant now) {
        NavigableMap<String, String> failures = new TreeMap<>();
        for (DefinedNetwork each : active) {
            List<Problem> errors = each.reading().errors();
            if (!errors.isEmpty()) {
                failures.put(each.given(), errors.get(0).toString());
            }
        }
        NavigableMap<String, String> kept = new TreeMap<>();
        for (DefinedNetwork each : active) {
            if (!each.loss().isEmpty() && !failures.containsKey(each.given())) {
                kept.put(each.given(), each.loss());
            }
        }
        Result result = perform(performer, now, failures);
        kept.keySet().removeAll(failures.keySet());
        return new Applied(active, result, failures, kept, left);
    }

    /** Tries with all; whom the transaction fails for is set apart, and the rest is tried again. */
    private Result perform(Performer performer, Instant now, NavigableMap<String, String> failures) {
        while (true) {
            try {
                return performer.perform(before -> allOf(before, now, failures));
            } catch (RefusedException e) {
                boolean progress = false;
                for (DefinedNetwork each : active) {
                    if (e.networks().contains(each.name())) {
                        progress |=
                                failures.putIfAbsent(each.given(), e.messages().get(0)) == null;
                    }
                }
                boolean uncertain =
                        e instanceof ChangeException change && change.outcome() == ChangeException.Outcome.UNCERTAIN;
                if (!progress || uncertain) {
                    throw e;
                }
            }
        }
    }

    private Snapshot allOf(Snapshot before, Instant now, Map<String, String> failures) {
        BridgeHolders holders = BridgeHolders.of(before);
        // names and bridges are the running networks', whatever a file said before
        Set<String> names = active.stream().map(DefinedNetwork::name).collect(Collectors.toSet());
        Set<InterfaceName> bridges = active.stream()
                .flatMap(each -> each.reading().bridge().stream())
                .collect(Collectors.toSet());
        holders.leave(network -> network.source() == Source.LIBVIRT
                || names.contains(network.name())
                || bridges.contains(network.bridge()));
        for (DefinedNetwork each : active) {
            Optional<InterfaceName> bridge = each.reading().bridge();
            Optional<String> failure = Optional.ofNullable(failures.get(each.given()));
            if (left.containsKey(each.given())) {
                continue; // not even what somebody left of it in the kernel
            }
            if (failure.isPresent()) {
                Optional<AppliedNetwork> there = before.named(each.name())
                        .filter(known -> known.isOwner() && each.metadata().isEmpty());
                if (each.unprotected() && there.isPresent()) {
                    // its live XML cannot be read: what it was started with is what the state says
                    holders.take(there.get(), Claimant.RUNNING);
                } else if (each.unprotected() && bridge.isPresent()) {
                    holders.take(
                            AppliedNetwork.blocked(each.name(), bridge.get(), now, failure.get()), Claimant.RUNNING);
                }
            } else if (each.reading().network().orElse(null) instanceof VirtualNetwork network) {
                holders.take(inForce(each, network, now, before), Claimant.RUNNING);
            }
        }
        for (AppliedNetwork network : before.networks().values()) {
            boolean listed = names.contains(network.name());
            if (appliedSince(listed ? asked : asked.minus(unseen), Optional.of(network))) {
                holders.take(network, Claimant.RUNNING);
            }
        }
        return holders.after();
    }

    /** As it is applied already, where that is the same: then nothing is sent, and since when it is so stays true. */
    private static AppliedNetwork inForce(DefinedNetwork each, VirtualNetwork network, Instant now, Snapshot before) {
        AppliedNetwork fresh = each.applied(network, now);
        Optional<AppliedNetwork> there = Optional.ofNullable(before.networks().get(network.bridge()))
                .filter(other -> other.name().equals(fresh.name()));
        AppliedNetwork sinceThen = fresh.since(there.map(AppliedNetwork::since).orElse(now));
        if (there.filter(sinceThen::isStill).isPresent()) {
            // the same object, where it is: what is known of it need not be computed again
            return sinceThen.equals(there.get()) ? there.get() : sinceThen;
        }
        boolean stays = there.filter(other -> !each.loss().isEmpty()
                        && other.isOwner()
                        && other.blocked().isEmpty()
                        && other.metadataSeen().equals(each.metadataSeen()))
                .isPresent();
        return stays ? there.get() : fresh;
    }

    /** Whether a hook came in after we asked libvirt, and before we had the lock: it was told something newer. */
    public static boolean appliedSince(Instant asked, Optional<AppliedNetwork> network) {
        return network.filter(found ->
                        found.source() == Source.LIBVIRT && found.since().isAfter(asked))
                .isPresent();
    }
}
