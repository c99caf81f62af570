package org.virtnft.transaction;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.virtnft.flows.Flows;
import org.virtnft.kernel.KernelException;
import org.virtnft.kernel.Listing;
import org.virtnft.kernel.NetworkNamespace;
import org.virtnft.kernel.Nft;
import org.virtnft.kernel.NftMessage;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.ruleset.Count;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.Origin;
import org.virtnft.ruleset.Script;
import org.virtnft.ruleset.Template;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Journal;
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

    private final StateDirectory state;
    private final Nft nft;
    private final Template template;
    private final StepListener listener;
    private final Duration lockDeadline;
    private final Flows flows;

    /**
     * @param lockDeadline how long to wait for another command
     * @param flows what to do with established connections once a change stands
     */
    public Applier(
            StateDirectory state,
            Nft nft,
            Template template,
            StepListener listener,
            Duration lockDeadline,
            Flows flows) {
        this.state = state;
        this.nft = nft;
        this.template = template;
        this.listener = listener;
        this.lockDeadline = lockDeadline;
        this.flows = flows;
    }

    /** How much of the kernel's table must be what the state says, for elements alone to be changed. */
    public enum Scrutiny {
        /** Chains, sets and rules, by their handles: no element of another network is looked at. */
        RULES,
        /** Every element too. */
        ELEMENTS
    }

    /**
     * Makes a change.
     *
     * @throws ChangeException when it was not made
     * @throws StateException when the state cannot be used or locked; nothing was changed
     * @throws KernelException when nftables cannot be asked; nothing was changed
     */
    public Result apply(Change change, Scrutiny scrutiny) {
        return state.locked(lockDeadline, () -> applyLocked(change, scrutiny));
    }

    private Result applyLocked(Change change, Scrutiny scrutiny) {
        listener.before(Step.RECOVER);
        Map<String, Count> counted = recover();
        Snapshot before = state.read();
        checkNamespace(before);
        Snapshot after = after(change, before);
        Kernel kernel = readKernel(before, scrutiny).counted(counted);
        Plan plan = plan(before, after, kernel);
        try {
            commit(plan, before, after, kernel);
        } catch (ElementsRefusedException e) {
            // somebody changed an element that we were to delete or create: only a new table is certain
            Kernel changed = new Kernel(kernel.exists(), kernel.listing(), false, kernel.counts());
            plan = Plan.rebuild(template, before, after, changed.counts(), listing(changed.exists()));
            commit(plan, before, after, changed);
        }
        endFlows(before, after);
        return result(plan, before, after);
    }

    private static Result result(Plan plan, Snapshot before, Snapshot after) {
        boolean rebuilt = plan.kind() == Plan.Kind.REBUILD || plan.kind() == Plan.Kind.REMOVE;
        return new Result(plan.script().toString(), rebuilt, before, after);
    }

    /**
     * Lets the kernel judge a change, and makes none.
     *
     * @throws ChangeException when it would be refused
     */
    public Result tryOut(Change change, Scrutiny scrutiny) {
        return state.locked(lockDeadline, () -> tryOutLocked(change, scrutiny));
    }

    private Result tryOutLocked(Change change, Scrutiny scrutiny) {
        Journal journal = state.journal();
        if (journal.isPending()) {
            return tryOutAfterwards(change, journal);
        }
        Snapshot before = state.read();
        checkNamespace(before);
        Snapshot after = after(change, before);
        Plan plan = plan(before, after, readKernel(before, scrutiny));
        if (plan.kind() != Plan.Kind.NOTHING) {
            refuseUnlessPossible(plan.script());
        }
        return result(plan, before, after);
    }

    /** A change would go back first to what was before the one that was interrupted: so both are judged, in this order. */
    private Result tryOutAfterwards(Change change, Journal journal) {
        checkNamespace(journal);
        Snapshot now = state.read();
        Snapshot before = new Snapshot(journal.beforePending(now), now.table());
        Snapshot after = after(change, before);
        Optional<String> undo = journal.undo();
        Map<String, Count> counts = counts(journal);
        Script back = wayBack(undo, before, counts);
        // without a script of its own, the way back makes what the state says; with one, what it did not know
        boolean known = undo.isEmpty() && Plan.ranges(before).containsAll(Plan.ranges(after));
        Plan plan = known && !before.networks().isEmpty() && !after.networks().isEmpty()
                ? Plan.elements(template, before, after, counts)
                : Plan.rebuild(template, before, after, counts, Optional.of(""));
        Script both = new Script(template)
                .comment("a change was interrupted: this goes back to what was before it")
                .append(back)
                .comment("and then")
                .append(plan.script());
        refuseUnlessPossible(both);
        return new Result(both.toString(), plan.kind() != Plan.Kind.ELEMENTS, before, after);
    }

    private void refuseUnlessPossible(Script script) {
        state.writeScript(script.toString());
        refuseUnless(nft.tryOut(state.script()), script);
    }

    /**
     * What the kernel says of what is applied.
     *
     * @param inForce whether it is what the state speaks of
     * @param counts what each counter has counted, by {@link org.virtnft.ruleset.Counters#of}
     */
    public record Observation(boolean inForce, Map<String, Count> counts) {}

    /** Asks the kernel, and changes nothing. */
    public Observation observe(Snapshot snapshot, Scrutiny scrutiny) {
        Kernel kernel = readKernel(snapshot, scrutiny);
        return new Observation(kernel.matches(), kernel.counts());
    }

    /**
     * All that the kernel holds of ours.
     *
     * @param handles as the state keeps them; "" when there is no table
     * @param rules the listing that they are from
     * @param elements by their set and canonical form, as they are listed
     * @param counters the names of counter objects
     */
    public record Inspection(
            String handles, String rules, Map<String, Map<String, String>> elements, Set<String> counters) {}

    /** Asks the kernel for everything, and changes nothing. */
    public Inspection inspect(Snapshot snapshot) {
        checkNamespace(snapshot);
        Kernel kernel = readKernel(snapshot, Scrutiny.RULES);
        if (!kernel.exists()) {
            return new Inspection("", "", Map.of(), Set.of());
        }
        return new Inspection(
                Listing.fingerprint(kernel.listing()),
                Listing.rules(kernel.listing()),
                Listing.elementTexts(listing(true).orElse("")),
                kernel.counts().keySet());
    }

    private Snapshot after(Change change, Snapshot before) {
        Snapshot after = new Snapshot(change.after(before), before.table());
        Plan.refuseConflicts(before, after);
        return after;
    }

    /**
     * Refuses a state that speaks of another network namespace than this thread's.
     *
     * @throws StateException naming it
     */
    public void checkNamespace(Snapshot before) {
        String namespace = before.table().namespace();
        if (!before.networks().isEmpty() && namespace.isEmpty()) {
            throw new StateException("the state in " + state.path() + " is damaged (it names no network namespace): "
                    + "remove that directory and run 'virt-nft apply --all'");
        }
        if (!before.networks().isEmpty() && !namespace.equals(NetworkNamespace.current())) {
            throw new StateException("the state in " + state.path() + " belongs to another network namespace ("
                    + namespace + "): use --state-dir for this one, or remove that directory if the other is gone");
        }
    }

    /**
     * What the kernel holds.
     *
     * @param listing the handles' listing; "" when there is no table
     * @param matches whether it is what the state says
     * @param counts what each counter says
     */
    private record Kernel(boolean exists, String listing, boolean matches, Map<String, Count> counts) {

        /** With what was counted by a table that is gone. */
        Kernel counted(Map<String, Count> before) {
            return before.isEmpty() ? this : new Kernel(exists, listing, matches, later(counts, before));
        }
    }

    private static Map<String, Count> later(Map<String, Count> one, Map<String, Count> other) {
        Map<String, Count> both = new HashMap<>(one);
        other.forEach((counter, count) -> both.merge(counter, count, Count::later));
        return both;
    }

    private Kernel readKernel(Snapshot before, Scrutiny scrutiny) {
        listener.before(Step.READ_KERNEL);
        Nft.Answer answer = nft.listHandles();
        if (!answer.ok()) {
            if (!answer.errors().contains("No such file or directory")) {
                throw new ChangeException(
                        Outcome.UNCHANGED, List.of(withHint(answer.errors().strip())));
            }
            return new Kernel(false, "", before.networks().isEmpty(), Map.of());
        }
        TableState table = before.table();
        boolean matches = !before.networks().isEmpty()
                && table.template().equals(template.version())
                && table.handles().equals(Listing.fingerprint(answer.output()))
                && (scrutiny == Scrutiny.RULES
                        || missing(Plan.allElements(before), true).isEmpty());
        return new Kernel(true, answer.output(), matches, Listing.counts(answer.output()));
    }

    private static String withHint(String errors) {
        int end = errors.indexOf('\n');
        String first = end < 0 ? errors : errors.substring(0, end);
        return first + (errors.contains("not permitted") ? " (run as root)" : "");
    }

    private Plan plan(Snapshot before, Snapshot after, Kernel kernel) {
        if (after.networks().isEmpty() && !kernel.exists()) {
            return Plan.nothing(template);
        }
        boolean chainsThere = true;
        for (PortRange range : Plan.ranges(after)) {
            chainsThere &= Listing.hasChain(kernel.listing(), Template.masqueradeChain(range));
        }
        // a new chain needs a new table: before kernel 6.2 it could not be removed with the elements that point to it
        if (kernel.matches() && kernel.exists() && !after.networks().isEmpty() && chainsThere) {
            return Plan.elements(template, before, after, kernel.counts());
        }
        return Plan.rebuild(
                template,
                before,
                after,
                kernel.counts(),
                kernel.matches() ? Optional.empty() : listing(kernel.exists()));
    }

    /** The table as it is, for the way back; "" when there is none. */
    private Optional<String> listing(boolean exists) {
        if (!exists) {
            return Optional.of("");
        }
        Nft.Answer answer = nft.ask("list table " + Template.TABLE);
        if (!answer.ok()) {
            throw new ChangeException(Outcome.UNCHANGED, List.of(withHint(answer.errors())));
        }
        return Optional.of(answer.output());
    }

    /** nft refused elements; nothing was changed. */
    private static final class ElementsRefusedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        ElementsRefusedException(ChangeException refusal) {
            super(refusal.getMessage(), refusal);
        }
    }

    private void commit(Plan plan, Snapshot before, Snapshot after, Kernel kernel) {
        Set<InterfaceName> changed = Result.changed(before, after);
        Journal journal = state.journal();
        listener.before(Step.OPEN_JOURNAL);
        boolean stateSaysIt = kernel.matches() && plan.kind() != Plan.Kind.NOTHING;
        // for the others, the kernel can be asked even when this process has died
        Map<String, Count> ending = new HashMap<>(kernel.counts());
        ending.keySet().retainAll(Plan.endingCounters(before, after));
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
            goBack(plan, before, kernel, journal, committed, e);
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
        List<String> missing = missing(plan.expected(), plan.kind() == Plan.Kind.REBUILD);
        if (!missing.isEmpty()) {
            throw new ChangeException(Outcome.UNCHANGED, missing);
        }
        TableState table = after.table();
        if (plan.kind() == Plan.Kind.REBUILD) {
            listener.before(Step.READ_HANDLES);
            table = tableState();
        }
        listener.before(Step.SAVE_NETWORKS);
        for (InterfaceName bridge : changed) {
            Optional<AppliedNetwork> network =
                    Optional.ofNullable(after.networks().get(bridge));
            network.ifPresentOrElse(state::write, () -> state.forget(bridge));
        }
        listener.before(Step.SAVE_TABLE);
        state.write(table);
    }

    private TableState tableState() {
        Nft.Answer answer = nft.listHandles();
        if (!answer.ok()) {
            throw new ChangeException(Outcome.UNCHANGED, List.of(withHint(answer.errors())));
        }
        String listing = answer.output();
        return new TableState(
                NetworkNamespace.current(), template.version(), Listing.fingerprint(listing), Listing.rules(listing));
    }

    /** What is not in the kernel of these elements, or is there beside them when they are to be all. */
    private List<String> missing(List<Element> expected, boolean all) {
        if (expected.isEmpty() && !all) {
            return List.of();
        }
        String question = all
                ? "list table " + Template.TABLE
                : new Script(template).get(expected).toString();
        Nft.Answer answer = nft.ask(question);
        Map<String, Set<String>> found = Listing.elements(answer.output());
        List<String> missing = new ArrayList<>();
        int count = 0;
        for (Element element : expected) {
            if (found.getOrDefault(element.set(), Set.of()).contains(element.canonical())) {
                count++;
            } else {
                missing.add(element.origin() + ": the kernel does not hold " + element.set() + " { " + element.text()
                        + " } after the transaction");
            }
        }
        int present = 0;
        for (Set<String> elements : found.values()) {
            present += elements.size();
        }
        if (all && missing.isEmpty() && present != count) {
            missing.add("the kernel's table holds elements of no network");
        }
        return missing;
    }

    private void goBack(
            Plan plan, Snapshot before, Kernel kernel, Journal journal, boolean committed, Throwable failure) {
        try {
            if (committed) {
                runBack(plan.inverse());
            }
            journal.restoreFiles();
            // the inverse of a rebuild is another table, with handles of its own
            if (committed
                    && plan.kind() != Plan.Kind.ELEMENTS
                    && kernel.matches()
                    && !before.networks().isEmpty()) {
                state.write(tableState());
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

    /**
     * Goes back to what was before a change that a process did not live to end.
     *
     * @return what the counters said meanwhile
     */
    private Map<String, Count> recover() {
        Journal journal = state.journal();
        if (journal.isSettled()) {
            endFlowsOf(journal);
        }
        if (!journal.isPending()) {
            return Map.of();
        }
        checkNamespace(journal);
        Optional<String> undo = journal.undo();
        Map<String, Count> counts = counts(journal);
        journal.restoreFiles();
        Snapshot before = state.read();
        try {
            runBack(wayBack(undo, before, counts));
            if (undo.isEmpty() && !before.networks().isEmpty()) {
                state.write(tableState());
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

    private Map<String, Count> counts(Journal journal) {
        return later(Listing.counts(nft.listHandles().output()), journal.counts());
    }

    private Script wayBack(Optional<String> undo, Snapshot before, Map<String, Count> counts) {
        return undo.isPresent() ? new Script(template).verbatim(undo.get()) : Plan.whole(template, before, counts);
    }

    /**
     * Last, because a deleted connection cannot be brought back, and after the journal is closed, because a change that stands must not
     * leave what it forbids: where this process dies, the next one does it.
     */
    private void endFlows(Snapshot before, Snapshot after) {
        flows.end(before, after);
        state.journal().forget();
    }

    private void endFlowsOf(Journal journal) {
        try {
            Snapshot now = state.read();
            Snapshot before = new Snapshot(journal.beforeSettled(now, NetworkNamespace.current()), now.table());
            flows.end(before, now);
        } catch (IllegalArgumentException e) {
            // half forgotten, so the flows were ended
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
