package org.virtnft.doctor;

import java.util.Optional;
import java.util.OptionalInt;
import org.virtnft.network.Address;
import org.virtnft.network.Family;

/**
 * An ordinary packet: what is known of it stands here, and a rule that asks for anything else does not speak of it.
 *
 * @param established whether it belongs to a connection that was accepted before; else it opens one
 * @param protocol "tcp" or "udp"
 * @param port its destination's; empty for one that no rule names
 */
record Packet(
        Hook hook,
        Family family,
        Optional<String> in,
        Optional<String> out,
        Optional<Address> source,
        Optional<Address> destination,
        boolean established,
        String protocol,
        OptionalInt port) {

    /** The destination of a DHCP client that has no address yet. */
    static final Address EVERYBODY = Address.parse("255.255.255.255");

    /** What its destination is to this host, in iptables' and nft's word. */
    String destinationType() {
        if (destination.equals(Optional.of(EVERYBODY))) {
            return "broadcast";
        }
        return hook == Hook.INPUT ? "local" : "unicast";
    }

    /** Where a packet meets a firewall. */
    enum Hook {
        FORWARD,
        INPUT,
        /** Between two ports of a bridge: in and out are the bridge, for what its ports are called is not known. */
        BRIDGE,
        /** At a device, ahead of conntrack and of everything else. */
        INGRESS,
        /** Where the source of a flow's first packet is translated. */
        TRANSLATION,
        /** One that no packet here passes. */
        OTHER
    }
}
