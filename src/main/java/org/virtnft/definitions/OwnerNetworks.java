package org.virtnft.definitions;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.virtnft.network.Printable;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;
import org.virtnft.xml.NetworkReader;
import org.virtnft.xml.OurElement;

/** The networks that nothing but our rules protects: running or only defined. */
public final class OwnerNetworks {

    private OwnerNetworks() {}

    /** Why each of them is in the way of whoever takes our rules away, and what helps. */
    public static List<String> objections(List<LibvirtNetwork> networks, Snapshot state) {
        Map<String, String> ways = new TreeMap<>();
        for (AppliedNetwork network : state.networks().values()) {
            if (network.isOwner() && network.source() != Source.LIBVIRT) {
                String word =
                        network.source() == Source.UNKNOWN ? network.bridge().value() : shown(network.name());
                ways.put(
                        network.source() == Source.UNKNOWN ? "whoever is on bridge " + word : word,
                        "take it out by 'virt-nft remove " + word + "'");
            } else if (network.isOwner()) {
                ways.put(shown(network.name()), "'virt-nft apply --all' takes it out if it does not run any more");
            }
        }
        for (LibvirtNetwork network : networks) {
            boolean ours = OurElement.speaksToUs(network.liveXml().orElse(""))
                    || OurElement.speaksToUs(network.persistentXml().orElse(""));
            if (ours) {
                String name = shown(network.name());
                ways.put(
                        name,
                        network.persistentXml()
                                        .filter(xml -> !isReleasable(network))
                                        .isPresent()
                                ? "its definition cannot be read: correct it, or remove our element, by 'virsh net-edit "
                                        + name + "', or undefine it"
                                : network.persistentXml().isPresent()
                                        ? "give it back to libvirt by 'virt-nft release --now " + name
                                                + "', or undefine it"
                                        : "it is transient: keep what 'virsh net-dumpxml " + name
                                                + "' prints, 'virsh net-define' it, then 'virt-nft release --now "
                                                + name
                                                + "'");
            }
        }
        return ways.entrySet().stream()
                .map(each -> "nothing would protect the guests of " + each.getKey() + "; " + each.getValue())
                .toList();
    }

    /** Whether what to enforce is known, by the definition or, where an edit lost it, by what runs. */
    private static boolean isReleasable(LibvirtNetwork network) {
        return Stream.of(network.persistentXml(), network.liveXml())
                .flatMap(Optional::stream)
                .map(xml -> NetworkReader.read("definition", xml.getBytes(StandardCharsets.UTF_8)))
                .anyMatch(reading ->
                        !reading.metadata().isEmpty() && reading.errors().isEmpty());
    }

    private static String shown(String name) {
        return Printable.printable(name, 128);
    }
}
