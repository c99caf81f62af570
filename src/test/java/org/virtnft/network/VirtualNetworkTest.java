package org.virtnft.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A network's subnets are what an interval set can hold: none twice, none within another. */
class VirtualNetworkTest {

    @Test
    void hasItsSubnetsInTheOrderOfTheDefinition() {
        assertEquals(
                List.of("172.20.3.0/24", "172.20.1.0/24"),
                subnets(Family.IPV4, "172.20.3.1/24", "fd00::1/64", "172.20.1.1/24"));
        assertEquals(List.of("fd00::/64"), subnets(Family.IPV6, "172.20.3.1/24", "fd00::1/64"));
        assertEquals(List.of(), subnets(Family.IPV6, "172.20.3.1/24"));
    }

    @Test
    void hasARepeatedSubnetOnce() {
        assertEquals(List.of("10.1.1.0/24"), subnets(Family.IPV4, "10.1.1.1/24", "10.1.1.2/24", "10.1.1.1/24"));
    }

    @Test
    void leavesOutWhatAnotherSubnetCovers() {
        assertEquals(List.of("10.1.0.0/16"), subnets(Family.IPV4, "10.1.5.1/24", "10.1.0.1/16", "10.1.5.17/28"));
        assertEquals(List.of("0.0.0.0/0"), subnets(Family.IPV4, "0.0.0.0/0", "10.1.0.1/16"));
        // of the other family, and as wide as can be
        assertEquals(List.of("10.1.0.0/16"), subnets(Family.IPV4, "::/0", "10.1.0.1/16"));
    }

    @Test
    void hasEveryAddressOfTheHostOnceCoveredOrNot() {
        VirtualNetwork network = network("10.1.5.1/24", "10.1.0.1/16", "10.1.5.1/28", "fd00::1/64");

        assertEquals(List.of(Address.parse("10.1.5.1"), Address.parse("10.1.0.1")), network.hostAddresses(Family.IPV4));
        assertEquals(List.of(Address.parse("fd00::1")), network.hostAddresses(Family.IPV6));
    }

    @Test
    void doesNotChangeWithTheListThatItWasMadeOf() {
        List<BridgeAddress> addresses = new ArrayList<>(List.of(address("10.1.5.1/24")));
        VirtualNetwork network = new VirtualNetwork(
                "n",
                new InterfaceName("b"),
                Shape.OWNER,
                new Forward.Isolated(),
                Collections.unmodifiableList(addresses));
        addresses.clear();

        assertEquals(1, network.addresses().size());
    }

    private static List<String> subnets(Family family, String... addresses) {
        return network(addresses).subnets(family).stream().map(Subnet::toString).toList();
    }

    private static VirtualNetwork network(String... addresses) {
        List<BridgeAddress> all = new ArrayList<>();
        for (String address : addresses) {
            all.add(address(address));
        }
        return new VirtualNetwork("n", new InterfaceName("b"), Shape.COMPANION, new Forward.Isolated(), all);
    }

    private static BridgeAddress address(String text) {
        int slash = text.indexOf('/');
        return new BridgeAddress(Address.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }
}
