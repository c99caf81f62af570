package org.virtnft.transaction;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.Printable;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;
import org.virtnft.state.StateDirectory;
import org.virtnft.state.StateException;
import org.virtnft.state.Trial;
import org.virtnft.state.Trial.Phase;
import org.virtnft.transaction.BridgeHolders.Claimant;

/**
 * Changes that go back by themselves unless somebody confirms them.
 *
 * <p>What to go back to is written down under the lock in which the change is made, and whoever comes first goes back: the process
 * that waits for it, the command, or an administrator. Only what is still as the trial made it goes back; a network that a hook or
 * another command changed meanwhile is theirs.
 */
public final class Trials {

    /** For what comes before the change: a start of Java, and the lock. */
    private static final Duration STARTING = Duration.ofMinutes(1);

    private final StateDirectory state;
    private final Applier applier;
    private final LongSupplier uptime;
    private final Duration lockDeadline;

    /**
     * @param uptime milliseconds since the machine's start
     */
    public Trials(StateDirectory state, Applier applier, LongSupplier uptime, Duration lockDeadline) {
        this.state = state;
        this.applier = applier;
        this.uptime = uptime;
        this.lockDeadline = lockDeadline;
    }

    /** The one that has not ended. */
    public static Optional<Trial> open(StateDirectory state) {
        return state.trialRecord().read().filter(trial -> trial.phase().isOpen());
    }

    /**
     * The one with this id, ended or not.
     *
     * @throws StateException when it is not there any more
     */
    public Trial get(String id) {
        return state.trialRecord()
                .read()
                .filter(trial -> trial.id().equals(id))
                .orElseThrow(() -> new StateException("the record of what is tried is gone from " + state.path()
                        + ": 'virt-nft status' shows what is applied"));
    }

    /** How long it has; negative when its time is over. */
    public Duration left(Trial trial) {
        return Duration.ofMillis(trial.until() - uptime.getAsLong());
    }

    /**
     * Begins one: nothing is changed yet.
     *
     * @return the open one where there is one, else the new one
     */
    public Trial begin(String id) {
        return state.locked(
                lockDeadline,
                () -> open(state).filter(trial -> !isDead(trial)).orElseGet(() -> {
                    Trial trial = Trial.starting(id, uptime.getAsLong() + STARTING.toMillis());
                    state.trialRecord().write(trial);
                    return trial;
                }));
    }

    /** Whether its command was killed before it changed anything, and its watcher before it was there. */
    private boolean isDead(Trial trial) {
        return trial.phase() == Phase.STARTING && left(trial).isNegative();
    }

    /** Notes that a process waits for its end. */
    public void watched(String id) {
        update(id, trial -> {
            if (trial.phase() != Phase.STARTING) {
                throw new StateException("ended before it was applied");
            }
            return trial.asWatched();
        });
    }

    /** A change that is written down, with what was before it, when it is about to be made. */
    public Change recorded(String id, Duration timeout, Change change) {
        return before -> {
            Snapshot after = change.after(before);
            Set<InterfaceName> changed = Result.changed(before, after);
            Trial trial = get(id);
            // pending: an attempt before this one was refused, and changed nothing
            if (trial.phase() != Phase.STARTING && trial.phase() != Phase.PENDING) {
                throw new StateException("ended before it was applied; nothing was changed");
            }
            state.trialRecord()
                    .write(trial.pending(
                            uptime.getAsLong() + timeout.toMillis(), only(changed, before), only(changed, after)));
            return after;
        };
    }

    private static NavigableMap<InterfaceName, AppliedNetwork> only(Set<InterfaceName> bridges, Snapshot networks) {
        NavigableMap<InterfaceName, AppliedNetwork> some = new TreeMap<>(networks.networks());
        some.keySet().retainAll(bridges);
        return some;
    }

    /**
     * Keeps what was tried.
     *
     * @throws StateException when it cannot be confirmed any more, or not yet
     */
    public Trial confirm(String id) {
        Trial confirmed = update(id, trial -> switch (trial.phase()) {
            case STARTING -> throw new StateException("what is tried is not applied yet: confirm it when it is");
            case RETURNING -> throw new StateException("it is too late: what was tried is going back");
            case PENDING, STUCK -> trial.in(Phase.CONFIRMED, List.of());
            case CONFIRMED, BACK -> trial;
        });
        if (confirmed.phase() == Phase.CONFIRMED) {
            state.failedStarts().clear(confirmed.names());
        }
        return confirmed;
    }

    /** Gives up: only a person can still end it. */
    public void stuck(String id, String why) {
        update(id, trial -> trial.phase().isOpen() ? trial.in(Phase.STUCK, List.of(why)) : trial);
    }

    private Trial update(String id, UnaryOperator<Trial> step) {
        return state.locked(lockDeadline, () -> {
            Trial found = get(id);
            Trial next = step.apply(found);
            if (!next.equals(found)) {
                state.trialRecord().write(next);
            }
            return next;
        });
    }

    /**
     * Goes back, unless it has ended; doing it twice does no harm.
     *
     * @return how it ended
     * @throws ChangeException when the way back was refused
     * @throws StateException when the state cannot be used
     */
    public Trial goBack(String id) {
        Trial trial = update(id, found -> switch (found.phase()) {
            case STARTING -> found.in(Phase.BACK, List.of());
            case PENDING, STUCK, RETURNING -> found.in(Phase.RETURNING, List.of());
            case CONFIRMED, BACK -> found;
        });
        if (!trial.phase().isOpen()) {
            return trial;
        }
        List<String> said = new ArrayList<>();
        Set<String> impossible = new HashSet<>();
        boolean done = false;
        while (!done) {
            try {
                applier.apply(now -> {
                    said.clear();
                    return back(trial, now, impossible, said);
                });
                done = true;
            } catch (ChangeException e) {
                // what a network had is another's now: the others go back without it
                boolean progress = impossible.addAll(e.networks());
                if (e.outcome() == ChangeException.Outcome.UNCERTAIN || !progress) {
                    throw e;
                }
            }
        }
        return update(
                id,
                found -> found.phase().isOpen()
                        ? found.in(Phase.BACK, said.stream().distinct().toList())
                        : found);
    }

    /** What is to be applied then: what was before, where the trial's own is in its place. */
    private Snapshot back(Trial trial, Snapshot now, Set<String> impossible, List<String> said) {
        if (!get(trial.id()).phase().isOpen()) {
            return now; // somebody else has gone back since we looked
        }
        BridgeHolders holders = BridgeHolders.of(now);
        Set<InterfaceName> ours = new TreeSet<>();
        // by the journal, for one: whoever made the change may have been killed after the kernel had it
        Set<InterfaceName> asBefore = new TreeSet<>();
        for (InterfaceName bridge : trial.bridges()) {
            Optional<AppliedNetwork> current =
                    Optional.ofNullable(now.networks().get(bridge));
            if (isStill(current, trial.made(bridge))) {
                holders.leave(bridge);
                ours.add(bridge);
            } else if (isStill(current, trial.before(bridge))) {
                asBefore.add(bridge);
            } else {
                String name = current.or(() -> trial.made(bridge))
                        .or(() -> trial.before(bridge))
                        .map(AppliedNetwork::name)
                        .orElseThrow();
                said.add(shown(name) + ": changed by something else meanwhile, stays so");
            }
        }
        for (InterfaceName bridge : asBefore) {
            trial.before(bridge).ifPresent(network -> said.add(asBefore(network)));
        }
        for (InterfaceName bridge : ours) {
            trial.before(bridge).ifPresent(network -> put(network, holders, impossible, said));
        }
        asBefore.addAll(ours);
        for (InterfaceName bridge : asBefore) {
            trial.made(bridge)
                    .map(AppliedNetwork::name)
                    .filter(name -> !holders.holds(name))
                    .ifPresent(name -> said.add(
                            wasThere(trial, name) ? impossible(name) : shown(name) + ": not applied, as before"));
        }
        return holders.after();
    }

    private static boolean wasThere(Trial trial, String name) {
        return trial.bridges().stream()
                .flatMap(bridge -> trial.before(bridge).stream())
                .anyMatch(network -> network.name().equals(name));
    }

    private static String impossible(String name) {
        return shown(name)
                + ": cannot be as before, for something else took its place meanwhile: run 'virt-nft apply --all'";
    }

    private static boolean isStill(Optional<AppliedNetwork> current, Optional<AppliedNetwork> earlier) {
        return current.equals(earlier)
                || current.filter(now -> earlier.filter(now::isStill).isPresent())
                        .isPresent();
    }

    private static void put(AppliedNetwork network, BridgeHolders holders, Set<String> impossible, List<String> said) {
        String name = shown(network.name());
        boolean possible = !impossible.contains(network.name());
        String why = impossible(network.name());
        // a companion has libvirt's rules; nothing but ours protects an owner network
        Optional<AppliedNetwork> returning = possible
                ? Optional.of(network)
                : Optional.of(AppliedNetwork.blocked(network.name(), network.bridge(), network.since(), why))
                        .filter(blocked -> network.isOwner());
        if (holders.holds(network.name())
                || returning
                        .flatMap(each -> holders.take(each, Claimant.EARLIER))
                        .isPresent()) {
            said.add(name + ": changed by something else meanwhile, stays so");
        } else {
            said.add(possible ? asBefore(network) : why);
        }
    }

    private static String asBefore(AppliedNetwork network) {
        return shown(network.name()) + ": " + network.enforced().word() + " on " + network.bridge() + ", as before";
    }

    private static String shown(String name) {
        return Printable.printable(name, 128);
    }
}
