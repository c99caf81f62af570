package org.virtnft.ruleset;

import org.virtnft.network.Printable;

/**
 * Where a line of a script came from, for the day the kernel refuses it.
 *
 * @param network the network's name, as it is
 * @param element what in its definition, in libvirt's words
 */
public record Origin(String network, String element) {
    @Override
    public String toString() {
        return Printable.network(network) + ", " + element;
    }
}
