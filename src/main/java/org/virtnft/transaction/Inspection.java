package org.virtnft.transaction;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.function.Supplier;
import org.virtnft.network.InterfaceName;
import org.virtnft.ruleset.Entry;
import org.virtnft.ruleset.NetworkElements;
import org.virtnft.state.Snapshot;

/**
 * All that the kernel holds of ours.
 *
 * @param stored what the state says
 * @param applied the elements that it should hold, by bridge
 * @param handles as the state keeps them; "" when there is no table
 * @param rules the listing that they are from
 * @param elements by their set, as they are listed
 * @param titles what it has beside elements, by {@link org.virtnft.ruleset.Piece#title}
 * @param exact whether the elements are those of what is applied, and no others
 */
public record Inspection(
        Snapshot stored,
        NavigableMap<InterfaceName, NetworkElements> applied,
        String handles,
        String rules,
        Supplier<Map<String, Set<Entry>>> elements,
        Set<String> titles,
        boolean exact) {}
