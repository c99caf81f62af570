package org.virtnft.cli;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.network.Words;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;
import org.virtnft.xml.NetworkReader;

/** The networks that nothing but our rules protects: running or only defined. */
final class OwnerNetworks {

    private OwnerNetworks() {}

    /** Their names, for people. */
    static Collection<String> names(List<LibvirtNetwork> networks, Snapshot state) {
        TreeSet<String> names = new TreeSet<>();
        for (LibvirtNetwork network : networks) {
            if (NetworkReader.speaksToUs(network.liveXml().orElse(""))
                    || NetworkReader.speaksToUs(network.persistentXml().orElse(""))) {
                names.add(Words.printable(network.name(), 128));
            }
        }
        for (AppliedNetwork network : state.networks().values()) {
            if (network.isOwner() && network.source() != Source.UNKNOWN) {
                names.add(Words.printable(network.name(), 128));
            }
        }
        return names;
    }
}
