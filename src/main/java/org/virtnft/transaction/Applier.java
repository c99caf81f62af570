package org.virtnft.transaction;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.virtnft.kernel.KernelException;
import org.virtnft.kernel.NetworkNamespace;
import org.virtnft.kernel.Nft;
import org.virtnft.network.InterfaceName;
import org.virtnft.ruleset.Count;
import org.virtnft.ruleset.Ruleset;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Journal;
import org.virtnft.state.Meanwhile;
import org.virtnft.state.Snapshot;
import org.virtnft.state.StateDirectory;
import org.virtnft.state.StateException;
import org.virtnft.state.TableState;
import org.virtnft.transaction.ChangeException.Outcome;
import org.virtnft.transaction.Planning.Goal;

/**
 * Changes what is applied: kernel and state together, or neither.
 *
 * <p>The kernel makes one script atomic. Around it stands what the kernel cannot undo: the reading back and the state's files.
 * Whatever fails there, the inverse script runs at once; where the process died, the next one goes back by the journal.
 */
public final class Applier {

    private final StateDirectory state;
    private final StepListener listener;
    private final Duration lockDeadline;
    private final Aftermath aftermath;
    private final Survey survey;
    private final Planning planning;
    private final Sender sender;
    private final ReadBack readBack;
    private final Recovery recovery;

    /**
     * @param lockDeadline how long to wait for another command
     * @param aftermath what follows once a change stands
     * @param restoration what was applied, where the state does not say it any more
     */
    public Applier(
            StateDirectory state,
            Nft nft,
            Ruleset ruleset,
            StepListener listener,
            Duration lockDeadline,
            Aftermath aftermath,
            Restoration restoration) {
        this.state = state;
        this.listener = listener;
        this.lockDeadline = lockDeadline;
        this.aftermath = aftermath;
        this.survey = new Survey(state, nft, ruleset, restoration, listener);
        this.planning = new Planning(state, ruleset.template(), survey);
        this.sender = new Sender(state, nft);
        this.readBack = new ReadBack(nft, planning, listener);
        this.recovery = new Recovery(state, planning, sender, aftermath);
    }

    /** What there is to change. */
    public Survey survey() {
        return survey;
    }

    /** What a change would do. */
    public DryRun dryRun() {
        return new DryRun(state, planning, sender, lockDeadline);
    }

    /**
     * Makes a change.
     *
     * @throws ChangeException when it was not made
     * @throws StateException when the state cannot be used or locked; nothing was changed
     * @throws KernelException when nftables cannot be asked; nothing was changed
     */
    public Result apply(Change change) {
        try {
            return state.locked(lockDeadline, () -> applyLocked(change));
        } catch (ListingException e) {
            ChangeException failure = new ChangeException(Outcome.UNCHANGED, List.of("" + e.getMessage()));
            failure.initCause(e);
            throw failure;
        }
    }

    private Result applyLocked(Change change) {
        listener.before(Step.RECOVER);
        boolean interrupted = recovery.isNeeded();
        Supplier<Survey.Said> reading = interrupted ? survey::said : Meanwhile.begin(survey::said);
        KernelTable kernel = survey.table();
        Map<String, Count> counted = Map.of();
        if (interrupted) {
            counted = recovery.recover(kernel);
            kernel = survey.table();
        }
        Ground ground = survey.ground(reading.get(), kernel, counted);
        Goal goal = planning.goal(change, ground.before());
        Plan.conflict(ground.elements(), goal.elements()).ifPresent(refusal -> {
            throw refusal.ofChange();
        });
        Plan plan = planning.plan(ground, goal);
        try {
            commit(plan, ground, goal.after());
        } catch (ElementsRefusedException e) {
            // somebody changed an element that we were to delete or create: only a new table is certain
            Ground changed = ground.changedBySomebody(survey.table());
            plan = planning.rebuild(changed, goal);
            commit(plan, changed, goal.after());
        }
        follow(ground.before(), goal.after(), !ground.matches());
        return plan.result(ground.before(), goal.after(), ground.remarks());
    }

    /** nft refused elements; nothing was changed. */
    private static final class ElementsRefusedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        ElementsRefusedException(ChangeException refusal) {
            super(refusal.getMessage(), refusal);
        }
    }

    private void commit(Plan plan, Ground ground, Snapshot after) {
        SortedSet<InterfaceName> changed = new TreeSet<>(Result.changed(ground.stored(), after));
        changed.addAll(ground.stored().damaged().keySet());
        changed.addAll(ground.stored().earlier());
        Journal journal = state.journal();
        listener.before(Step.OPEN_JOURNAL);
        boolean stateSaysIt = ground.isStored() && plan.kind() != Plan.Kind.NOTHING;
        // for the others, the kernel can be asked even when this process has died
        Map<String, Count> ending = new HashMap<>(ground.counts());
        ending.keySet().retainAll(Plan.endingCounters(ground.before(), after));
        journal.begin(
                NetworkNamespace.current(),
                changed,
                stateSaysIt ? Optional.empty() : Optional.of(plan.inverse().toString()),
                ending);
        boolean committed = false;
        try {
            if (!plan.script().isEmpty()) {
                listener.before(Step.WRITE_SCRIPT);
                sender.write(plan.script());
                listener.before(Step.COMMIT);
                commit(plan);
                committed = true;
            }
            save(plan, changed, after);
            listener.before(Step.CLOSE_JOURNAL);
            journal.settle();
        } catch (RuntimeException | Error e) {
            goBack(plan, ground, journal, committed, e);
            throw e;
        }
    }

    private void commit(Plan plan) {
        sender.run(plan.script()).map(Refusal::ofChange).ifPresent(refused -> {
            throw plan.kind() == Plan.Kind.ELEMENTS ? new ElementsRefusedException(refused) : refused;
        });
    }

    private void save(Plan plan, Set<InterfaceName> changed, Snapshot after) {
        listener.before(Step.READ_BACK);
        TableState table = readBack.of(plan, after);
        for (InterfaceName bridge : changed) {
            listener.before(Step.SAVE_NETWORKS);
            Optional<AppliedNetwork> network =
                    Optional.ofNullable(after.networks().get(bridge));
            network.ifPresentOrElse(state::write, () -> state.forget(bridge));
        }
        listener.before(Step.SAVE_TABLE);
        state.write(table.with(after.networks().navigableKeySet()));
    }

    private void goBack(Plan plan, Ground ground, Journal journal, boolean committed, Throwable failure) {
        try {
            if (committed) {
                sender.send(plan.inverse());
            }
            journal.restoreFiles();
            // the inverse of a rebuild is another table, with handles of its own
            if (committed
                    && plan.kind() != Plan.Kind.ELEMENTS
                    && ground.isStored()
                    && !ground.before().networks().isEmpty()) {
                state.write(survey.listed()
                        .state(planning.template())
                        .with(ground.before().networks().navigableKeySet()));
            }
            journal.abandon();
        } catch (ChangeException | StateException | KernelException e) {
            throw ChangeException.uncertain(failure, e);
        }
    }

    /**
     * Last, because a deleted connection cannot be brought back, and after the journal is closed, because a change that stands must not
     * leave what it forbids: where this process dies, the next one does it.
     */
    private void follow(Snapshot before, Snapshot after, boolean mended) {
        aftermath.follow(before, after, mended);
        state.journal().forget();
    }
}
