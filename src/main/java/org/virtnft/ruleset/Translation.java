package org.virtnft.ruleset;

import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.virtnft.network.InterfaceName;

/** What networks are in the template: of all at once, for what one's elements are may depend on the others. */
@FunctionalInterface
public interface Translation {

    /** The elements of each network, by its bridge. */
    NavigableMap<InterfaceName, NetworkElements> of(Collection<Enforcement> networks);

    /** That of this program's own template: each network by itself, and one that it meets again, as before a change and after it, once. */
    static Translation own() {
        IdentityHashMap<Enforcement, NetworkElements> known = new IdentityHashMap<>();
        return networks -> {
            NavigableMap<InterfaceName, NetworkElements> elements = new TreeMap<>();
            networks.forEach(each -> elements.put(each.bridge(), known.computeIfAbsent(each, NetworkElements::of)));
            return elements;
        };
    }
}
