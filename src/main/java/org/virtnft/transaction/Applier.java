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
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.Ruleset;
import org.virtnft.ruleset.Script;
import org.virtnft.ruleset.Template;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Journal;
import org.virtnft.state.Keeper;
import org.virtnft.state.Meanwhile;
import org.virtnft.state.Snapshot;
import org.virtnft.state.StateDirectory;
import org.virtnft.state.StateException;
import org.virtnft.state.TableState;
import org.virtnft.transaction.ChangeException.Outcome;

/**
 * Changes what is applied: kernel and state together, or neither.
 *
 * <p>The kernel makes one script atomic. Around it stands what the kernel cannot undo: the reading back and the state's files.
 * Whatever fails there, the inverse script runs at once; where the process died, the next one goes back by the journal.
 */
public final class Applier {

    /** {@code get element} crashes nft from about 64 keys of an interval set on (1.0.6, 1.1.3): for more, the table is listed. */
    private static final int MOST_KEYS = 32;

    private final StateDirectory state;
    private final Nft nft;
    private final Template template;
    private final StepListener listener;
    private final Duration lockDeadline;
    private final Aftermath aftermath;
    private final Survey survey;

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
        this.nft = nft;
        this.template = ruleset.template();
        this.listener = listener;
        this.lockDeadline = lockDeadline;
        this.aftermath = aftermath;
        this.survey = new Survey(state, nft, ruleset, restoration, listener);
    }

    /** What there is to change. */
    public Survey survey() {
        return survey;
    }

    /**
     * Makes a change.
     *
     * @throws ChangeException when it was not made
     * @throws StateException when the state cannot be used or locked; nothing was changed
     * @throws KernelException when nftables cannot be asked; nothing was changed
     */
    public Result apply(Change change) {
        return state.locked(lockDeadline, () -> applyLocked(change));
    }

    private Result applyLocked(Change change) {
        listener.before(Step.RECOVER);
        boolean interrupted = isInterrupted();
        Supplier<Survey.Said> reading = interrupted ? survey::said : Meanwhile.begin(survey::said);
        KernelTable kernel = survey.table();
        Map<String, Count> counted = Map.of();
        if (interrupted) {
            counted = recover(kernel);
            kernel = survey.table();
        }
        Ground ground = survey.ground(reading.get(), kernel, counted);
        Goal goal = goal(change, ground.before(), ground.elements());
        Plan plan = plan(ground, goal);
        try {
            commit(plan, ground, goal.after());
        } catch (ElementsRefusedException e) {
            // somebody changed an element that we were to delete or create: only a new table is certain
            Ground changed = ground.changedBySomebody(survey.table());
            plan = rebuild(changed, goal);
            commit(plan, changed, goal.after());
        }
        follow(ground.before(), goal.after(), !ground.matches());
        return result(plan, ground, goal.after());
    }

    private static Result result(Plan plan, Ground ground, Snapshot after) {
        boolean rebuilt = plan.kind() == Plan.Kind.REBUILD || plan.kind() == Plan.Kind.REMOVE;
        return new Result(plan.script().toString(), rebuilt, ground.before(), after, ground.remarks());
    }

    /**
     * Lets the kernel judge a change, and makes none.
     *
     * @throws ChangeException when it would be refused
     */
    public Result tryOut(Change change) {
        return state.locked(lockDeadline, () -> tryOutLocked(change));
    }

    private Result tryOutLocked(Change change) {
        KernelTable kernel = survey.table();
        Journal journal = state.journal();
        if (journal.isPending()) {
            return tryOutAfterwards(change, journal, kernel);
        }
        Ground ground = survey.ground(survey.said(), kernel, Map.of());
        Goal goal = goal(change, ground.before(), ground.elements());
        Plan plan = plan(ground, goal);
        if (!plan.script().isEmpty()) {
            refuseUnlessPossible(plan.script());
        }
        return result(plan, ground, goal.after());
    }

    /** A change would go back first to what was before the one that was interrupted: so both are judged, in this order. */
    private Result tryOutAfterwards(Change change, Journal journal, KernelTable kernel) {
        checkNamespace(journal);
        Snapshot now = state.read();
        Snapshot before = now.with(journal.beforePending(now));
        Translated was = survey.translated(before);
        Goal goal = goal(change, before, was);
        Optional<String> undo = journal.undo();
        Map<String, Count> counts = Ground.later(kernel.counts(), journal.counts());
        Script back = wayBack(undo, was, counts);
        // without a script of its own, the way back makes what the state says; with one, what it did not know
        boolean known =
                undo.isEmpty() && was.standing().containsAll(goal.elements().standing());
        Snapshot after = goal.after();
        Plan plan = known && !before.networks().isEmpty() && !after.networks().isEmpty()
                ? Plan.elements(template, was, goal.elements(), counts)
                : plans().rebuild(was, goal.elements(), counts, Plan.endingCounters(before, after), Optional.of(""));
        Script both = new Script(template)
                .comment("a change was interrupted: this goes back to what was before it")
                .append(back)
                .comment("and then")
                .append(plan.script());
        refuseUnlessPossible(both);
        return new Result(both.toString(), plan.kind() != Plan.Kind.ELEMENTS, before, after, List.of());
    }

    private void refuseUnlessPossible(Script script) {
        state.writeScript(script.toString());
        Refusals.refuseUnless(nft.tryOut(state.script()), script, state.script());
    }

    /** What is to be in force, and its elements. */
    private record Goal(Snapshot after, Translated elements) {}

    private Goal goal(Change change, Snapshot before, Translated was) {
        Snapshot after = change.after(before);
        Translated elements = survey.translated(after);
        Plan.refuseConflicts(was, elements);
        return new Goal(after, elements);
    }

    private Plan plan(Ground ground, Goal goal) {
        KernelTable kernel = ground.kernel();
        boolean empty = goal.after().networks().isEmpty();
        if (empty && !kernel.exists()) {
            return Plan.nothing(template);
        }
        // a piece that stays until then needs a new table
        if (ground.matches()
                && kernel.exists()
                && !empty
                && kernel.hasAll(goal.elements().standing())) {
            return Plan.elements(template, ground.elements(), goal.elements(), ground.counts());
        }
        return rebuild(ground, goal);
    }

    private Plan rebuild(Ground ground, Goal goal) {
        // what the state says is made anew; whatever else was there, as it was listed
        Optional<String> listing = ground.isStored()
                ? Optional.empty()
                : Optional.of(ground.kernel().listing());
        return plans().rebuild(
                        ground.elements(),
                        goal.elements(),
                        ground.counts(),
                        Plan.endingCounters(ground.before(), goal.after()),
                        listing);
    }

    private Plan.Rebuilding plans() {
        return new Plan.Rebuilding(template, Keeper.of(state).comment());
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
                state.writeScript(plan.script().toString());
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
        try {
            Refusals.refuseUnless(nft.run(state.script()), plan.script(), state.script());
        } catch (ChangeException e) {
            throw plan.kind() == Plan.Kind.ELEMENTS ? new ElementsRefusedException(e) : e;
        }
    }

    private void save(Plan plan, Set<InterfaceName> changed, Snapshot after) {
        listener.before(Step.READ_BACK);
        TableState table = readBack(plan, after);
        for (InterfaceName bridge : changed) {
            listener.before(Step.SAVE_NETWORKS);
            Optional<AppliedNetwork> network =
                    Optional.ofNullable(after.networks().get(bridge));
            network.ifPresentOrElse(state::write, () -> state.forget(bridge));
        }
        listener.before(Step.SAVE_TABLE);
        state.write(table.with(after.networks().navigableKeySet()));
    }

    /** Makes sure that the kernel holds what it was given; the record that goes with it. */
    private TableState readBack(Plan plan, Snapshot after) {
        return switch (plan.kind()) {
            case NOTHING, REMOVE -> TableState.empty(NetworkNamespace.current());
            case ELEMENTS -> {
                refuseMissing(plan.expected());
                yield after.table();
            }
            case REBUILD -> {
                KernelTable kernel = survey.listed();
                if (!kernel.holdsExactly(plan.expected())) {
                    refuseMissing(plan.expected(), kernel);
                    throw new ChangeException(
                            Outcome.UNCHANGED, List.of("the kernel's table holds elements of no network"));
                }
                listener.before(Step.READ_HANDLES);
                yield tableState(kernel);
            }
        };
    }

    private TableState tableState(KernelTable kernel) {
        return new TableState(NetworkNamespace.current(), template.version(), kernel.handles(), kernel.rules());
    }

    private void refuseMissing(List<Element> expected) {
        if (expected.isEmpty()) {
            return;
        }
        if (expected.size() > MOST_KEYS) {
            refuseMissing(expected, survey.listed());
            return;
        }
        Nft.Answer answer = nft.ask(new Script(template).get(expected).toString());
        refuseMissing(expected, KernelTable.of(answer.output()));
    }

    private static void refuseMissing(List<Element> expected, KernelTable kernel) {
        List<String> missing = kernel.missing(expected).stream()
                .map(element -> element.origin() + ": the kernel does not hold " + element.set() + " { "
                        + element.text() + " } after the transaction")
                .toList();
        if (!missing.isEmpty()) {
            throw new ChangeException(Outcome.UNCHANGED, missing);
        }
    }

    private void goBack(Plan plan, Ground ground, Journal journal, boolean committed, Throwable failure) {
        try {
            if (committed) {
                runBack(plan.inverse());
            }
            journal.restoreFiles();
            // the inverse of a rebuild is another table, with handles of its own
            if (committed
                    && plan.kind() != Plan.Kind.ELEMENTS
                    && ground.isStored()
                    && !ground.before().networks().isEmpty()) {
                state.write(tableState(survey.listed())
                        .with(ground.before().networks().navigableKeySet()));
            }
            journal.abandon();
        } catch (ChangeException | StateException | KernelException e) {
            throw ChangeException.uncertain(failure, e);
        }
    }

    private void runBack(Script script) {
        if (!script.isEmpty()) {
            state.writeScript(script.toString());
            Refusals.refuseUnless(nft.run(state.script()), script, state.script());
        }
    }

    private boolean isInterrupted() {
        Journal journal = state.journal();
        return journal.isSettled() || journal.isPending();
    }

    /**
     * Goes back to what was before a change that a process did not live to end.
     *
     * @return what the counters said meanwhile
     */
    private Map<String, Count> recover(KernelTable kernel) {
        Journal journal = state.journal();
        if (journal.isSettled()) {
            followSettled(journal);
        }
        if (!journal.isPending()) {
            return Map.of();
        }
        checkNamespace(journal);
        Optional<String> undo = journal.undo();
        Map<String, Count> counts = Ground.later(kernel.counts(), journal.counts());
        journal.restoreFiles();
        Snapshot before = state.read();
        try {
            runBack(wayBack(undo, survey.translated(before), counts));
            if (undo.isEmpty() && !before.networks().isEmpty()) {
                state.write(tableState(survey.listed()).with(before.networks().navigableKeySet()));
            }
        } catch (ChangeException e) {
            throw new ChangeException(
                    Outcome.UNCERTAIN,
                    List.of("an earlier change was interrupted, and the way back fails: " + e.getMessage()));
        }
        journal.abandon();
        return counts;
    }

    private void checkNamespace(Journal journal) {
        if (!journal.namespace().equals(NetworkNamespace.current())) {
            throw new StateException("a change was interrupted in another network namespace (" + journal.namespace()
                    + "): repair it there, or remove " + state.path() + "/journal if that is gone");
        }
    }

    private Script wayBack(Optional<String> undo, Translated before, Map<String, Count> counts) {
        return undo.isPresent() ? new Script(template).verbatim(undo.get()) : plans().whole(before, counts);
    }

    /**
     * Last, because a deleted connection cannot be brought back, and after the journal is closed, because a change that stands must not
     * leave what it forbids: where this process dies, the next one does it.
     */
    private void follow(Snapshot before, Snapshot after, boolean mended) {
        aftermath.follow(before, after, mended);
        state.journal().forget();
    }

    private void followSettled(Journal journal) {
        try {
            Snapshot now = state.read();
            // whether that one mended something is not known any more
            aftermath.follow(now.with(journal.beforeSettled(now, NetworkNamespace.current())), now, true);
        } catch (IllegalArgumentException e) {
            // half forgotten, so it was done
        }
        journal.forget();
    }
}
