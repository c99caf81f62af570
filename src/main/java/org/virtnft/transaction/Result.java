package org.virtnft.transaction;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.virtnft.network.InterfaceName;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;

/**
 * What a change did.
 *
 * @param script what was sent to the kernel; "" when nothing was
 * @param rebuilt whether the whole table was made anew
 * @param remarks what the state did not say of what was applied, and what became of it, a line each
 */
public record Result(String script, boolean rebuilt, Snapshot before, Snapshot after, List<String> remarks) {

    public Result {
        remarks = List.copyOf(remarks);
    }

    /** The bridges whose network is another one now, or was put there anew. */
    public Set<InterfaceName> changed() {
        return changed(before, after);
    }

    /** The networks that were applied before, and are not any more. */
    public List<AppliedNetwork> gone() {
        Map<String, AppliedNetwork> now = after.byName();
        return before.networks().values().stream()
                .filter(network -> !now.containsKey(network.name()))
                .toList();
    }

    /** The same of any two: those that are other ones, or were put there anew, or are gone. */
    public static Set<InterfaceName> changed(Snapshot before, Snapshot after) {
        Set<InterfaceName> bridges = new TreeSet<>(before.networks().keySet());
        bridges.addAll(after.networks().keySet());
        bridges.removeIf(bridge ->
                Objects.equals(before.networks().get(bridge), after.networks().get(bridge)));
        return bridges;
    }
}
