package org.virtnft.transaction;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.virtnft.kernel.NetworkNamespace;
import org.virtnft.ruleset.Count;
import org.virtnft.state.Journal;
import org.virtnft.state.Snapshot;
import org.virtnft.state.StateDirectory;
import org.virtnft.state.StateException;
import org.virtnft.transaction.ChangeException.Outcome;

/** What a process left that died in the midst of a change: the next one goes back by the journal, or does what was still to follow. */
final class Recovery {

    private final StateDirectory state;
    private final Planning planning;
    private final Sender sender;
    private final Aftermath aftermath;

    Recovery(StateDirectory state, Planning planning, Sender sender, Aftermath aftermath) {
        this.state = state;
        this.planning = planning;
        this.sender = sender;
        this.aftermath = aftermath;
    }

    boolean isNeeded() {
        Journal journal = state.journal();
        return journal.isSettled() || journal.isPending();
    }

    /**
     * Goes back to what was before a change that a process did not live to end.
     *
     * @return what the counters said meanwhile
     */
    Map<String, Count> recover(KernelTable kernel) {
        Journal journal = state.journal();
        if (journal.isSettled()) {
            followSettled(journal);
        }
        if (!journal.isPending()) {
            return Map.of();
        }
        checkNamespace(state, journal);
        Optional<String> undo = journal.undo();
        Map<String, Count> counts = Ground.later(kernel.counts(), journal.counts());
        journal.restoreFiles();
        Snapshot before = state.read();
        Survey survey = planning.survey();
        try {
            sender.send(planning.wayBack(undo, survey.translated(before), counts));
            if (undo.isEmpty() && !before.networks().isEmpty()) {
                state.write(survey.listed()
                        .state(planning.template())
                        .with(before.networks().navigableKeySet()));
            }
        } catch (ChangeException | ListingException e) {
            throw new ChangeException(
                    Outcome.UNCERTAIN,
                    List.of("an earlier change was interrupted, and the way back fails: " + e.getMessage()));
        }
        journal.abandon();
        return counts;
    }

    /**
     * Refuses a change that was interrupted elsewhere.
     *
     * @throws StateException naming the other network namespace
     */
    static void checkNamespace(StateDirectory state, Journal journal) {
        if (!journal.namespace().equals(NetworkNamespace.current())) {
            throw new StateException("a change was interrupted in another network namespace (" + journal.namespace()
                    + "): repair it there, or remove " + state.path() + "/journal if that is gone");
        }
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
