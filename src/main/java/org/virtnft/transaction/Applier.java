package org.virtnft.transaction;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.virtnft.kernel.KernelException;
import org.virtnft.kernel.Listing;
import org.virtnft.kernel.NetworkNamespace;
import org.virtnft.kernel.Nft;
import org.virtnft.kernel.NftMessage;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.ruleset.Count;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.NetworkElements;
import org.virtnft.ruleset.Origin;
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
    private final Ruleset ruleset;
    private final Template template;
    private final StepListener listener;
    private final Duration lockDeadline;
    private final Aftermath aftermath;
    private final Restoration restoration;

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
        this.ruleset = ruleset;
        this.template = ruleset.template();
        this.listener = listener;
        this.lockDeadline = lockDeadline;
        this.aftermath = aftermath;
        this.restoration = restoration;
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
        Supplier<Said> reading = interrupted ? this::said : Meanwhile.begin(this::said);
        KernelTable kernel = readKernel();
        Map<String, Count> counted = Map.of();
        if (interrupted) {
            counted = recover(kernel);
            kernel = readKernel();
        }
        Ground ground = ground(reading.get(), kernel, counted);
        Goal goal = goal(change, ground.before(), ground.elements());
        Plan plan = plan(ground, goal);
        try {
            commit(plan, ground, goal.after());
        } catch (ElementsRefusedException e) {
            // somebody changed an element that we were to delete or create: only a new table is certain
            Ground changed = ground.changedBySomebody(readKernel());
            plan = rebuild(changed, goal);
            commit(plan, changed, goal.after());
        }
        follow(ground.before(), goal.after());
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
        KernelTable kernel = readKernel();
        Journal journal = state.journal();
        if (journal.isPending()) {
            return tryOutAfterwards(change, journal, kernel);
        }
        Ground ground = ground(said(), kernel, Map.of());
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
        Translated was = translated(before);
        Goal goal = goal(change, before, was);
        Optional<String> undo = journal.undo();
        Map<String, Count> counts = later(kernel.counts(), journal.counts());
        Script back = wayBack(undo, was, counts);
        // without a script of its own, the way back makes what the state says; with one, what it did not know
        boolean known =
                undo.isEmpty() && was.ranges().containsAll(goal.elements().ranges());
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
        refuseUnless(nft.tryOut(state.script()), script);
    }

    /**
     * What the kernel says of what is applied.
     *
     * @param applied what was applied, also where only the kernel says so
     * @param rulesInForce whether its rules are those that were applied
     * @param amiss the bridges of networks whose elements are not all there, or not alone
     * @param strays how many elements are of no network
     * @param counts what each counter has counted, by {@link org.virtnft.ruleset.Counters#of}
     * @param remarks what the state did not say
     */
    public record Observation(
            Snapshot applied,
            boolean rulesInForce,
            NavigableSet<InterfaceName> amiss,
            int strays,
            Map<String, Count> counts,
            List<String> remarks) {

        /** Whether the kernel holds what was applied, and nothing else. */
        public boolean inForce() {
            return rulesInForce && amiss.isEmpty() && strays == 0;
        }
    }

    /**
     * Asks the kernel, and changes nothing.
     *
     * @param stored what the state says
     */
    public Observation observe(Snapshot stored) {
        return observe(said(stored), readKernel());
    }

    /** The same of a state that is read meanwhile: with a thousand networks, the kernel and the files take as long as each other. */
    public Observation observe(Supplier<Snapshot> reading) {
        Supplier<Said> said = Meanwhile.begin(() -> said(reading.get()));
        KernelTable kernel = readKernel();
        return observe(said.get(), kernel);
    }

    private Observation observe(Said said, KernelTable kernel) {
        Ground ground = ground(said, kernel, Map.of());
        KernelTable.Amiss amiss = kernel.exists() && !ground.exact()
                ? kernel.amiss(ground.elements())
                : new KernelTable.Amiss(Collections.emptyNavigableSet(), 0);
        return new Observation(
                ground.before(), ground.rules(), amiss.networks(), amiss.strays(), kernel.counts(), ground.remarks());
    }

    /**
     * All that the kernel holds of ours.
     *
     * @param stored what the state says
     * @param applied the elements that it should hold, by bridge
     * @param handles as the state keeps them; "" when there is no table
     * @param rules the listing that they are from
     * @param elements by their set and canonical form, as they are listed
     * @param counters the names of counter objects
     * @param exact whether the elements are those of what is applied, and no others
     */
    public record Inspection(
            Snapshot stored,
            NavigableMap<InterfaceName, NetworkElements> applied,
            String handles,
            String rules,
            Supplier<Map<String, Map<String, String>>> elements,
            Set<String> counters,
            boolean exact) {}

    /**
     * Asks the kernel for everything, and changes nothing.
     *
     * @param reading what the state says, which is read meanwhile
     */
    public Inspection inspect(Supplier<Snapshot> reading) {
        Supplier<Said> saying = Meanwhile.begin(() -> said(reading.get()));
        KernelTable kernel = readKernel();
        Said said = saying.get();
        checkNamespace(said.stored());
        Translated applied = said.elements();
        return kernel.exists()
                ? new Inspection(
                        said.stored(),
                        applied.byBridge(),
                        kernel.handles(),
                        kernel.rules(),
                        kernel::elements,
                        kernel.counts().keySet(),
                        kernel.holdsExactly(applied.all()))
                : new Inspection(said.stored(), applied.byBridge(), "", "", Map::of, Set.of(), false);
    }

    /** What the state says, and the elements of that. */
    record Said(Snapshot stored, Translated elements) {}

    private Said said() {
        return said(state.read());
    }

    private Said said(Snapshot stored) {
        return new Said(stored, translated(stored));
    }

    private Translated translated(Snapshot snapshot) {
        return Translated.of(ruleset.translation(), snapshot.networks().values());
    }

    /** What is to be in force, and its elements. */
    private record Goal(Snapshot after, Translated elements) {}

    private Goal goal(Change change, Snapshot before, Translated was) {
        Snapshot after = change.after(before);
        Translated elements = translated(after);
        Plan.refuseConflicts(was, elements);
        return new Goal(after, elements);
    }

    /**
     * Refuses a state that speaks of another network namespace than this thread's.
     *
     * @throws StateException naming it
     */
    public void checkNamespace(Snapshot before) {
        String namespace = before.table().namespace();
        boolean known = !before.networks().isEmpty() && before.table().isRecorded();
        if (known && !namespace.equals(NetworkNamespace.current())) {
            throw new StateException("the state in " + state.path() + " belongs to another network namespace ("
                    + namespace + "): use --state-dir for this one, or remove that directory if the other is gone");
        }
    }

    /**
     * What a change begins with.
     *
     * @param stored what the state says
     * @param before what was applied, also where the state does not say it any more
     * @param elements those of what was applied
     * @param exact whether the kernel holds them, and no others
     * @param rules whether its rules are those that were applied
     * @param counts what each counter says, with what was counted by a table that is gone
     * @param remarks what the state did not say
     */
    private record Ground(
            Snapshot stored,
            Snapshot before,
            Translated elements,
            KernelTable kernel,
            boolean exact,
            boolean rules,
            Map<String, Count> counts,
            List<String> remarks) {

        Ground changedBySomebody(KernelTable now) {
            return new Ground(stored, before, elements, now, false, false, counts, remarks);
        }

        /** Whether the kernel holds what was applied, and nothing else. */
        boolean matches() {
            return rules && exact;
        }

        /** Whether the state's files say all that there is to go back to. */
        boolean isStored() {
            return matches() && before.equals(stored);
        }
    }

    private Ground ground(Said said, KernelTable kernel, Map<String, Count> counted) {
        Snapshot stored = said.stored();
        checkNamespace(stored);
        Restoration.Restored restored = restoration.restore(state, said, kernel, ruleset);
        boolean rules = restored.before().networks().isEmpty() ? !kernel.exists() : rulesMatch(stored.table(), kernel);
        return new Ground(
                stored,
                restored.before(),
                restored.elements(),
                kernel,
                restored.exact(),
                rules,
                later(kernel.counts(), counted),
                restored.remarks());
    }

    private boolean rulesMatch(TableState table, KernelTable kernel) {
        return kernel.exists()
                && kernel.keeper().equals(Keeper.of(state))
                && table.template().equals(template.version())
                && table.handles().equals(kernel.handles());
    }

    private static Map<String, Count> later(Map<String, Count> one, Map<String, Count> other) {
        Map<String, Count> both = new HashMap<>(one);
        other.forEach((counter, count) -> both.merge(counter, count, Count::later));
        return both;
    }

    /** @throws StateException when the table is another state directory's: whatever it protects, this one knows nothing of it */
    private KernelTable readKernel() {
        listener.before(Step.READ_KERNEL);
        KernelTable kernel = listTable();
        if (kernel.exists() && !kernel.keeper().lets(state)) {
            throw new StateException(kernel.keeper().refusal(state));
        }
        return kernel;
    }

    private KernelTable listTable() {
        Nft.Answer answer = nft.listTable();
        if (answer.ok()) {
            return KernelTable.of(answer.output());
        }
        if (answer.errors().contains("No such file or directory")) {
            return KernelTable.NONE;
        }
        throw new ChangeException(
                Outcome.UNCHANGED, List.of(withHint(answer.errors().strip())));
    }

    private static String withHint(String errors) {
        int end = errors.indexOf('\n');
        String first = end < 0 ? errors : errors.substring(0, end);
        return first + (errors.contains("not permitted") ? " (run as root)" : "");
    }

    private Plan plan(Ground ground, Goal goal) {
        KernelTable kernel = ground.kernel();
        boolean empty = goal.after().networks().isEmpty();
        if (empty && !kernel.exists()) {
            return Plan.nothing(template);
        }
        boolean chainsThere = true;
        for (PortRange range : goal.elements().ranges()) {
            chainsThere &= Listing.hasChain(kernel.listing(), Template.masqueradeChain(range));
        }
        // a new chain needs a new table: before kernel 6.2 it could not be removed with the elements that point to it
        if (ground.matches() && kernel.exists() && !empty && chainsThere) {
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
            refuseUnless(nft.run(state.script()), plan.script());
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
                KernelTable kernel = listTable();
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
            refuseMissing(expected, listTable());
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
                state.write(
                        tableState(listTable()).with(ground.before().networks().navigableKeySet()));
            }
            journal.abandon();
        } catch (ChangeException | StateException | KernelException e) {
            throw ChangeException.uncertain(failure, e);
        }
    }

    private void runBack(Script script) {
        if (!script.isEmpty()) {
            state.writeScript(script.toString());
            refuseUnless(nft.run(state.script()), script);
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
        Map<String, Count> counts = later(kernel.counts(), journal.counts());
        journal.restoreFiles();
        Snapshot before = state.read();
        try {
            runBack(wayBack(undo, translated(before), counts));
            if (undo.isEmpty() && !before.networks().isEmpty()) {
                state.write(tableState(listTable()).with(before.networks().navigableKeySet()));
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
    private void follow(Snapshot before, Snapshot after) {
        aftermath.follow(before, after);
        state.journal().forget();
    }

    private void followSettled(Journal journal) {
        try {
            Snapshot now = state.read();
            aftermath.follow(now.with(journal.beforeSettled(now, NetworkNamespace.current())), now);
        } catch (IllegalArgumentException e) {
            // half forgotten, so it was done
        }
        journal.forget();
    }

    private void refuseUnless(Nft.Answer answer, Script script) {
        if (answer.ok()) {
            return;
        }
        List<String> messages = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        Set<String> networks = new HashSet<>();
        for (NftMessage message : NftMessage.parse(answer.errors())) {
            // nft finds out about an element that does not end where it should at what follows, the next line's brace
            Optional<Origin> origin = script.origin(message.line()).or(() -> script.origin(message.line() - 1));
            origin.ifPresent(from -> networks.add(from.network()));
            String text = origin.map(Origin::toString)
                            .orElse(
                                    message.line() > 0
                                            ? "line " + message.line() + " of " + state.script()
                                            : "nftables")
                    + ": nftables refuses it: " + message.text()
                    + (message.text().contains("not permitted") ? " (run as root)" : "");
            if (seen.add(text)) {
                messages.add(text);
            }
        }
        throw new ChangeException(
                Outcome.UNCHANGED,
                messages.isEmpty() ? List.of("nftables refused the transaction") : messages,
                networks);
    }
}
