package org.virtnft.hook;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.virtnft.definitions.Readings;
import org.virtnft.kernel.KernelException;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.NetworkDefinition;
import org.virtnft.network.Printable;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;
import org.virtnft.state.StateDirectory;
import org.virtnft.state.StateException;
import org.virtnft.transaction.Applier;
import org.virtnft.transaction.BridgeHolders;
import org.virtnft.transaction.BridgeHolders.Claimant;
import org.virtnft.transaction.Change;
import org.virtnft.transaction.ChangeException;
import org.virtnft.transaction.RefusedException;
import org.virtnft.xml.NetworkReader;
import org.virtnft.xml.Problem;
import org.virtnft.xml.Reading;

/**
 * What happens at each of libvirt's operations.
 *
 * <p>{@code start} comes before the bridge exists, {@code stopped} often not at all after a failed start, {@code updated} also
 * for networks that are not active (libvirt 9.0.0 to 11.3, src/network/bridge_driver.c).
 */
final class Hook {

    private static final String SOURCE = "libvirt";

    private final StateDirectory state;
    private final Supplier<Applier> applier;
    private final Predicate<InterfaceName> exists;
    private final Clock clock;
    private final boolean dryRun;
    private final Consumer<String> remarks;

    /**
     * @param applier made only when there is something to change: loading libnftables takes time
     * @param exists whether there is an interface of a name now
     * @param dryRun whether the kernel is only asked
     * @param remarks is told what the state did not say of what was applied
     */
    Hook(
            StateDirectory state,
            Supplier<Applier> applier,
            Predicate<InterfaceName> exists,
            Clock clock,
            boolean dryRun,
            Consumer<String> remarks) {
        this.state = state;
        this.applier = applier;
        this.exists = exists;
        this.clock = clock;
        this.dryRun = dryRun;
        this.remarks = remarks;
    }

    /**
     * Does what an operation of libvirt's needs.
     *
     * @param argument the network's name as libvirt gave it on the command line; the XML's counts where it can be read
     * @throws HookException when it could not be done; the kernel holds what it held before
     */
    void run(String argument, String operation, byte[] xml) throws HookException {
        try {
            switch (operation) {
                case "start" -> start(argument, xml);
                case "stopped" -> stopped(argument, xml);
                case "updated" -> updated(argument, xml);
                default -> {}
            }
            if (!dryRun) {
                state.hookMark().touch();
            }
        } catch (RefusedException e) {
            throw new HookException(about(argument, e.messages()));
        } catch (StateException | KernelException e) {
            throw new HookException(Printable.network(argument) + ": " + e.getMessage());
        }
    }

    private void start(String argument, byte[] xml) throws HookException {
        Reading reading = NetworkReader.read(SOURCE, xml);
        String name = reading.name().orElse(argument);
        Optional<NetworkDefinition> definition = reading.network();
        if (definition.isEmpty()) {
            forget(name, reading.bridge().filter(bridge -> !exists.test(bridge)));
            throw new HookException(refusal(name, reading));
        }
        if (!(definition.get() instanceof VirtualNetwork network)) {
            leaveAlone(name, reading.bridge());
            return;
        }
        if (network.shape() == Shape.COMPANION
                && state.left().of(reading.uuid()).isPresent()) {
            leaveAlone(name, reading.bridge());
            clearFailedStart(name);
            return;
        }
        if (exists.test(network.bridge())) {
            throw new HookException(Printable.network(name) + ": an interface called " + network.bridge()
                    + " exists already; remove it, or give the network another <bridge name=>");
        }
        AppliedNetwork applied = AppliedNetwork.of(
                        network,
                        Source.LIBVIRT,
                        clock.instant(),
                        reading.metadata(),
                        reading.metadata(),
                        warnings(reading))
                .readFrom(Readings.mark(xml, reading));
        try {
            change(before -> {
                BridgeHolders holders = BridgeHolders.of(before);
                holders.leaveAbsent(applied, exists);
                holders.take(applied, Claimant.RUNNING);
                return holders.after();
            });
        } catch (ChangeException e) {
            // a companion starts all the same: not with the rules of an earlier life
            if (e.outcome() != ChangeException.Outcome.UNCERTAIN) {
                forgetAfter(e, name, network.bridge());
            }
            throw e;
        }
        clearFailedStart(name);
    }

    private void clearFailedStart(String name) {
        if (!dryRun) {
            state.failedStarts().clear(List.of(name));
        }
    }

    private void stopped(String argument, byte[] xml) {
        forget(NetworkReader.read(SOURCE, xml).name().orElse(argument), Optional.empty());
    }

    private void updated(String argument, byte[] xml) {
        Reading reading = NetworkReader.read(SOURCE, xml);
        String name = reading.name().orElse(argument);
        if (state.isEmpty() || !concerns(state.read(), name, Optional.empty())) {
            return;
        }
        change(before -> {
            // libvirt tells of networks too that do not run: a file's of this name is another one
            Optional<AppliedNetwork> own = before.named(name).filter(there -> there.source() == Source.LIBVIRT);
            if (own.isEmpty()) {
                return before;
            }
            BridgeHolders holders = BridgeHolders.of(before);
            holders.leave(name);
            updated(own.get(), reading, xml).ifPresent(network -> holders.take(network, Claimant.RUNNING));
            return holders.after();
        });
    }

    /** Empty when it has no rules any more. */
    private Optional<AppliedNetwork> updated(AppliedNetwork applied, Reading reading, byte[] xml) {
        // a policy brought into force since the start stays, until somebody changes the live XML's own
        boolean ownChanged = !reading.metadata().equals(applied.metadataSeen());
        String metadata = ownChanged ? reading.metadata() : applied.metadata();
        Reading inForce = NetworkReader.read(SOURCE, xml, Optional.of(metadata));
        if (inForce.network().isEmpty()) {
            throw new ChangeException(ChangeException.Outcome.UNCHANGED, List.of(refusal(applied.name(), inForce)));
        }
        return inForce.network().get() instanceof VirtualNetwork network
                ? Optional.of(AppliedNetwork.of(
                        network, Source.LIBVIRT, clock.instant(), metadata, reading.metadata(), warnings(inForce)))
                : Optional.empty();
    }

    /** Whether a network's rules may be there. Where the state does not say all, the first to look brings back what it lost. */
    private static boolean concerns(Snapshot now, String name, Optional<InterfaceName> bridge) {
        return now.isIncomplete()
                || now.named(name).isPresent()
                || bridge.filter(now.networks()::containsKey).isPresent();
    }

    /** An earlier life of the network, and whatever had its bridge, must not meet its packets. */
    private void leaveAlone(String name, Optional<InterfaceName> bridge) {
        if (state.isEmpty()) {
            return;
        }
        if (concerns(state.read(), name, bridge)) {
            change(before -> vacated(before, name, bridge));
        }
        clearFailedStart(name);
    }

    /**
     * Nothing of ours is to meet its packets.
     *
     * @param bridge its bridge, where nobody else is on it
     */
    private void forget(String name, Optional<InterfaceName> bridge) {
        if (state.isEmpty()) {
            return;
        }
        Snapshot now = state.read();
        if (concerns(now, name, bridge) || state.journal().isPending()) {
            change(before -> vacated(before, name, bridge));
        }
    }

    private void forgetAfter(ChangeException failure, String name, InterfaceName bridge) {
        try {
            forget(name, Optional.of(bridge));
        } catch (ChangeException | StateException | KernelException e) {
            throw ChangeException.uncertain(failure, e);
        }
    }

    private static Snapshot vacated(Snapshot before, String name, Optional<InterfaceName> bridge) {
        BridgeHolders holders = BridgeHolders.of(before);
        holders.vacate(name, bridge, Claimant.RUNNING);
        return holders.after();
    }

    private void change(Change change) {
        if (dryRun) {
            applier.get().dryRun().of(change);
            return;
        }
        applier.get().apply(change).remarks().forEach(remarks);
    }

    private static List<String> warnings(Reading reading) {
        return reading.warnings().stream().map(Problem::toString).toList();
    }

    private static String refusal(String name, Reading reading) {
        List<Problem> errors = reading.errors();
        Problem first = errors.get(0);
        return Printable.network(name) + ": " + first.element() + ": " + first.message() + "; " + first.remedy()
                + more(errors.size());
    }

    /** What goes wrong with one of its elements names the network; what goes wrong with the table as a whole does not. */
    private static String about(String name, List<String> messages) {
        String first = messages.get(0);
        String prefix = first.startsWith("network '") ? "" : Printable.network(name) + ": ";
        return prefix + first + (messages.size() > 1 ? " (and " + (messages.size() - 1) + " more)" : "");
    }

    private static String more(int errors) {
        return errors > 1 ? " (and " + (errors - 1) + " more: see 'virt-nft check')" : "";
    }
}
