package org.virtnft.ruleset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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
 * The promise of the template: rules never change. As many networks as there are, the kernel has the same rules, of the same
 * expressions; networks are elements.
 */
class TemplateShapeIT {

    private static final Template TEMPLATE = Template.load();
    private static final PortRange PORTS = new PortRange(2000, 60000);

    private NftSandbox kernel;

    @BeforeEach
    void makeNamespace() {
        kernel = new NftSandbox();
    }

    @AfterEach
    void dropNamespace() {
        kernel.close();
    }

    @Test
    void rulesAndExpressionsDoNotDependOnTheNumberOfNetworks() {
        Map<String, List<Integer>> alone = shape(0);
        Map<String, List<Integer>> one = shape(1);

        assertEquals(one, shape(10));
        assertEquals(one, shape(1000));

        // the port range that they all have is the only thing that added a chain: exempt, TCP and UDP, the rest
        assertEquals(3, one.remove("masq-2000-60000").size());
        assertEquals(alone, one);
        // and what was counted is the template
        assertEquals(chains(), alone.keySet());
        alone.values().forEach(rules -> assertFalse(rules.contains(0), alone::toString));
    }

    /** Not only as many: the same, word for word. */
    @Test
    void theTableWithoutItsElementsIsTheSameText() {
        load(1);
        String one = TableListing.of(kernel.table()).frame();
        load(1000);

        assertEquals("", Diff.of(one, TableListing.of(kernel.table()).frame()));
    }

    @Test
    void onlyAMasqueradePortRangeAddsAChain() {
        Map<String, List<Integer>> alone = shape(0);
        List<VirtualNetwork> networks = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            networks.add(new VirtualNetwork(
                    "n" + i,
                    new InterfaceName("virbr" + i),
                    Shape.OWNER,
                    new Forward.Nat(Optional.empty(), false, Optional.empty(), new PortRange(2000 + i / 2, 3000)),
                    List.of(new BridgeAddress(Address.parse("10.0." + i + ".1"), 24))));
        }
        kernel.load(new Rendering(TEMPLATE).table(networks));
        Map<String, List<Integer>> ranged = shape();

        // two networks share each range
        for (int i = 0; i < 5; i++) {
            assertEquals(3, ranged.remove("masq-" + (2000 + i) + "-3000").size());
        }
        assertEquals(alone, ranged);
    }

    private static Set<String> chains() {
        Set<String> chains = new TreeSet<>();
        Matcher chain = Pattern.compile("\n\tchain (\\S+) \\{").matcher(TEMPLATE.text());
        while (chain.find()) {
            chains.add(chain.group(1));
        }
        return chains;
    }

    private Map<String, List<Integer>> shape(int networks) {
        load(networks);
        return shape();
    }

    private void load(int networks) {
        String script = new Rendering(TEMPLATE).table(networks(networks));
        kernel.load(networks == 0 ? new Script(TEMPLATE).removeTable().table().toString() : script);
    }

    /** For every chain, how many expressions each of its rules has, in the kernel's own form. */
    private Map<String, List<Integer>> shape() {
        Map<String, List<Integer>> expressions = new TreeMap<>();
        Pattern ruleHead = Pattern.compile("^inet virt_nft ([a-z][^ ]*) \\d+.*");
        List<Integer> counts = new ArrayList<>();
        for (String line : kernel.list("--terse --debug=netlink list table inet virt_nft")
                .lines()
                .toList()) {
            Matcher rule = ruleHead.matcher(line);
            if (rule.matches()) {
                counts = expressions.computeIfAbsent(rule.group(1), chain -> new ArrayList<>());
                counts.add(0);
            } else if (line.startsWith("  [ ")) {
                counts.set(counts.size() - 1, counts.get(counts.size() - 1) + 1);
            }
        }
        return expressions;
    }

    /** The first of them uses every feature; with more, every mode and shape are among them. */
    private static List<VirtualNetwork> networks(int count) {
        List<VirtualNetwork> networks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Optional<InterfaceName> uplink = Optional.of(new InterfaceName("eth" + i % 7));
            String pool = "198.18." + (i >> 8) + "." + (i & 255);
            Forward forward = switch (i % 5) {
                case 0 ->
                    new Forward.Nat(
                            uplink,
                            true,
                            Optional.of(new AddressRange(Address.parse(pool), Address.parse(pool))),
                            PORTS);
                case 1 -> new Forward.Nat(Optional.empty(), true, Optional.empty(), PORTS);
                case 2 -> new Forward.Nat(uplink, false, Optional.empty(), PortRange.UNPRIVILEGED);
                case 3 -> new Forward.Route(i % 2 == 0 ? uplink : Optional.empty());
                default -> new Forward.Isolated();
            };
            String own = (i >> 8) + "." + (i & 255);
            networks.add(new VirtualNetwork(
                    "network " + i,
                    new InterfaceName("virbr" + i),
                    i % 3 == 0 ? Shape.OWNER : Shape.COMPANION,
                    forward,
                    List.of(
                            new BridgeAddress(Address.parse("10." + own + ".1"), 25),
                            new BridgeAddress(Address.parse("10." + own + ".129"), 26),
                            new BridgeAddress(Address.parse("10." + own + ".130"), 26),
                            new BridgeAddress(Address.parse("10." + own + ".140"), 28),
                            new BridgeAddress(Address.parse("fd00:" + Integer.toHexString(i) + "::1"), 64),
                            new BridgeAddress(Address.parse("fd00:" + Integer.toHexString(i) + ":1::1"), 64))));
        }
        return networks;
    }
}
