package org.virtnft.ruleset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.virtnft.network.VirtualNetwork;

/**
 * The kernel takes the golden files as they are, by plain {@code nft -f}, and has then what they say. Every test has a network
 * namespace of its own.
 */
class GoldenLoadIT {

    private static final Template TEMPLATE = Template.load();

    private NftSandbox kernel;

    @BeforeEach
    void makeNamespace() {
        kernel = new NftSandbox();
    }

    @AfterEach
    void dropNamespace() {
        kernel.close();
    }

    static List<Path> good() {
        return TestNetworks.good();
    }

    /** Word for word where nft is the one that wrote the golden file; another one may print the same rules otherwise. */
    @Test
    void theTemplateIsListedAsItsGoldenFile() {
        kernel.load(TEMPLATE.text());
        String listed = kernel.table();
        if (NftSandbox.version().equals("1.0.6")) {
            assertEquals("", Diff.of(TestNetworks.text(TestNetworks.TEMPLATE), listed), "see test-networks/README.md");
        }

        try (NftSandbox other = new NftSandbox()) {
            other.load(TestNetworks.text(TestNetworks.TEMPLATE));
            assertEquals("", Diff.of(listed, other.table()));
        }
    }

    @ParameterizedTest
    @MethodSource("good")
    void aGoldenFileLoadsOntoTheTemplateAndTwice(Path xml) {
        String elements = TestNetworks.text(TestNetworks.beside(xml, ".nft"));
        List<VirtualNetwork> network = TestNetworks.read(xml).network().stream()
                .filter(VirtualNetwork.class::isInstance)
                .map(VirtualNetwork.class::cast)
                .toList();
        kernel.load(TEMPLATE.text());
        kernel.load(elements);
        TableListing once = TableListing.of(kernel.table());

        assertEquals(expected(network), once.canonical());

        // the rules of a port range's chain are added once more each time: it is for a table that has none
        kernel.load(elements.replaceAll("(?m)^add rule .*$", ""));
        assertEquals(once, TableListing.of(kernel.table()));
        assertLoadsAgainAsListed();
    }

    @Test
    void allNetworksLoadTogetherAndTwice() {
        List<VirtualNetwork> networks = TestNetworks.networks();
        String script = new Rendering(TEMPLATE).table(networks);

        kernel.load(script);
        TableListing once = TableListing.of(kernel.table());
        kernel.load(script);

        assertEquals(once, TableListing.of(kernel.table()));
        assertEquals(expected(networks), once.canonical());
        assertLoadsAgainAsListed();
    }

    @Test
    void theElementsOfAllLoadTogetherOntoTheTemplate() {
        List<VirtualNetwork> networks = TestNetworks.networks();
        kernel.load(new Rendering(TEMPLATE).table(networks));
        TableListing whole = TableListing.of(kernel.table());

        try (NftSandbox other = new NftSandbox()) {
            other.load(TEMPLATE.text());
            other.load(new Rendering(TEMPLATE).elements(networks));
            assertEquals(whole, TableListing.of(other.table()));
        }
    }

    /** What libvirt, a firewall and an administrator have, with names like ours. Counters and handles are compared too. */
    @Test
    void tablesOfOthersStayAsTheyAreToTheByte() {
        kernel.load(FOREIGN);
        String before = kernel.list("-a list ruleset");
        List<String> tables =
                List.of("ip virt_nft", "inet filter", "inet x", "ip libvirt_network", "ip nat", "bridge x");
        Map<String, String> each = new TreeMap<>();
        tables.forEach(table -> each.put(table, kernel.list("-a list table " + table)));
        String script = new Rendering(TEMPLATE).table(TestNetworks.networks());

        kernel.load(script);
        kernel.load(script);
        tables.forEach(table -> assertEquals(each.get(table), kernel.list("-a list table " + table)));
        assertTrue(kernel.list("list tables").contains("table inet virt_nft\n"));

        kernel.load(new Script(TEMPLATE).removeTable().toString());
        assertEquals("", Diff.of(before, kernel.list("-a list ruleset")));

        // a table that is not there is removed too
        kernel.load(new Script(TEMPLATE).removeTable().toString());
        assertEquals("", Diff.of(before, kernel.list("-a list ruleset")));
    }

    /** A script that the kernel refuses in its last line leaves nothing of the lines before. */
    @Test
    void aScriptIsOneTransaction() {
        String refused = new Rendering(TEMPLATE).table(TestNetworks.networks())
                + "add element inet virt_nft from { \"virbr0\" : jump to_nowhere }\n";

        assertFalse(kernel.tryToLoad(refused).status() == 0);
        assertEquals("", kernel.list("list ruleset"));
    }

    private void assertLoadsAgainAsListed() {
        String listed = kernel.table();
        kernel.load(new Script(TEMPLATE).removeTable().toString());
        kernel.load(listed);
        assertEquals(TableListing.of(listed), TableListing.of(kernel.table()));
    }

    private static Map<String, SortedSet<String>> expected(List<VirtualNetwork> networks) {
        Map<String, SortedSet<String>> elements = new TreeMap<>();
        for (VirtualNetwork network : networks) {
            for (Element element : NetworkElements.of(network).elements()) {
                elements.computeIfAbsent(element.set(), set -> new TreeSet<>()).add(element.canonical());
            }
        }
        return elements;
    }

    private static final String FOREIGN = """
            table ip virt_nft {
            	map from { type ifname : verdict; elements = { "virbr0" : accept } }
            	set same { type ifname . ifname; elements = { "virbr0" . "virbr0" } }
            	chain forward { type filter hook forward priority filter; policy drop; iifname vmap @from; counter packets 7 bytes 8; }
            }
            table inet filter {
            	set net4 { type ipv4_addr; flags interval; auto-merge; elements = { 192.168.122.0/24, 10.0.0.0/8 } }
            	chain input { type filter hook input priority filter; policy accept; }
            	chain forward { type filter hook forward priority filter; policy accept; ct state established,related accept; ip saddr @net4 counter packets 1 bytes 2 accept comment "virt_nft"; }
            }
            table inet x {
            	chain masq { masquerade; }
            	chain post { type nat hook postrouting priority srcnat; policy accept; oifname "eth0" goto masq; }
            }
            table ip libvirt_network {
            	chain forward { type filter hook forward priority filter; policy accept; iifname "virbr0" oifname "virbr0" counter packets 0 bytes 0 accept; }
            	chain guest_nat { type nat hook postrouting priority srcnat; policy accept; ip saddr 192.168.122.0/24 ip daddr != 192.168.122.0/24 counter packets 3 bytes 4 masquerade; }
            }
            table ip nat {
            	chain PREROUTING { type nat hook prerouting priority dstnat; policy accept; tcp dport 8080 dnat to 192.168.122.10:80; }
            }
            table bridge x {
            	chain forward { type filter hook forward priority filter; policy accept; }
            }
            """;
}
