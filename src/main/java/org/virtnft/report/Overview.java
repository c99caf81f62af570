package org.virtnft.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.kernel.Interfaces;
import org.virtnft.kernel.Interfaces.Condition;
import org.virtnft.kernel.Interfaces.Link;
import org.virtnft.kernel.KernelException;
import org.virtnft.network.RulelessNetwork;
import org.virtnft.network.Shape;
import org.virtnft.report.NetworkStatus.State;
import org.virtnft.ruleset.Count;
import org.virtnft.ruleset.Piece.Counter;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.FailedStart;
import org.virtnft.state.LeftNetworks;
import org.virtnft.state.LeftNetworks.Left;
import org.virtnft.state.Snapshot;
import org.virtnft.state.StateDirectory;
import org.virtnft.state.StateException;
import org.virtnft.transaction.Applier;
import org.virtnft.transaction.Observation;
import org.virtnft.xml.Reading;

/**
 * What is applied, and what the kernel says of it.
 *
 * @param stored what the state says
 * @param networks those that are applied, companions whose start failed, and those that are left to libvirt
 * @param kernel what the kernel says; empty when it could not be asked
 * @param trouble why the kernel could not be asked; "" when it could
 */
public record Overview(Snapshot stored, List<NetworkStatus> networks, Optional<Observation> kernel, String trouble) {

    /** A change needs milliseconds between the kernel and the state's files; with a thousand networks some more. */
    private static final int PATIENCE = 10;

    private static final long PAUSE_MILLISECONDS = 50;

    /** Looks, and changes nothing. */
    public static Overview of(StateDirectory state, Supplier<Applier> applier) {
        return of(state, state.reading(), applier);
    }

    /**
     * The same.
     *
     * @param reading what the state says, which is being read
     */
    public static Overview of(StateDirectory state, Supplier<Snapshot> reading, Supplier<Applier> applier) {
        Overview overview = once(state, reading, applier);
        for (int i = 0; i < PATIENCE && overview.mayBeInTheMiddleOfAChange(state); i++) {
            pause();
            overview = once(state, state.reading(), applier);
        }
        return overview;
    }

    private static Overview once(StateDirectory state, Supplier<Snapshot> reading, Supplier<Applier> applier) {
        Optional<Observation> kernel = Optional.empty();
        String trouble = "";
        boolean here = true;
        try {
            kernel = Optional.of(applier.get().survey().observe(reading));
        } catch (StateException e) {
            trouble = "" + e.getMessage();
            here = false;
        } catch (KernelException e) {
            trouble = "the kernel could not be asked: " + e.getMessage();
        }
        Optional<Map<String, Link>> links = Optional.empty();
        try {
            links = here ? Optional.of(Interfaces.links()) : Optional.empty();
        } catch (KernelException e) {
            trouble = "the kernel could not be asked for its interfaces: " + e.getMessage();
        }
        Snapshot stored = reading.get();
        List<NetworkStatus> networks = new ArrayList<>(applied(stored, kernel, links));
        for (FailedStart failed : state.failedStarts().all()) {
            networks.add(unapplied(failed.network(), "", "", "companion", State.FAILED));
        }
        Set<String> told = networks.stream().map(NetworkStatus::name).collect(Collectors.toSet());
        for (Left left : state.left().all()) {
            if (!told.contains(left.name())) {
                networks.add(unapplied(left.name(), "", "", Shape.COMPANION.word(), State.LEFT));
            }
        }
        return new Overview(stored, networks, kernel, trouble);
    }

    /** All that is applied, also where only the kernel says so. */
    public Snapshot snapshot() {
        return kernel.map(Observation::applied).orElse(stored);
    }

    /** Whether the kernel holds what was applied, and nothing else; empty when it could not be asked. */
    public Optional<Boolean> inForce() {
        return kernel.map(Observation::inForce);
    }

    /** @param links all interfaces; empty where they cannot be asked for, or those of these names may be others' */
    private static List<NetworkStatus> applied(
            Snapshot stored, Optional<Observation> kernel, Optional<Map<String, Link>> links) {
        Snapshot snapshot = kernel.map(Observation::applied).orElse(stored);
        if (snapshot.networks().isEmpty()) {
            return List.of();
        }
        Map<String, Count> counts = kernel.map(Observation::counts).orElse(Map.of());
        List<NetworkStatus> networks = new ArrayList<>();
        for (AppliedNetwork network : snapshot.networks().values()) {
            Optional<Link> link = links.flatMap(
                    all -> Optional.ofNullable(all.get(network.bridge().value())));
            networks.add(new NetworkStatus(
                    network.name(),
                    network.bridge().value(),
                    network.enforced().word(),
                    network.shape().word(),
                    network.source().word(),
                    stateOf(network, kernel),
                    Optional.of(network.since()),
                    links.map(all -> link.map(Link::condition).orElse(Condition.MISSING)),
                    link.map(Link::traffic),
                    Optional.ofNullable(counts.get(Counter.nameFor(network.bridge())))));
        }
        return networks;
    }

    private static State stateOf(AppliedNetwork network, Optional<Observation> kernel) {
        if (kernel.isEmpty()) {
            return network.blocked().isPresent() ? State.BLOCKED : State.UNKNOWN;
        }
        boolean there = kernel.get().rulesInForce() && !kernel.get().amiss().contains(network.bridge());
        if (!there) {
            return State.NOT_AS_APPLIED;
        }
        return network.blocked().isPresent() ? State.BLOCKED : State.APPLIED;
    }

    /** A network of libvirt's of which nothing is in the kernel. */
    public static NetworkStatus unapplied(String name, String bridge, String mode, String shape, State state) {
        return new NetworkStatus(
                name,
                bridge,
                mode,
                shape,
                "libvirt",
                state,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * The networks with those that run and that are not applied: what libvirt says of them.
     *
     * @param marks those that are left to libvirt; of them that run, their definition says more than their mark
     */
    public List<NetworkStatus> beside(List<DefinedNetwork> running, LeftNetworks marks) {
        List<NetworkStatus> all = new ArrayList<>(networks);
        all.removeIf(network -> network.state() == State.LEFT);
        Set<String> known = all.stream().map(NetworkStatus::name).collect(Collectors.toSet());
        for (DefinedNetwork each : running) {
            if (!known.contains(each.name())) {
                all.add(running(each, marks));
            }
        }
        return all;
    }

    private static NetworkStatus running(DefinedNetwork network, LeftNetworks marks) {
        Reading reading = network.reading();
        boolean ruleless = reading.network().orElse(null) instanceof RulelessNetwork;
        boolean left = network.isLeft(marks);
        return unapplied(
                network.name(),
                reading.bridge().map(Object::toString).orElse(""),
                reading.mode().equals("none") ? "isolated" : reading.mode(),
                network.unprotected() ? Shape.OWNER.word() : left ? Shape.COMPANION.word() : "",
                ruleless ? State.NO_RULES : left ? State.LEFT : State.NOT_APPLIED);
    }

    private boolean mayBeInTheMiddleOfAChange(StateDirectory state) {
        boolean surprise = kernel.filter(found -> !found.remarks().isEmpty()).isPresent();
        boolean amiss = stored.isIncomplete()
                || surprise
                || inForce().filter(known -> !known).isPresent();
        return amiss && (state.journal().isPending() || !stored.equals(state.read()));
    }

    static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
