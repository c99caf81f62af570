package org.virtnft.ruleset;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.virtnft.network.Address;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.Gen;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.VirtualNetwork;

/** Elements that are found in the kernel go to the bridge that they are about. */
class KernelElementsTest {

    @Test
    void whatIsFoundOfANetworkIsAllThatItHas() {
        Gen.forAll(500, gen -> {
            InterfaceName bridge = gen.interfaceName();
            VirtualNetwork random = gen.network("n", bridge);
            List<BridgeAddress> own = List.of(
                    new BridgeAddress(Address.parse("192.168.7.1"), 24),
                    new BridgeAddress(Address.parse("fd00:7::1"), 64));
            VirtualNetwork network = new VirtualNetwork("n", bridge, random.shape(), random.forward(), own);
            List<Element> elements = NetworkElements.of(network).elements();
            Map<String, Set<Entry>> listed = new HashMap<>();
            elements.forEach(each ->
                    listed.computeIfAbsent(each.set(), set -> new HashSet<>()).add(each.entry()));

            KernelElements kernel = new KernelElements(listed);

            assertEquals(new TreeSet<>(Set.of(bridge)), new TreeSet<>(kernel.bridges()), network::toString);
            assertEquals(
                    texts(elements),
                    texts(kernel.of(bridge, Template.load()).orElseThrow().elements()),
                    network::toString);
        });
    }

    private static Set<String> texts(List<Element> elements) {
        return elements.stream()
                .map(each -> each.set() + " " + each.text())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
