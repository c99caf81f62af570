package org.virtnft.adoption;

import java.util.List;
import org.virtnft.adoption.BridgePorts.Port;
import org.virtnft.definitions.LibvirtException;
import org.virtnft.libvirt.NetworkControl;

/**
 * Whoever is connected to a running network.
 *
 * @param interfaces those on its bridge, libvirt's guests' and others
 * @param ports libvirt's memory of its guests', a {@code <networkport>} each
 */
record Guests(String network, String bridge, List<Port> interfaces, List<String> ports) {

    public Guests {
        interfaces = List.copyOf(interfaces);
        ports = List.copyOf(ports);
    }

    /**
     * Asks for them.
     *
     * @throws org.virtnft.host.ProgramException when an interface could not be put back as it is
     */
    public static Guests of(String network, String bridge, NetworkControl libvirt, BridgePorts bridges)
            throws LibvirtException {
        return new Guests(network, bridge, bridges.of(bridge), libvirt.ports(network));
    }
}
