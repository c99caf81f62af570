package org.virtnft.ruleset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.virtnft.network.Address;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;

/** The scripts that people read and load with plain nft. Each file's own is in test-networks. */
class RenderingTest {

    private final Rendering rendering = new Rendering(Template.load());

    @Test
    void ofNoNetworkIsNothing() {
        assertEquals("", rendering.table(List.of()));
        assertEquals("", rendering.elements(List.of()));
    }

    @Test
    void ofTheTableSaysFirstWhatItReplaces() {
        String script = rendering.table(List.of(isolated("n", "b")));

        assertTrue(
                script.startsWith("# Replaces the whole table inet virt_nft, and touches no other.\n"
                        + "table inet virt_nft\ndelete table inet virt_nft\n"
                        + Template.load().text()),
                script);
        assertTrue(script.endsWith(rendering.elements(List.of(isolated("n", "b")))));
    }

    @Test
    void hasEachNetworkUnderItsName() {
        assertEquals(
                List.of("# network 'one' on b1: isolated, owner", "# network 'two' on b2: isolated, owner"),
                rendering
                        .elements(List.of(isolated("one", "b1"), isolated("two", "b2")))
                        .lines()
                        .filter(line -> line.startsWith("#"))
                        .toList());
    }

    /** A comment ends with its line, so a name must not. */
    @Test
    void keepsANameInItsComment() {
        String name = "x\nflush ruleset\n#" + "\\".repeat(200);

        List<String> lines =
                rendering.elements(List.of(isolated(name, "b"))).lines().toList();

        assertTrue(lines.get(0).startsWith("# network 'x\\u{a}flush ruleset\\u{a}#\\\\"), lines.get(0));
        assertEquals("add counter inet virt_nft refused-b", lines.get(1));
        assertTrue(lines.get(2).startsWith("add element "), lines.get(2));
        assertTrue(lines.get(0).length() < 200, lines.get(0));
    }

    @Test
    void hasAChainForARangeThatTwoNetworksShareOnce() {
        String script = rendering.elements(List.of(ranged("one", "b1", "10.1.0.1"), ranged("two", "b2", "10.2.0.1")));

        assertEquals(
                1, script.lines().filter(line -> line.startsWith("add chain")).count(), script);
        assertTrue(script.startsWith("add chain inet virt_nft masq-2000-60000\n"), script);
    }

    private static VirtualNetwork isolated(String name, String bridge) {
        return new VirtualNetwork(name, new InterfaceName(bridge), Shape.OWNER, new Forward.Isolated(), List.of());
    }

    private static VirtualNetwork ranged(String name, String bridge, String address) {
        return new VirtualNetwork(
                name,
                new InterfaceName(bridge),
                Shape.OWNER,
                new Forward.Nat(Optional.empty(), false, Optional.empty(), new PortRange(2000, 60000)),
                List.of(new BridgeAddress(Address.parse(address), 24)));
    }
}
