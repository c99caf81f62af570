package org.virtnft.cli;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.virtnft.definitions.LibvirtException;
import org.virtnft.definitions.LibvirtFiles;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.network.Words;
import org.virtnft.state.LeftNetworks;
import org.virtnft.xml.NetworkReader;

/** Companions that are left to libvirt's own rules, as commands tell of them and forget them. */
final class Leaving {

    private Leaving() {}

    /** For people: that a network is left, why, and the way back. */
    static String line(String name, String why) {
        String shown = Words.printable(name, 128);
        return shown + ": left to libvirt's rules: " + Words.printable(why, 1024) + "; 'virt-nft apply " + shown
                + "' takes it back";
    }

    /** The UUID in a definition; the live one is the same. */
    static Optional<String> uuid(LibvirtNetwork network) {
        String xml = network.persistentXml().or(network::liveXml).orElse("");
        return NetworkReader.read(network.name(), xml.getBytes(StandardCharsets.UTF_8))
                .uuid();
    }

    /** Takes away the marks of networks that nobody defines any more. Where that cannot be found out, they stay, and harm nobody. */
    static void forgetUndefined(LeftNetworks marks, LibvirtFiles files) {
        if (marks.all().isEmpty()) {
            return;
        }
        try {
            forgetUndefined(marks, files.all());
        } catch (LibvirtException e) {
            return; // they cannot be read
        }
    }

    /** The same, knowing all that are defined or run. */
    static void forgetUndefined(LeftNetworks marks, List<LibvirtNetwork> networks) {
        Set<String> uuids = new HashSet<>();
        for (LibvirtNetwork network : networks) {
            Optional<String> uuid = uuid(network);
            if (uuid.isEmpty()) {
                return; // any of them may be this one's
            }
            uuids.add(uuid.get());
        }
        // no network at all: more likely a folder that is not mounted yet
        if (!uuids.isEmpty()) {
            marks.dropIf(left -> !uuids.contains(left.uuid()));
        }
    }
}
