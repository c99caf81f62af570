package org.virtnft.ruleset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;

/**
 * The elements of each kind of network: all of them are written down here, so that a set in which a network has no business
 * is seen at once.
 */
class NetworkElementsTest {

    private static final Optional<InterfaceName> ETH0 = Optional.of(new InterfaceName("eth0"));
    private static final Optional<InterfaceName> ANY = Optional.empty();

    @Test
    void isolated() {
        assertEquals("""
                companion: "b"
                from: "b" : jump from_none
                refused: "b" : "refused-b"
                same: "b" . "b"
                to: "b" : jump to_none
                """, elements(Shape.COMPANION, new Forward.Isolated(), "10.1.0.1/16", "fd00::1/64"));
    }

    /** What libvirt has no rules for is not to be spared by our companions' exceptions. */
    @Test
    void anOwnerIsNoCompanion() {
        assertEquals("""
                from: "b" : jump from_none
                refused: "b" : "refused-b"
                same: "b" . "b"
                to: "b" : jump to_none
                """, elements(Shape.OWNER, new Forward.Isolated(), "10.1.0.1/16"));
    }

    @Test
    void route() {
        assertEquals("""
                from: "b" : jump from_any
                inbound4: "b" . 10.1.0.0/16
                inbound6: "b" . fd00::/64
                net4: "b" . 10.1.0.0/16
                net6: "b" . fd00::/64
                refused: "b" : "refused-b"
                same: "b" . "b"
                to: "b" : jump to_any
                """, elements(Shape.OWNER, new Forward.Route(ANY), "10.1.0.1/16", "fd00::1/64"));
    }

    @Test
    void routeThroughOneDevice() {
        assertEquals("""
                from: "b" : jump from_uplink
                inbound4: "b" . 10.1.0.0/16
                net4: "b" . 10.1.0.0/16
                refused: "b" : "refused-b"
                same: "b" . "b"
                to: "b" : jump to_uplink
                uplink: "b" . "eth0"
                """, elements(Shape.OWNER, new Forward.Route(ETH0), "10.1.0.1/16"));
    }

    @Test
    void nat() {
        assertEquals("""
                companion: "b"
                from: "b" : jump from_any
                host4: 10.1.0.1 : goto masq
                host_own4: 10.1.0.1 . 10.1.0.0/16
                nat4: "b" . 10.1.0.0/16 : goto masq
                nat_companion: "b" : goto guest
                natted: ipv4 . "b"
                net4: "b" . 10.1.0.0/16
                refused: "b" : "refused-b"
                same: "b" . "b"
                to: "b" : jump to_none
                """, elements(Shape.COMPANION, nat(ANY, false), "10.1.0.1/16"));
    }

    @Test
    void natOfAnOwner() {
        assertEquals("""
                from: "b" : jump from_any
                host4: 10.1.0.1 : goto masq
                host_own4: 10.1.0.1 . 10.1.0.0/16
                nat4: "b" . 10.1.0.0/16 : goto masq
                nat_owner: "b" : goto guest
                natted: ipv4 . "b"
                net4: "b" . 10.1.0.0/16
                refused: "b" : "refused-b"
                same: "b" . "b"
                to: "b" : jump to_none
                """, elements(Shape.OWNER, nat(ANY, false), "10.1.0.1/16"));
    }

    /** The host's own packets, too, are translated on the one device only. */
    @Test
    void natThroughOneDevice() {
        assertEquals("""
                from: "b" : jump from_uplink
                host_own4: 10.1.0.1 . 10.1.0.0/16
                host_uplink4: 10.1.0.1 . "eth0" : goto masq
                nat4: "b" . 10.1.0.0/16 : goto masq
                nat_owner: "b" : goto guest_uplink
                natted: ipv4 . "b"
                net4: "b" . 10.1.0.0/16
                refused: "b" : "refused-b"
                same: "b" . "b"
                to: "b" : jump to_none
                uplink: "b" . "eth0"
                """, elements(Shape.OWNER, nat(ETH0, false), "10.1.0.1/16"));
    }

    /** libvirt's meaning: IPv6 is routed, and reached from outside. */
    @Test
    void natWithIpv6ThatIsRouted() {
        assertEquals("""
                from: "b" : jump from_any
                host4: 10.1.0.1 : goto masq
                host_own4: 10.1.0.1 . 10.1.0.0/16
                inbound6: "b" . fd00::/64
                nat4: "b" . 10.1.0.0/16 : goto masq
                nat_owner: "b" : goto guest
                natted: ipv4 . "b"
                net4: "b" . 10.1.0.0/16
                net6: "b" . fd00::/64
                refused: "b" : "refused-b"
                same: "b" . "b"
                to: "b" : jump to_any
                """, elements(Shape.OWNER, nat(ANY, false), "10.1.0.1/16", "fd00::1/64"));
    }

    @Test
    void natWithIpv6ThatIsTranslated() {
        assertEquals("""
                from: "b" : jump from_any
                host4: 10.1.0.1 : goto masq
                host6: fd00::1 : goto masq
                host_own4: 10.1.0.1 . 10.1.0.0/16
                host_own6: fd00::1 . fd00::/64
                nat4: "b" . 10.1.0.0/16 : goto masq
                nat6: "b" . fd00::/64 : goto masq
                nat_owner: "b" : goto guest
                natted: ipv4 . "b", ipv6 . "b"
                net4: "b" . 10.1.0.0/16
                net6: "b" . fd00::/64
                refused: "b" : "refused-b"
                same: "b" . "b"
                to: "b" : jump to_none
                """, elements(Shape.OWNER, nat(ANY, true), "10.1.0.1/16", "fd00::1/64"));
    }

    /** Nothing is translated: the network has nothing to do with translation, as a routed one. */
    @Test
    void natWithNothingThatIsTranslated() {
        assertEquals("""
                from: "b" : jump from_any
                inbound6: "b" . fd00::/64
                net6: "b" . fd00::/64
                refused: "b" : "refused-b"
                same: "b" . "b"
                to: "b" : jump to_any
                """, elements(Shape.OWNER, nat(ANY, false), "fd00::1/64"));
    }

    @Test
    void everythingAtOnce() {
        Forward forward = new Forward.Nat(
                ETH0,
                true,
                Optional.of(new AddressRange(Address.parse("198.51.100.7"), Address.parse("198.51.100.9"))),
                new PortRange(2000, 60000));

        assertEquals("""
                companion: "b"
                from: "b" : jump from_uplink
                host_own4: 10.1.0.1 . 10.1.0.0/16, 10.1.0.1 . 10.2.0.0/16, 10.2.0.1 . 10.1.0.0/16, 10.2.0.1 . 10.2.0.0/16
                host_own6: fd00::1 . fd00::/64
                host_pool4: 10.1.0.1 : 198.51.100.7-198.51.100.9, 10.2.0.1 : 198.51.100.7-198.51.100.9
                host_pool4_ports: 10.1.0.1 : 198.51.100.7-198.51.100.9 . 2000-60000, 10.2.0.1 : 198.51.100.7-198.51.100.9 . 2000-60000
                host_uplink4: 10.1.0.1 . "eth0" : goto pool, 10.2.0.1 . "eth0" : goto pool
                host_uplink6: fd00::1 . "eth0" : goto masq-2000-60000
                nat4: "b" . 10.1.0.0/16 : goto pool, "b" . 10.2.0.0/16 : goto pool
                nat6: "b" . fd00::/64 : goto masq-2000-60000
                nat_companion: "b" : goto guest_uplink
                natted: ipv4 . "b", ipv6 . "b"
                net4: "b" . 10.1.0.0/16, "b" . 10.2.0.0/16
                net6: "b" . fd00::/64
                pool4: "b" . 10.1.0.0/16 : 198.51.100.7-198.51.100.9, "b" . 10.2.0.0/16 : 198.51.100.7-198.51.100.9
                pool4_ports: "b" . 10.1.0.0/16 : 198.51.100.7-198.51.100.9 . 2000-60000, "b" . 10.2.0.0/16 : 198.51.100.7-198.51.100.9 . 2000-60000
                refused: "b" : "refused-b"
                same: "b" . "b"
                to: "b" : jump to_none
                uplink: "b" . "eth0"
                """, elements(Shape.COMPANION, forward, "10.1.0.1/16", "10.2.0.1/16", "fd00::1/64"));
    }

    /** An interval set takes no overlap. The host's own addresses are all there, each once. */
    @Test
    void subnetsWithinOthersAreLeftOut() {
        assertEquals(
                """
                from: "b" : jump from_any
                host4: 10.1.5.1 : goto masq, 10.1.0.1 : goto masq
                host_own4: 10.1.5.1 . 10.1.0.0/16, 10.1.0.1 . 10.1.0.0/16
                nat4: "b" . 10.1.0.0/16 : goto masq
                nat_owner: "b" : goto guest
                natted: ipv4 . "b"
                net4: "b" . 10.1.0.0/16
                refused: "b" : "refused-b"
                same: "b" . "b"
                to: "b" : jump to_none
                """,
                elements(Shape.OWNER, nat(ANY, false), "10.1.5.1/24", "10.1.0.1/16", "10.1.5.1/28", "10.1.0.1/16"));
    }

    @Test
    void aBlockedBridgeLetsNothingThroughNotEvenToItself() {
        assertEquals("""
                from: "b" : jump from_none
                refused: "b" : "refused-b"
                to: "b" : jump to_none
                """, text(NetworkElements.blocked("n", new InterfaceName("b"))));
    }

    @Test
    void onlyAPortRangeThatIsMasqueradedNeedsAChain() {
        PortRange ports = new PortRange(2000, 60000);
        Optional<AddressRange> pool =
                Optional.of(new AddressRange(Address.parse("198.51.100.7"), Address.parse("198.51.100.9")));

        assertEquals(Set.of(), ranges(nat(ANY, true), "10.1.0.1/16", "fd00::1/64"));
        assertEquals(Set.of(ports), ranges(new Forward.Nat(ANY, false, Optional.empty(), ports), "10.1.0.1/16"));
        assertEquals(Set.of(), ranges(new Forward.Nat(ANY, false, pool, ports), "10.1.0.1/16"));
        assertEquals(Set.of(ports), ranges(new Forward.Nat(ANY, true, pool, ports), "10.1.0.1/16", "fd00::1/64"));
        // of the family that is not translated, and of one that is not there
        assertEquals(Set.of(), ranges(new Forward.Nat(ANY, false, pool, ports), "10.1.0.1/16", "fd00::1/64"));
        assertEquals(Set.of(), ranges(new Forward.Nat(ANY, false, Optional.empty(), ports), "fd00::1/64"));
    }

    @Test
    void theUsualPortsHaveTheTemplatesOwnChain() {
        assertEquals("masq", Piece.MasqueradeChain.nameFor(new PortRange(1024, 65535)));
        assertEquals("masq-1024-65534", Piece.MasqueradeChain.nameFor(new PortRange(1024, 65534)));
        assertTrue(Template.load().text().contains("\tchain masq {"));
    }

    @Test
    void everyElementSaysWhereItCameFrom() {
        VirtualNetwork network = network(Shape.OWNER, nat(ETH0, false), "10.1.5.1/24");
        Map<String, String> origins = new TreeMap<>();
        NetworkElements.of(network)
                .elements()
                .forEach(element -> origins.put(element.set(), element.origin().toString()));

        assertEquals("network 'n', <bridge name='b'>", origins.get("from"));
        assertEquals("network 'n', <forward dev='eth0'>", origins.get("uplink"));
        assertEquals("network 'n', <ip address='10.1.5.1' prefix='24'>", origins.get("net4"));
        assertEquals("network 'n', <ip address='10.1.5.1'>", origins.get("host_uplink4"));
    }

    private static Forward nat(Optional<InterfaceName> uplink, boolean ipv6) {
        return new Forward.Nat(uplink, ipv6, Optional.empty(), PortRange.UNPRIVILEGED);
    }

    private static VirtualNetwork network(Shape shape, Forward forward, String... addresses) {
        List<BridgeAddress> all = new ArrayList<>();
        for (String address : addresses) {
            int slash = address.indexOf('/');
            all.add(new BridgeAddress(
                    Address.parse(address.substring(0, slash)), Integer.parseInt(address.substring(slash + 1))));
        }
        return new VirtualNetwork("n", new InterfaceName("b"), shape, forward, all);
    }

    private static String elements(Shape shape, Forward forward, String... addresses) {
        return text(NetworkElements.of(network(shape, forward, addresses)));
    }

    /** A line for each set, in the order of their names. */
    private static String text(NetworkElements elements) {
        Map<String, String> sets = new TreeMap<>();
        elements.elements()
                .forEach(element -> sets.merge(element.set(), element.text(), (one, other) -> one + ", " + other));
        StringBuilder text = new StringBuilder();
        sets.forEach(
                (set, members) -> text.append(set).append(": ").append(members).append('\n'));
        return text.toString();
    }

    private static Set<PortRange> ranges(Forward forward, String... addresses) {
        Set<PortRange> ranges = new TreeSet<>();
        for (Piece piece : Pieces.standing(
                NetworkElements.of(network(Shape.OWNER, forward, addresses)).elements())) {
            ranges.add(((Piece.MasqueradeChain) piece).ports());
        }
        return ranges;
    }
}
