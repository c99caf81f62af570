package org.virtnft.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.doctor.Table.Program;
import org.virtnft.host.HostFiles;
import org.virtnft.network.Address;
import org.virtnft.network.Family;
import org.virtnft.network.Subnet;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.xml.NetworkReader;

/** Which companions enable leaves to libvirt: those whose guests an administrator's own rules let reach, or be reached, further. */
class LossesTest {

    /** As libvirt 9.0 makes them for a running network default, on virbr0. */
    private static final String OF_DEFAULT = """
            -A LIBVIRT_FWX -i virbr0 -o virbr0 -j ACCEPT
            -A LIBVIRT_FWI -d 192.168.122.0/24 -o virbr0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
            -A LIBVIRT_FWI -o virbr0 -j REJECT --reject-with icmp-port-unreachable
            -A LIBVIRT_FWO -s 192.168.122.0/24 -i virbr0 -j ACCEPT
            -A LIBVIRT_FWO -i virbr0 -j REJECT --reject-with icmp-port-unreachable
            """;

    private static final String NAT = "<forward mode='nat'/>";
    private static final Routes NO_ROUTES = new Routes(Map.of());

    private static VirtualNetwork network(String forward) {
        String xml = "<network><name>default</name>" + forward + "<bridge name='virbr0'/>"
                + "<ip address='192.168.122.1' prefix='24'/></network>";
        var reading = NetworkReader.read("test", xml.getBytes(StandardCharsets.UTF_8));
        if (reading.network().orElse(null) instanceof VirtualNetwork network) {
            return network;
        }
        throw new AssertionError(reading.problems() + " in " + xml);
    }

    private static List<Finding> losses(String forward, Routes routes, List<Table> tables) {
        Facts facts = new Facts(
                tables,
                Set.of(Family.IPV4, Family.IPV6),
                false,
                Map.of(Family.IPV4, "eth0"),
                Set.of("lo", "eth0", "virbr0"),
                Facts.NftablesUnit.NONE,
                Optional.empty(),
                Map.of(),
                List.of());
        return new Losses(facts, routes).of(network(forward));
    }

    /** The rules that something would be lost of. */
    private static List<String> rules(String forward, String saved) {
        return losses(forward, NO_ROUTES, iptables(saved)).stream()
                .map(finding -> finding.place().rule())
                .toList();
    }

    private static List<Table> iptables(String saved) {
        return IptablesSave.read(saved, Program.IPTABLES, Family.IPV4);
    }

    private static String filter(String before, String ofLibvirt, String after) {
        return "*filter\n:FORWARD ACCEPT [0:0]\n:LIBVIRT_FWX - [0:0]\n:LIBVIRT_FWI - [0:0]\n:LIBVIRT_FWO - [0:0]\n:MINE - [0:0]\n"
                + lines(before)
                + "-A FORWARD -j LIBVIRT_FWX\n-A FORWARD -j LIBVIRT_FWI\n-A FORWARD -j LIBVIRT_FWO\n" + lines(after)
                + ofLibvirt + "COMMIT\n";
    }

    private static String lines(String text) {
        return text.isEmpty() ? "" : text + "\n";
    }

    private static String recorded(String name) {
        try (InputStream stream = LossesTest.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new AssertionError("there is no recording " + name);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- What opens ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-A FORWARD -i virbr1 -o virbr0 -j ACCEPT",
                "-A FORWARD -i eth0 -o virbr0 -j ACCEPT",
                "-A FORWARD -o virbr0 -j ACCEPT",
                "-A FORWARD -o virbr+ -j ACCEPT",
                "-A FORWARD -d 192.168.122.10/32 -p tcp -m tcp --dport 22 -j ACCEPT",
                "-A FORWARD -d 192.168.0.0/16 -j ACCEPT",
                "-A FORWARD -s 10.8.0.0/24 -d 192.168.122.0/24 -m conntrack --ctstate NEW -j ACCEPT",
                "-A FORWARD -o virbr0 -d 203.0.113.5/32 -j ACCEPT",
                "-A FORWARD -i docker0 -o virbr0 -j ACCEPT",
                "-A FORWARD -m set --match-set friends src -o virbr0 -j ACCEPT",
                "-A FORWARD -o virbr0 -j MINE\n-A MINE -p tcp -m tcp --dport 443 -j ACCEPT",
                // general ones, but somebody put them before libvirt's
                "-A FORWARD -i wg0 -j ACCEPT",
                "-A FORWARD -i virbr1 -j ACCEPT",
                "-A FORWARD -p icmp -j ACCEPT",
                "-A FORWARD -j ACCEPT",
            })
    void anAcceptBeforeLibvirtsRulesThatLetsPacketsToItsGuestsPass(String rule) {
        String opening = rule.lines().reduce((first, last) -> last).orElseThrow();
        assertEquals(List.of(opening), rules(NAT, filter(rule, OF_DEFAULT, "")), "running");
        assertEquals(List.of(opening), rules(NAT, filter(rule, "", "")), "only defined");
        assertEquals(List.of(), rules(NAT, filter("", OF_DEFAULT, rule)), "libvirt's rules come first");
    }

    @Test
    void whatSomebodyPutAmongLibvirtsRules() {
        String mine = "-A LIBVIRT_FWI -d 192.168.122.10/32 -o virbr0 -j ACCEPT";
        assertEquals(List.of(mine), rules(NAT, filter("", mine + "\n" + OF_DEFAULT, "")));
        assertEquals(
                List.of(), rules(NAT, filter("", OF_DEFAULT + mine + "\n", "")), "after the reject it does nothing");
    }

    @Test
    void libvirtsRejectThatSomebodyDeleted() {
        String without = OF_DEFAULT.replaceAll("-A LIBVIRT_FWI -o virbr0 -j REJECT.*\n", "");
        assertEquals(List.of("libvirt's own rule that refuses them is gone"), rules(NAT, filter("", without, "")));
        assertEquals(
                List.of(),
                rules(NAT, filter("", without, "").replace("FORWARD ACCEPT", "FORWARD DROP")),
                "nothing passes all the same");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
                "-A FORWARD -o virbr0 -m state --state RELATED,ESTABLISHED -j ACCEPT",
                "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT",
                "-A FORWARD -o virbr0 -m conntrack --ctstatus DNAT -j ACCEPT",
                "-A FORWARD -i virbr0 -j ACCEPT",
                "-A FORWARD -i virbr0 -o virbr0 -j ACCEPT",
                "-A FORWARD -s 192.168.122.0/24 -d 192.168.122.0/24 -j ACCEPT",
                "-A FORWARD -m physdev --physdev-is-bridged -j ACCEPT",
                "-A FORWARD -i lo -j ACCEPT",
                "-A FORWARD -o virbr1 -j ACCEPT",
                "-A FORWARD -d 192.168.123.0/24 -j ACCEPT",
                "-A FORWARD -o virbr0 -j DROP",
                "-A FORWARD -o virbr0 -j MINE\n-A MINE -j RETURN\n-A MINE -j ACCEPT",
                "-A FORWARD -o virbr0 -j DROP\n-A FORWARD -j ACCEPT",
            })
    void whatOpensNothing(String rule) {
        assertEquals(List.of(), rules(NAT, filter(rule, OF_DEFAULT, "")));
    }

    @Test
    void whereLibvirtHasNoRulesYetWhatNamesTheNetworkCounts() {
        String start = "*filter\n:FORWARD ACCEPT [0:0]\n";
        String named = "-A FORWARD -i virbr1 -o virbr0 -j ACCEPT";
        assertEquals(List.of(named), rules(NAT, start + named + "\nCOMMIT\n"));
        assertEquals(List.of(), rules(NAT, start + "-A FORWARD -p icmp -j ACCEPT\nCOMMIT\n"));
    }

    @Test
    void wherePacketsOfGuestsMustStay() {
        String out = "-A FORWARD -i virbr0 -o eth1 -j ACCEPT";
        assertEquals(List.of(), rules(NAT, filter(out, "", "")));
        assertEquals(List.of(out), rules("", filter(out, "", "")), "isolated");
        assertEquals(List.of(out), rules("<forward mode='nat' dev='eth0'/>", filter(out, "", "")));
        assertEquals(List.of(), rules("<forward mode='nat' dev='eth1'/>", filter(out, "", "")));
        String in = "-A FORWARD -i eth1 -o virbr0 -j ACCEPT";
        assertEquals(List.of(), rules("<forward mode='route'/>", filter(in, "", "")), "ours let them in");
        assertEquals(List.of(in), rules("<forward mode='route' dev='eth0'/>", filter(in, "", "")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-A POSTROUTING -s 192.168.122.0/24 -d 10.0.0.0/8 -j ACCEPT",
                "-A POSTROUTING -s 192.168.122.0/24 -m policy --dir out --pol ipsec -j ACCEPT",
                "-A POSTROUTING -s 192.168.122.10/32 -j RETURN",
                "-A POSTROUTING -d 10.8.0.0/24 -j ACCEPT",
            })
    void whatIsKeptFromTranslation(String rule) {
        String nat = """
                *nat
                :POSTROUTING ACCEPT [0:0]
                :LIBVIRT_PRT - [0:0]
                %s
                -A POSTROUTING -j LIBVIRT_PRT
                %s
                -A LIBVIRT_PRT -s 192.168.122.0/24 ! -d 192.168.122.0/24 -j MASQUERADE
                COMMIT
                """;
        assertEquals(List.of(rule), rules(NAT, nat.formatted(rule, "")));
        assertEquals(List.of(), rules(NAT, nat.formatted("", rule)), "libvirt translated them before");
        assertEquals(List.of(), rules("<forward mode='route'/>", nat.formatted(rule, "")), "ours do not translate");
    }

    @Test
    void whatIsTranslatedByOthersIsTranslated() {
        String nat = """
                *nat
                :POSTROUTING ACCEPT [0:0]
                :LIBVIRT_PRT - [0:0]
                :MINE - [0:0]
                -A POSTROUTING -s 192.168.122.0/24 -d 192.168.122.0/24 -j RETURN
                -A POSTROUTING -s 192.168.122.0/24 -d 224.0.0.0/24 -j RETURN
                -A POSTROUTING -s 192.168.122.0/24 -j MINE
                -A MINE -o eth1 -j RETURN
                -A POSTROUTING -s 192.168.122.0/24 -o eth0 -j SNAT --to-source 198.51.100.7
                -A POSTROUTING -o eth0 -j MASQUERADE
                -A POSTROUTING -j LIBVIRT_PRT
                COMMIT
                """;
        assertEquals(List.of(), rules(NAT, nat));
    }

    @Test
    void anAddressThatIsRoutedToAGuest() {
        Subnet own = Subnet.around(Address.parse("192.168.122.0"), 24);
        Subnet extra = Subnet.around(Address.parse("203.0.113.5"), 32);
        List<Finding> found = losses(NAT, new Routes(Map.of("virbr0", List.of(own, extra))), List.of());
        assertEquals(
                List.of(
                        "203.0.113.5/32 is routed to its guests and is not in its definition: our rules refuse its packets"),
                found.stream().map(Finding::message).toList());
        assertEquals(
                List.of(), losses(NAT, new Routes(Map.of("virbr0", List.of(own), "eth0", List.of(extra))), List.of()));
    }

    // ---- Hosts as they are ----

    @Test
    void dockerUfwAndFirewalldOpenNothing() {
        for (String forward : List.of(NAT, "", "<forward mode='route'/>")) {
            assertEquals(List.of(), rules(forward, recorded("docker.save")), "docker");
            List<Table> ufw = new ArrayList<>(iptables(recorded("ufw.save")));
            ufw.addAll(IptablesSave.read(recorded("ufw6.save"), Program.IPTABLES, Family.IPV6));
            assertEquals(List.of(), losses(forward, NO_ROUTES, ufw), "ufw");
            for (String name : List.of("firewalld.json", "firewalld-mended.json", "docker.json")) {
                List<Table> tables = NftJson.read(recorded(name), new NftTexts(""));
                assertEquals(List.of(), losses(forward, NO_ROUTES, tables), name);
            }
        }
        assertEquals(List.of(), rules(NAT, recorded("ufw-mended.save")));
    }

    /** Docker puts its rules before those that are there. */
    @Test
    void dockerThatWasStartedAfterLibvirtOpensNothing() {
        String both = recorded("docker.save")
                .replace(
                        "-A DOCKER-USER -j RETURN\n",
                        "-A DOCKER-USER -j RETURN\n"
                                + "-A FORWARD -j LIBVIRT_FWX\n-A FORWARD -j LIBVIRT_FWI\n-A FORWARD -j LIBVIRT_FWO\n"
                                + OF_DEFAULT)
                .replace(":DOCKER - ", ":LIBVIRT_FWX - [0:0]\n:LIBVIRT_FWI - [0:0]\n:LIBVIRT_FWO - [0:0]\n:DOCKER - ");
        assertEquals(List.of(), rules(NAT, both));
        String mine = "-A DOCKER-USER -o virbr0 -j ACCEPT";
        assertEquals(List.of(mine), rules(NAT, both.replace("-A DOCKER-USER -j RETURN", mine)));
    }

    @Test
    void anAcceptInAnotherTableThanLibvirtsOpensNothing() {
        String accept = "*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -i virbr1 -o virbr0 -j ACCEPT\nCOMMIT\n";
        List<Table> tables = new ArrayList<>(iptables(accept));
        tables.addAll(NftJson.read(
                "{\"nftables\": [{\"table\": {\"family\": \"ip\", \"name\": \"libvirt_network\"}}]}",
                new NftTexts("")));
        assertEquals(List.of(), losses(NAT, NO_ROUTES, tables), "libvirt has nftables' rules of its own");

        List<Table> both = new ArrayList<>(iptables(filter("", OF_DEFAULT, "")));
        both.addAll(IptablesSave.read(accept, Program.IPTABLES_LEGACY, Family.IPV4));
        assertEquals(List.of(), losses(NAT, NO_ROUTES, both), "of the older iptables");
    }

    @Test
    void theKernelsRoutesAreReadWithoutItsOwnAddresses(@TempDir Path root) throws IOException {
        Files.createDirectories(root.resolve("proc/net"));
        Files.writeString(root.resolve("proc/net/route"), """
                Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
                eth0\t00000000\t010112C6\t0003\t0\t0\t0\t00000000\t0\t0\t0
                virbr0\t007AA8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
                virbr0\t057100CB\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0
                """);
        String zeros = "0".repeat(32);
        Files.writeString(
                root.resolve("proc/net/ipv6_route"),
                List.of(
                                "20010db8000000050000000000000000 40 %s 00 %s 00000400 00000001 00000000 00000001 virbr0",
                                "20010db8000000050000000000000001 80 %s 00 %s 00000000 00000001 00000000 80200001 virbr0",
                                "fe800000000000000000000000000000 40 %s 00 %s 00000100 00000001 00000000 00000001 virbr0",
                                "ff000000000000000000000000000000 08 %s 00 %s 00000100 00000001 00000000 00000001 virbr0")
                        .stream()
                        .map(line -> line.formatted(zeros, zeros) + "\n")
                        .reduce("", String::concat));
        assertEquals(
                Map.of(
                        "virbr0",
                        List.of(
                                Subnet.around(Address.parse("192.168.122.0"), 24),
                                Subnet.around(Address.parse("203.0.113.5"), 32),
                                Subnet.around(Address.parse("2001:db8:0:5::"), 64))),
                Routes.of(new HostFiles(root)).byDevice());
    }
}
