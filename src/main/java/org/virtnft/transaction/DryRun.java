package org.virtnft.transaction;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.virtnft.kernel.KernelException;
import org.virtnft.ruleset.Count;
import org.virtnft.ruleset.Script;
import org.virtnft.state.Journal;
import org.virtnft.state.Snapshot;
import org.virtnft.state.StateDirectory;
import org.virtnft.state.StateException;
import org.virtnft.transaction.Planning.Goal;

/** Lets the kernel judge a change, and makes none. */
public final class DryRun {

    private final StateDirectory state;
    private final Planning planning;
    private final Sender sender;
    private final Duration lockDeadline;

    DryRun(StateDirectory state, Planning planning, Sender sender, Duration lockDeadline) {
        this.state = state;
        this.planning = planning;
        this.sender = sender;
        this.lockDeadline = lockDeadline;
    }

    /**
     * What a change would do.
     *
     * @throws DryRunException when it would be refused
     * @throws StateException when the state cannot be used or locked
     * @throws KernelException when nftables cannot be asked
     */
    public Result of(Change change) {
        return state.locked(lockDeadline, () -> ofLocked(change));
    }

    private Result ofLocked(Change change) {
        KernelTable kernel = planning.survey().table();
        Journal journal = state.journal();
        if (journal.isPending()) {
            return afterwards(change, journal, kernel);
        }
        Ground ground = planning.survey().ground(planning.survey().said(), kernel, Map.of());
        Goal goal = goal(change, ground.before(), ground.elements());
        Plan plan = planning.plan(ground, goal);
        if (!plan.script().isEmpty()) {
            refuseUnlessPossible(plan.script());
        }
        return plan.result(ground.before(), goal.after(), ground.remarks());
    }

    /** A change would go back first to what was before the one that was interrupted: so both are judged, in this order. */
    private Result afterwards(Change change, Journal journal, KernelTable kernel) {
        Recovery.checkNamespace(state, journal);
        Snapshot now = state.read();
        Snapshot before = now.with(journal.beforePending(now));
        Translated was = planning.survey().translated(before);
        Goal goal = goal(change, before, was);
        Optional<String> undo = journal.undo();
        Map<String, Count> counts = Ground.later(kernel.counts(), journal.counts());
        // without a script of its own, the way back makes what the state says; with one, what it did not know
        Plan plan = planning.afterwards(before, was, undo.isEmpty(), goal, counts);
        Script both = new Script(planning.template())
                .comment("a change was interrupted: this goes back to what was before it")
                .append(planning.wayBack(undo, was, counts))
                .comment("and then")
                .append(plan.script());
        refuseUnlessPossible(both);
        return new Result(both.toString(), plan.kind() != Plan.Kind.ELEMENTS, before, goal.after(), List.of());
    }

    private Goal goal(Change change, Snapshot before, Translated was) {
        Goal goal;
        try {
            goal = planning.goal(change, before);
        } catch (ChangeException e) {
            // it refuses itself
            throw new DryRunException(
                    new Refusal(e.outcome() == ChangeException.Outcome.CONFLICT, e.messages(), e.networks()));
        }
        Plan.conflict(was, goal.elements()).ifPresent(DryRun::refuse);
        return goal;
    }

    private void refuseUnlessPossible(Script script) {
        sender.tryOut(script).ifPresent(DryRun::refuse);
    }

    private static void refuse(Refusal refusal) {
        throw new DryRunException(refusal);
    }
}
