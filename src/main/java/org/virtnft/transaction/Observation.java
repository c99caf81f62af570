package org.virtnft.transaction;

import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import org.virtnft.network.InterfaceName;
import org.virtnft.ruleset.Count;
import org.virtnft.state.Snapshot;

/**
 * What the kernel says of what is applied.
 *
 * @param applied what was applied, also where only the kernel says so
 * @param rulesInForce whether its rules are those that were applied
 * @param amiss the bridges of networks whose elements are not all there, or not alone
 * @param strays how many elements are of no network
 * @param counts what each counter has counted, by {@link org.virtnft.ruleset.Piece.Counter#nameFor}
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
