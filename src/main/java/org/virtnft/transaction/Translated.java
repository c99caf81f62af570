package org.virtnft.transaction;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import org.virtnft.network.InterfaceName;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.NetworkElements;
import org.virtnft.ruleset.Piece;
import org.virtnft.ruleset.Pieces;
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

    /** The pieces of the table that must be there before these can be. */
    List<Piece> standing() {
        return Pieces.standing(all());
    }
}
