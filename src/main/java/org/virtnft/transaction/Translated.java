package org.virtnft.transaction;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.NetworkElements;
import org.virtnft.ruleset.Translation;
import org.virtnft.state.AppliedNetwork;

/** The elements of all networks of a snapshot, by bridge: computed when they are needed, and kept nowhere. */
record Translated(NavigableMap<InterfaceName, NetworkElements> byBridge) {

    static Translated of(Translation translation, Collection<AppliedNetwork> networks) {
        return new Translated(
                translation.of(networks.stream().map(AppliedNetwork::enforced).toList()));
    }

    List<Element> of(InterfaceName bridge) {
        return byBridge.getOrDefault(bridge, NetworkElements.NONE).elements();
    }

    List<Element> all() {
        List<Element> all = new ArrayList<>();
        byBridge.values().forEach(each -> all.addAll(each.elements()));
        return all;
    }

    /** Of masquerading, those that need a chain. */
    SortedSet<PortRange> ranges() {
        SortedSet<PortRange> all = new TreeSet<>();
        byBridge.values().forEach(each -> all.addAll(each.ranges()));
        return all;
    }
}
