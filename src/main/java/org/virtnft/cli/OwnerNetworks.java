package org.virtnft.cli;

import java.util.Collection;
import java.util.TreeSet;
import org.virtnft.host.HostFiles;
import org.virtnft.libvirt.LibvirtException;
import org.virtnft.libvirt.LibvirtFiles;
import org.virtnft.libvirt.LibvirtNetwork;
import org.virtnft.network.Words;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;
import org.virtnft.xml.NetworkReader;

/** The networks that nothing but our rules protects: running or only defined, whether libvirt's daemon runs or not. */
final class OwnerNetworks {

    private OwnerNetworks() {}

    /** Their names, for people. */
    static Collection<String> names(HostFiles files, Snapshot state) {
        TreeSet<String> names = new TreeSet<>();
        try {
            for (LibvirtNetwork network : new LibvirtFiles(files.root()).all()) {
                if (network.liveXml().orElse("").contains(NetworkReader.NAMESPACE)
                        || network.persistentXml().orElse("").contains(NetworkReader.NAMESPACE)) {
                    names.add(Words.printable(network.name(), 128));
                }
            }
        } catch (LibvirtException e) {
            throw CommandException.failed("" + e.getMessage());
        }
        for (AppliedNetwork network : state.networks().values()) {
            if (network.shape().equals("owner")) {
                names.add(Words.printable(network.name(), 128));
            }
        }
        return names;
    }
}
