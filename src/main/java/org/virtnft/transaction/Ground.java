package org.virtnft.transaction;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.virtnft.ruleset.Count;
import org.virtnft.state.Snapshot;

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
record Ground(
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

    /** Of each counter the one that has counted longer. */
    static Map<String, Count> later(Map<String, Count> one, Map<String, Count> other) {
        Map<String, Count> both = new HashMap<>(one);
        other.forEach((counter, count) -> both.merge(counter, count, Count::later));
        return both;
    }
}
