package org.virtnft.ruleset;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.Family;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.Shape;
import org.virtnft.network.Subnet;
import org.virtnft.network.VirtualNetwork;

/**
 * What a network is in the template: its elements, and the masquerade port ranges that need a chain.
 *
 * <p>A network has no element in a set that it does not use, so its packets pay for nothing that it lacks.
 */
public record NetworkElements(List<Element> elements, SortedSet<PortRange> ranges) {

    /** Of nothing. */
    public static final NetworkElements NONE = new NetworkElements(List.of(), Collections.emptySortedSet());

    public NetworkElements {
        elements = List.copyOf(elements);
    }

    /** The elements of whatever is enforced on a bridge. */
    public static NetworkElements of(Enforcement enforced) {
        if (enforced instanceof Enforcement.AsDefined defined) {
            return of(defined.network());
        }
        return enforced instanceof Enforcement.Unknown unknown
                ? unknown.elements()
                : blocked(enforced.name(), enforced.bridge());
    }

    /** The elements of a network. */
    public static NetworkElements of(VirtualNetwork network) {
        Builder builder = new Builder(network.name(), network.bridge());
        builder.network(network);
        return builder.build();
    }

    /** The elements of a bridge that lets nothing through: its network says what we cannot enforce. */
    public static NetworkElements blocked(String name, InterfaceName bridge) {
        Builder builder = new Builder(name, bridge);
        builder.add("from", builder.bridge, "jump from_none", "<bridge>, blocked");
        builder.add("to", builder.bridge, "jump to_none", "<bridge>, blocked");
        builder.counter(bridge);
        return builder.build();
    }

    private static final class Builder {
        private final List<Element> elements = new ArrayList<>();
        private final SortedSet<PortRange> ranges = new TreeSet<>();
        private final String name;
        private final String bridge;

        Builder(String name, InterfaceName bridge) {
            this.name = name;
            this.bridge = quoted(bridge);
        }

        NetworkElements build() {
            return new NetworkElements(elements, ranges);
        }

        /** The same for a network however it is applied: what stays the same keeps its counter. */
        private void counter(InterfaceName bridge) {
            add(Counters.MAP, this.bridge, '"' + Counters.of(bridge) + '"', "<bridge>");
        }

        private void add(String set, String key, String data, String from) {
            elements.add(new Element(set, key, data, new Origin(name, from)));
        }

        void network(VirtualNetwork network) {
            Forward forward = network.forward();
            String bridgeElement = "<bridge name='" + network.bridge() + "'>";
            boolean inbound = addresses(network, forward);
            String ways = forward instanceof Forward.Isolated
                    ? "none"
                    : forward.uplink().isPresent() ? "uplink" : "any";
            add("from", bridge, "jump from_" + ways, bridgeElement);
            add("to", bridge, "jump to_" + (inbound ? ways : "none"), bridgeElement);
            add("same", bridge + " . " + bridge, "", bridgeElement);
            counter(network.bridge());
            if (network.shape() == Shape.COMPANION) {
                add("companion", bridge, "", bridgeElement);
            }
            forward.uplink()
                    .ifPresent(uplink ->
                            add("uplink", bridge + " . " + quoted(uplink), "", "<forward dev='" + uplink + "'>"));
            if (forward instanceof Forward.Nat nat) {
                translation(network, nat);
            }
        }

        /** Subnets that guests may use as a source, and be reached at; returns whether there are any of the latter. */
        private boolean addresses(VirtualNetwork network, Forward forward) {
            boolean inbound = false;
            if (forward instanceof Forward.Isolated) {
                return false;
            }
            for (Family family : Family.values()) {
                boolean open = !(forward instanceof Forward.Nat nat && nat.translates(family));
                for (Subnet subnet : network.subnets(family)) {
                    String key = bridge + " . " + subnet;
                    add("net" + digit(family), key, "", ip(network, subnet));
                    if (open) {
                        add("inbound" + digit(family), key, "", ip(network, subnet));
                        inbound = true;
                    }
                }
            }
            return inbound;
        }

        private void translation(VirtualNetwork network, Forward.Nat nat) {
            boolean any = false;
            for (Family family : Family.values()) {
                if (!nat.translates(family) || network.subnets(family).isEmpty()) {
                    continue;
                }
                any = true;
                String protocol = family == Family.IPV4 ? "ipv4" : "ipv6";
                add("natted", protocol + " . " + bridge, "", "<forward mode='nat'>");
                Optional<AddressRange> pool = family == Family.IPV4 ? nat.pool() : Optional.empty();
                String target = "goto " + (pool.isPresent() ? "pool" : masquerade(nat.ports()));
                for (Subnet subnet : network.subnets(family)) {
                    add("nat" + digit(family), bridge + " . " + subnet, target, ip(network, subnet));
                    pool.ifPresent(range -> pool("pool4", bridge + " . " + subnet, range, nat.ports()));
                }
                for (Address address : network.hostAddresses(family)) {
                    host(network, nat, address, target);
                    pool.ifPresent(range -> pool("host_pool4", address.toString(), range, nat.ports()));
                }
            }
            if (any) {
                String map = network.shape() == Shape.OWNER ? "nat_owner" : "nat_companion";
                String way = nat.uplink().isPresent() ? "goto guest_uplink" : "goto guest";
                add(map, bridge, way, "<forward mode='nat'>");
            }
        }

        /** The host's own packets from its address on the bridge. */
        private void host(VirtualNetwork network, Forward.Nat nat, Address address, String target) {
            Family family = address.family();
            String from = "<ip address='" + address + "'>";
            Optional<InterfaceName> uplink = nat.uplink();
            if (uplink.isPresent()) {
                add("host_uplink" + digit(family), address + " . " + quoted(uplink.get()), target, from);
            } else {
                add("host" + digit(family), address.toString(), target, from);
            }
            for (Subnet subnet : network.subnets(family)) {
                add("host_own" + digit(family), address + " . " + subnet, "", from);
            }
        }

        private void pool(String map, String key, AddressRange range, PortRange ports) {
            String from = "<forward><nat><address start='" + range.first() + "' end='" + range.last() + "'>";
            String addresses = range.first() + "-" + range.last();
            add(map, key, addresses, from);
            add(map + "_ports", key, addresses + " . " + ports, from);
        }

        private String masquerade(PortRange ports) {
            if (!ports.equals(PortRange.UNPRIVILEGED)) {
                ranges.add(ports);
            }
            return Template.masqueradeChain(ports);
        }

        private static String ip(VirtualNetwork network, Subnet subnet) {
            for (BridgeAddress address : network.addresses()) {
                if (address.subnet().equals(subnet)) {
                    return "<ip address='" + address.address() + "' prefix='" + address.prefixLength() + "'>";
                }
            }
            return "<ip>";
        }

        private static char digit(Family family) {
            return family == Family.IPV4 ? '4' : '6';
        }

        private static String quoted(InterfaceName name) {
            return '"' + name.value() + '"';
        }
    }
}
