package org.virtnft.packets;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.virtnft.demo.AddressPlan;
import org.virtnft.demo.Host;
import org.virtnft.network.Address;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.Family;
import org.virtnft.network.Subnet;
import org.virtnft.network.VirtualNetwork;

/**
 * A network on the host, with its guests: one in each of its subnets, of both families side by side, and a peer of the first.
 *
 * <p>A family that the network does not have is there all the same, in a subnet that the network knows nothing of, on the
 * bridge and with the guests: so its packets can arrive, and are answered, if only the firewall lets them.
 */
final class Member {

    private final VirtualNetwork network;
    private final List<Host> guests = new ArrayList<>();
    private final Host peer;
    private final int number;

    /**
     * Builds the bridge and the guests.
     *
     * @param number tells the member's undeclared addresses from those of others
     */
    Member(World world, VirtualNetwork network, AddressPlan plan, int number) {
        this.network = network;
        this.number = number;
        List<Subnet> ipv4 = subnets(Family.IPV4);
        List<Subnet> ipv6 = subnets(Family.IPV6);
        List<String> bridge = new ArrayList<>();
        for (BridgeAddress each : network.addresses()) {
            if (!bridge.contains(each.toString())) {
                bridge.add(each.toString());
            }
        }
        for (Family family : Family.values()) {
            if (network.subnets(family).isEmpty()) {
                Subnet undeclared = undeclared(family);
                bridge.add(new BridgeAddress(nth(undeclared, 1), undeclared.prefixLength()).toString());
            }
        }
        String name = network.bridge().value();
        world.machine().bridge(name, bridge);
        for (int i = 0; i < Math.max(ipv4.size(), ipv6.size()); i++) {
            List<String> addresses = new ArrayList<>();
            addresses.addAll(address(plan, ipv4.subList(Math.min(i, ipv4.size()), ipv4.size())));
            addresses.addAll(address(plan, ipv6.subList(Math.min(i, ipv6.size()), ipv6.size())));
            if (!addresses.isEmpty()) {
                guests.add(world.machine().guest(name, name + "-guest-" + i, addresses));
            }
        }
        List<String> addresses = new ArrayList<>(address(plan, ipv4));
        addresses.addAll(address(plan, ipv6));
        peer = world.machine().guest(name, name + "-peer", addresses);
        for (boolean six : List.of(false, true)) {
            guest().ip("address add " + foreign(six) + " dev eth0" + (six ? " nodad" : ""));
            world.host().ip("route add " + foreign(six) + " dev " + name);
        }
    }

    /** Those of the network, or the one that it does not know of; without what has no room for a guest. */
    private List<Subnet> subnets(Family family) {
        List<Subnet> own = network.subnets(family);
        return own.isEmpty() ? List.of(undeclared(family)) : own;
    }

    private Subnet undeclared(Family family) {
        return family == Family.IPV4
                ? Subnet.around(Address.parse("100.98." + number + ".0"), 24)
                : Subnet.around(Address.parse("fd98:" + Integer.toHexString(number) + "::"), 64);
    }

    private static Address nth(Subnet subnet, int n) {
        return new Address(
                subnet.family(), subnet.address().high(), subnet.address().low() + n);
    }

    private static List<String> address(AddressPlan plan, List<Subnet> subnets) {
        for (Subnet subnet : subnets) {
            var found = plan.guest(subnet);
            if (found.isPresent()) {
                return List.of(found.get().toString());
            }
        }
        return List.of();
    }

    VirtualNetwork network() {
        return network;
    }

    /** The guest in the first subnets. */
    Host guest() {
        return guests.get(0);
    }

    List<Host> guests() {
        return Collections.unmodifiableList(guests);
    }

    /** Another guest in the first subnets. */
    Host peer() {
        return peer;
    }

    /** Whether the network declares this family. */
    boolean declares(boolean ipv6) {
        return !network.subnets(ipv6 ? Family.IPV6 : Family.IPV4).isEmpty();
    }

    /** A source that the first guest has and its network does not; the host knows the way back. */
    String foreign(boolean ipv6) {
        return ipv6 ? "fd99:" + Integer.toHexString(number) + "::9" : "100.99." + number + ".9";
    }

    /** The host's addresses on the bridge, as the network declares them. */
    List<String> gateways(boolean ipv6) {
        return network.hostAddresses(ipv6 ? Family.IPV6 : Family.IPV4).stream()
                .map(Address::toString)
                .filter(address -> !address.startsWith("::ffff:")) // no IPv6 for Java
                .toList();
    }

    static InetAddress address(Host host, boolean ipv6) {
        return host.address(ipv6).orElseThrow(() -> new AssertionError(host + " has no such address"));
    }

    static InetAddress parse(String numeric) {
        try {
            return InetAddress.getByName(Address.parse(numeric).toString()); // numeric: nobody is asked
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
