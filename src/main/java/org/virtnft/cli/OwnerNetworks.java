package org.virtnft.cli;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.virtnft.libvirt.LibvirtNetwork;
import org.virtnft.network.Words;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;
import org.virtnft.xml.NetworkReader;

/** The networks that nothing but our rules protects: running or only defined. */
final class OwnerNetworks {

    private OwnerNetworks() {}

    /** Their names, for people. */
    static Collection<String> names(List<LibvirtNetwork> networks, Snapshot state) {
        TreeSet<String> names = new TreeSet<>();
        for (LibvirtNetwork network : networks) {
            if (network.liveXml().orElse("").contains(NetworkReader.NAMESPACE)
                    || network.persistentXml().orElse("").contains(NetworkReader.NAMESPACE)) {
                names.add(Words.printable(network.name(), 128));
            }
        }
        for (AppliedNetwork network : state.networks().values()) {
            if (network.shape().equals("owner")) {
                names.add(Words.printable(network.name(), 128));
            }
        }
        return names;
    }
}
