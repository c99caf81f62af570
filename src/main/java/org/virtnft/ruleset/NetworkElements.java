package org.virtnft.ruleset;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
 * What a network is in the template: its elements; the pieces of the table that these point to are found by them ({@link Pieces}).
 *
 * <p>A network has no element in a set that it does not use, so its packets pay for nothing that it lacks.
 */
public record NetworkElements(List<Element> elements) {

    /** Of nothing. */
    public static final NetworkElements NONE = new NetworkElements(List.of());

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
        builder.add("from", List.of(builder.bridge), jump("from_none"), "<bridge>, blocked");
        builder.add("to", List.of(builder.bridge), jump("to_none"), "<bridge>, blocked");
        builder.counter(bridge);
        return builder.build();
    }

    private static Part jump(String chain) {
        return new Part.Verdict(Part.Verdict.Way.JUMP, chain);
    }

    private static Part goTo(String chain) {
        return new Part.Verdict(Part.Verdict.Way.GOTO, chain);
    }

    private static final class Builder {
        private final List<Element> elements = new ArrayList<>();
        private final String name;
        private final Part bridge;

        Builder(String name, InterfaceName bridge) {
            this.name = name;
            this.bridge = new Part.Interface(bridge);
        }

        NetworkElements build() {
            return new NetworkElements(elements);
        }

        /** The same for a network however it is applied: what stays the same keeps its counter. */
        private void counter(InterfaceName bridge) {
            add("refused", List.of(this.bridge), new Part.CounterName(Piece.Counter.nameFor(bridge)), "<bridge>");
        }

        private void add(String set, List<Part> key, String from) {
            add(set, key, List.of(), from);
        }

        private void add(String map, List<Part> key, Part data, String from) {
            add(map, key, List.of(data), from);
        }

        private void add(String set, List<Part> key, List<Part> data, String from) {
            elements.add(new Element(set, new Entry(key, data, ""), new Origin(name, from)));
        }

        void network(VirtualNetwork network) {
            Forward forward = network.forward();
            String bridgeElement = "<bridge name='" + network.bridge() + "'>";
            List<SubnetPart> subnets = forward instanceof Forward.Isolated ? List.of() : subnets(network);
            boolean inbound = addresses(subnets, forward);
            String ways = forward instanceof Forward.Isolated
                    ? "none"
                    : forward.uplink().isPresent() ? "uplink" : "any";
            add("from", List.of(bridge), jump("from_" + ways), bridgeElement);
            add("to", List.of(bridge), jump("to_" + (inbound ? ways : "none")), bridgeElement);
            add("same", List.of(bridge, bridge), bridgeElement);
            counter(network.bridge());
            if (network.shape() == Shape.COMPANION) {
                add("companion", List.of(bridge), bridgeElement);
            }
            forward.uplink()
                    .ifPresent(uplink -> add(
                            "uplink", List.of(bridge, new Part.Interface(uplink)), "<forward dev='" + uplink + "'>"));
            if (forward instanceof Forward.Nat nat) {
                translation(network, nat, subnets);
            }
        }

        /**
         * A subnet, spelt once for all its elements: with thousands of networks, spelling is most of the work.
         *
         * @param key it, behind the bridge
         * @param from the first of its addresses in the definition
         */
        private record SubnetPart(Family family, Part part, List<Part> key, String from) {}

        private List<SubnetPart> subnets(VirtualNetwork network) {
            List<SubnetPart> found = new ArrayList<>();
            for (Family family : Family.values()) {
                for (Subnet subnet : network.subnets(family)) {
                    Part part = Part.Addresses.of(subnet);
                    found.add(new SubnetPart(family, part, List.of(bridge, part), ip(network, subnet)));
                }
            }
            return found;
        }

        /** Subnets that guests may use as a source, and be reached at; returns whether there are any of the latter. */
        private boolean addresses(List<SubnetPart> subnets, Forward forward) {
            boolean inbound = false;
            for (SubnetPart subnet : subnets) {
                boolean open = !(forward instanceof Forward.Nat nat && nat.translates(subnet.family()));
                char digit = digit(subnet.family());
                add("net" + digit, subnet.key(), subnet.from());
                if (open) {
                    add("inbound" + digit, subnet.key(), subnet.from());
                    inbound = true;
                }
            }
            return inbound;
        }

        private void translation(VirtualNetwork network, Forward.Nat nat, List<SubnetPart> subnets) {
            boolean any = false;
            for (Family family : Family.values()) {
                List<SubnetPart> own = new ArrayList<>(subnets);
                own.removeIf(subnet -> subnet.family() != family);
                if (!nat.translates(family) || own.isEmpty()) {
                    continue;
                }
                any = true;
                add("natted", List.of(new Part.Protocol(family), bridge), "<forward mode='nat'>");
                Optional<AddressRange> pool = family == Family.IPV4 ? nat.pool() : Optional.empty();
                Part target = goTo(pool.isPresent() ? "pool" : Piece.MasqueradeChain.nameFor(nat.ports()));
                for (SubnetPart subnet : own) {
                    add("nat" + digit(family), subnet.key(), target, subnet.from());
                    pool.ifPresent(range -> pool("pool4", subnet.key(), range, nat.ports()));
                }
                for (Address address : network.hostAddresses(family)) {
                    Part part = Part.Addresses.of(address);
                    host(family, part, nat, own, target);
                    pool.ifPresent(range -> pool("host_pool4", List.of(part), range, nat.ports()));
                }
            }
            if (any) {
                String map = network.shape() == Shape.OWNER ? "nat_owner" : "nat_companion";
                Part way = goTo(nat.uplink().isPresent() ? "guest_uplink" : "guest");
                add(map, List.of(bridge), way, "<forward mode='nat'>");
            }
        }

        /** The host's own packets from its address on the bridge. */
        private void host(Family family, Part address, Forward.Nat nat, List<SubnetPart> subnets, Part target) {
            String from = "<ip address='" + address.text() + "'>";
            Optional<InterfaceName> uplink = nat.uplink();
            if (uplink.isPresent()) {
                List<Part> key = List.of(address, new Part.Interface(uplink.get()));
                add("host_uplink" + digit(family), key, target, from);
            } else {
                add("host" + digit(family), List.of(address), target, from);
            }
            for (SubnetPart subnet : subnets) {
                add("host_own" + digit(family), List.of(address, subnet.part()), from);
            }
        }

        private void pool(String map, List<Part> key, AddressRange range, PortRange ports) {
            String from = "<forward><nat><address start='" + range.first() + "' end='" + range.last() + "'>";
            Part addresses = Part.Addresses.of(range);
            add(map, key, addresses, from);
            add(map + "_ports", key, List.of(addresses, Part.Ports.of(ports)), from);
        }

        private static String ip(VirtualNetwork network, Subnet subnet) {
            for (BridgeAddress address : network.addresses()) {
                if (address.family() == subnet.family() && address.subnet().compareTo(subnet) == 0) {
                    return "<ip address='" + address.address() + "' prefix='" + address.prefixLength() + "'>";
                }
            }
            return "<ip>";
        }

        private static char digit(Family family) {
            return family == Family.IPV4 ? '4' : '6';
        }
    }
}
