package org.virtnft.transaction;

import java.util.Map;
import java.util.Optional;
import org.virtnft.ruleset.Count;
import org.virtnft.ruleset.Script;
import org.virtnft.ruleset.Template;
import org.virtnft.state.Keeper;
import org.virtnft.state.Snapshot;
import org.virtnft.state.StateDirectory;

/** From what there is and what is wanted to the scripts: for a change, for the way back, and for a look at what a change would do. */
record Planning(StateDirectory state, Template template, Survey survey) {

    /** What is to be in force, and its elements. */
    record Goal(Snapshot after, Translated elements) {}

    Goal goal(Change change, Snapshot before) {
        Snapshot after = change.after(before);
        return new Goal(after, survey.translated(after));
    }

    Plan plan(Ground ground, Goal goal) {
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

    Plan rebuild(Ground ground, Goal goal) {
        // what the state says is made anew; whatever else was there, as it was listed
        Optional<String> listing = ground.isStored()
                ? Optional.empty()
                : Optional.of(ground.kernel().listing());
        return rebuilding()
                .rebuild(
                        ground.elements(),
                        goal.elements(),
                        ground.counts(),
                        Plan.endingCounters(ground.before(), goal.after()),
                        listing);
    }

    /** The plan of a change that comes after the way back of one that was interrupted. */
    Plan afterwards(Snapshot before, Translated was, boolean known, Goal goal, Map<String, Count> counts) {
        Snapshot after = goal.after();
        boolean elements = known
                && was.standing().containsAll(goal.elements().standing())
                && !before.networks().isEmpty()
                && !after.networks().isEmpty();
        return elements
                ? Plan.elements(template, was, goal.elements(), counts)
                : rebuilding()
                        .rebuild(was, goal.elements(), counts, Plan.endingCounters(before, after), Optional.of(""));
    }

    /**
     * What goes back to what was before a change that was interrupted.
     *
     * @param undo the script that its journal has; empty when the state says it
     */
    Script wayBack(Optional<String> undo, Translated before, Map<String, Count> counts) {
        return undo.isPresent()
                ? new Script(template).verbatim(undo.get())
                : rebuilding().whole(before, counts);
    }

    private Plan.Rebuilding rebuilding() {
        return new Plan.Rebuilding(template, Keeper.of(state).comment());
    }
}
