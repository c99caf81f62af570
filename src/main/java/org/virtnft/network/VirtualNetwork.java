package org.virtnft.network;

import java.util.ArrayList;
import java.util.List;

/**
 * A network whose rules we make.
 *
 * @param bridge its bridge, which belongs to no other network
 * @param addresses the host's addresses on the bridge, in the order of the definition
 * @param dhcp whether libvirt's dnsmasq gives IPv4 addresses to its guests
 * @param portsIsolated whether libvirt isolates the ports of its guests: the bridge itself then forwards no frame from one of them to
 *     another (IFLA_BRPORT_ISOLATED), and no rule of ours sees one
 */
public record VirtualNetwork(
        String name,
        InterfaceName bridge,
        Shape shape,
        Forward forward,
        List<BridgeAddress> addresses,
        boolean dhcp,
        boolean portsIsolated)
        implements NetworkDefinition {

    public VirtualNetwork {
        addresses = List.copyOf(addresses);
    }

    /** A network whose guests reach each other. */
    public VirtualNetwork(
            String name,
            InterfaceName bridge,
            Shape shape,
            Forward forward,
            List<BridgeAddress> addresses,
            boolean dhcp) {
        this(name, bridge, shape, forward, addresses, dhcp, false);
    }

    /** A network whose guests have their addresses from elsewhere. */
    public VirtualNetwork(
            String name, InterfaceName bridge, Shape shape, Forward forward, List<BridgeAddress> addresses) {
        this(name, bridge, shape, forward, addresses, false);
    }

    /**
     * The subnets of one family, without those that another one covers: an interval set refuses overlaps, and the wider one
     * says all that is to be said.
     */
    public List<Subnet> subnets(Family family) {
        List<Subnet> all = new ArrayList<>();
        for (BridgeAddress address : addresses) {
            if (address.family() == family) {
                Subnet subnet = address.subnet();
                if (!all.contains(subnet)) {
                    all.add(subnet);
                }
            }
        }
        if (all.size() < 2) {
            return all; // as most, and a start computes those of all networks
        }
        List<Subnet> widest = new ArrayList<>();
        for (Subnet subnet : all) {
            boolean covered = false;
            for (Subnet other : all) {
                covered |= !other.equals(subnet) && other.contains(subnet);
            }
            if (!covered) {
                widest.add(subnet);
            }
        }
        return widest;
    }

    /** The host's addresses of one family, each once. */
    public List<Address> hostAddresses(Family family) {
        List<Address> found = new ArrayList<>();
        for (BridgeAddress address : addresses) {
            if (address.family() == family && !found.contains(address.address())) {
                found.add(address.address());
            }
        }
        return found;
    }

    /** The host's addresses from which its own packets are translated, as those of guests are. */
    public List<Address> translatedHostAddresses() {
        List<Address> found = new ArrayList<>();
        for (Family family : Family.values()) {
            if (forward instanceof Forward.Nat nat && nat.translates(family)) {
                found.addAll(hostAddresses(family));
            }
        }
        return found;
    }
}
