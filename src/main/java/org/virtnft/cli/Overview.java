package org.virtnft.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.virtnft.cli.NetworkStatus.State;
import org.virtnft.kernel.Interfaces;
import org.virtnft.kernel.Interfaces.Traffic;
import org.virtnft.kernel.KernelException;
import org.virtnft.ruleset.Count;
import org.virtnft.ruleset.Counters;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.FailedStart;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;
import org.virtnft.state.StateDirectory;
import org.virtnft.state.StateException;
import org.virtnft.transaction.Applier;
import org.virtnft.transaction.Applier.Observation;
import org.virtnft.transaction.Applier.Scrutiny;
import org.virtnft.transaction.ChangeException;

/**
 * What is applied, and what the kernel says of it.
 *
 * @param networks those that are applied, and companions whose start failed
 * @param inForce whether the kernel holds what the state says; empty when it could not be asked
 * @param trouble why the kernel could not be asked; "" when it could
 */
record Overview(Snapshot snapshot, List<NetworkStatus> networks, Optional<Boolean> inForce, String trouble) {

    /** A change needs milliseconds between the kernel and the state's files; with a thousand networks some more. */
    private static final int PATIENCE = 10;

    private static final long PAUSE_MILLISECONDS = 50;

    /** Looks, and changes nothing. */
    static Overview of(StateDirectory state, Supplier<Applier> applier, Scrutiny scrutiny) {
        Overview overview = once(state, applier, scrutiny);
        for (int i = 0; i < PATIENCE && overview.mayBeInTheMiddleOfAChange(state); i++) {
            pause();
            overview = once(state, applier, scrutiny);
        }
        return overview;
    }

    private static Overview once(StateDirectory state, Supplier<Applier> applier, Scrutiny scrutiny) {
        Snapshot snapshot = state.read();
        Optional<Observation> kernel = Optional.empty();
        String trouble = "";
        boolean here = true;
        if (!snapshot.networks().isEmpty()) {
            try {
                applier.get().checkNamespace(snapshot);
                kernel = Optional.of(applier.get().observe(snapshot, scrutiny));
            } catch (StateException e) {
                trouble = "" + e.getMessage();
                here = false;
            } catch (ChangeException | KernelException e) {
                trouble = "the kernel could not be asked: " + e.getMessage();
            }
        }
        List<NetworkStatus> networks = new ArrayList<>();
        if (!snapshot.networks().isEmpty()) {
            networks.addAll(applied(snapshot, kernel, here));
        }
        for (FailedStart failed : state.failedStarts()) {
            networks.add(unapplied(failed.network(), "", "", "companion", State.FAILED));
        }
        return new Overview(snapshot, networks, kernel.map(Observation::inForce), trouble);
    }

    /** @param here whether the bridges of these names in this network namespace are theirs */
    private static List<NetworkStatus> applied(Snapshot snapshot, Optional<Observation> kernel, boolean here) {
        Map<String, Count> counts = kernel.map(Observation::counts).orElse(Map.of());
        State applied = kernel.map(Observation::inForce)
                .map(inForce -> inForce ? State.APPLIED : State.NOT_AS_APPLIED)
                .orElse(State.UNKNOWN);
        List<NetworkStatus> networks = new ArrayList<>();
        Map<String, Traffic> traffic = here ? Interfaces.traffic() : Map.of();
        Interfaces interfaces = new Interfaces();
        for (AppliedNetwork network : snapshot.networks().values()) {
            networks.add(new NetworkStatus(
                    network.name(),
                    network.bridge().value(),
                    network.mode(),
                    network.shape(),
                    network.source() == Source.FILE ? "file" : "libvirt",
                    network.blocked().isPresent() ? State.BLOCKED : applied,
                    Optional.of(network.since()),
                    here ? Optional.of(interfaces.condition(network.bridge())) : Optional.empty(),
                    Optional.ofNullable(traffic.get(network.bridge().value())),
                    Optional.ofNullable(counts.get(Counters.of(network.bridge())))));
        }
        return networks;
    }

    /** A network of libvirt's of which nothing is in the kernel. */
    static NetworkStatus unapplied(String name, String bridge, String mode, String shape, State state) {
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

    private boolean mayBeInTheMiddleOfAChange(StateDirectory state) {
        return inForce.filter(known -> !known).isPresent()
                && (state.journal().isPending() || !snapshot.equals(state.read()));
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
