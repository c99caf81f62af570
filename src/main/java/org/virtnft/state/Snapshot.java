package org.virtnft.state;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.virtnft.network.InterfaceName;

/**
 * All that is applied, by bridge: a bridge belongs to one network.
 *
 * @param damaged what cannot be read of what was applied, and why
 * @param earlier those whose file an earlier version of virt-nft wrote: the next change writes it anew
 */
public record Snapshot(
        NavigableMap<InterfaceName, AppliedNetwork> networks,
        TableState table,
        NavigableMap<InterfaceName, String> damaged,
        NavigableSet<InterfaceName> earlier) {

    public Snapshot {
        networks = Collections.unmodifiableNavigableMap(new TreeMap<>(networks));
        damaged = Collections.unmodifiableNavigableMap(new TreeMap<>(damaged));
        earlier = Collections.unmodifiableNavigableSet(new TreeSet<>(earlier));
    }

    /** One of which everything can be read. */
    public Snapshot(NavigableMap<InterfaceName, AppliedNetwork> networks, TableState table) {
        this(networks, table, Collections.emptyNavigableMap(), Collections.emptyNavigableSet());
    }

    /** The same with other networks. */
    public Snapshot with(NavigableMap<InterfaceName, AppliedNetwork> others) {
        return new Snapshot(others, table, damaged, earlier);
    }

    /** Whether it does not say all that was applied. */
    public boolean isIncomplete() {
        return !table.isRecorded() || !damaged.isEmpty();
    }

    /** All by their names: for whoever asks for many. */
    public Map<String, AppliedNetwork> byName() {
        Map<String, AppliedNetwork> named = new HashMap<>();
        networks.values().forEach(network -> named.put(network.name(), network));
        return named;
    }

    /** The network of this name, whatever its bridge. */
    public Optional<AppliedNetwork> named(String name) {
        for (Map.Entry<InterfaceName, AppliedNetwork> entry : networks.entrySet()) {
            if (entry.getValue().name().equals(name)) {
                return Optional.of(entry.getValue());
            }
        }
        return Optional.empty();
    }
}
