package org.virtnft.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.virtnft.doctor.Facts.NftablesUnit;
import org.virtnft.doctor.Finding.Severity;
import org.virtnft.doctor.Table.Program;
import org.virtnft.network.Family;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.xml.NetworkReader;

/**
 * Findings on rulesets that Debian 12's own Docker (20.10), ufw (0.36.2) and firewalld (1.3.3) made in a network namespace, where eth0
 * leads out; "mended" is what their own commands made of them.
 */
class DoctorTest {

    private static final NftTexts NO_TEXTS = new NftTexts("");

    private boolean bridgeNetfilter;
    private Set<Family> forwarded = Set.of(Family.IPV4, Family.IPV6);
    private Set<String> interfaces = Set.of("lo", "eth0", "virbr0");
    private NftablesUnit nftables = NftablesUnit.NONE;
    private Optional<String> conntrackFailure = Optional.empty();
    private Map<Family, String> otherWays = Map.of();

    private static String recorded(String name) {
        try (InputStream stream = DoctorTest.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new AssertionError("there is no recording " + name);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static VirtualNetwork network(String forward, String ours) {
        String xml = "<network><name>default</name>" + ours + forward + "<bridge name='virbr0'/>"
                + "<ip address='192.168.122.1' prefix='24'/></network>";
        var reading = NetworkReader.read("test", xml.getBytes(StandardCharsets.UTF_8));
        if (reading.network().orElse(null) instanceof VirtualNetwork network) {
            return network;
        }
        throw new AssertionError(reading.problems() + " in " + xml);
    }

    private static VirtualNetwork owner(String mode) {
        return network(
                "<forward mode='open'/>",
                "<metadata><nft:network xmlns:nft='http://virt-nft.org/xmlns/libvirt/network/1.0'><nft:forward mode='"
                        + mode + "'/></nft:network></metadata>");
    }

    private static VirtualNetwork companion() {
        return network("<forward mode='nat'/>", "");
    }

    private List<Finding> examine(VirtualNetwork network, List<Table> tables) {
        Facts facts = new Facts(
                tables,
                forwarded,
                bridgeNetfilter,
                Map.of(Family.IPV4, "eth0", Family.IPV6, "eth0"),
                interfaces,
                nftables,
                conntrackFailure,
                otherWays,
                List.of());
        return new Doctor(facts).examine(List.of(network));
    }

    private static List<Table> iptables(String saved) {
        return IptablesSave.read(saved, Program.IPTABLES, Family.IPV4);
    }

    private static List<String> commands(Finding finding) {
        return finding.steps().stream()
                .map(step -> String.join(" ", step.command()))
                .toList();
    }

    private static String undo(Finding finding) {
        return finding.steps().stream()
                .map(step -> String.join(" ", step.undo()))
                .collect(Collectors.joining("\n"));
    }

    private static String where(Finding finding) {
        return finding.place().table() + "/" + finding.place().chain() + "/"
                + finding.place().rule();
    }

    @Test
    void libvirtsLostRulesAreToldOfWhereANetworkHasNeedOfThem() {
        interfaces = Set.of("virbr0");
        Finding lost = examine(companion(), List.of()).get(0);
        assertEquals(Severity.NOTE, lost.severity());
        assertTrue(lost.message().startsWith("libvirt's own rules are gone"), lost::toString);
        assertTrue(lost.remedy().contains("systemctl restart libvirtd"), lost::toString);
        assertEquals(List.of(), examine(owner("nat"), List.of()));
        assertEquals(List.of(), examine(companion(), iptables("*filter\n:LIBVIRT_INP - [0:0]\nCOMMIT\n")));
        interfaces = Set.of();
        assertEquals(List.of(), examine(companion(), List.of()));
    }

    /** A VPN's kill switch lets guests out by the tunnel alone: whoever accepts them by their bridge undoes it. */
    @Test
    void noAcceptIsInsertedWherePacketsMayLeaveByAnotherWay() {
        List<Table> tables = iptables("*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\nCOMMIT\n");
        otherWays = Map.of(Family.IPV4, "there is policy routing");
        List<Finding> findings = examine(owner("nat"), tables);
        Finding forward = of("FORWARD", findings);
        assertEquals(Severity.PROBLEM, forward.severity());
        assertEquals(List.of(), forward.steps());
        assertTrue(forward.remedy().startsWith("no command is given, for there is policy routing: "), forward::remedy);
        assertTrue(forward.remedy().contains("what comes in by virbr0"), forward::remedy);
        assertEquals(2, of("INPUT", findings).steps().size(), "what guests ask of this host does not leave it");

        otherWays = Map.of(Family.IPV6, "there is policy routing");
        assertEquals(
                2, of("FORWARD", examine(owner("nat"), tables)).steps().size(), "that family is not the network's");
    }

    private static Finding of(String chain, List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.place().chain().equals(chain))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void connectionsThatCannotBeReadAreANote() {
        conntrackFailure = Optional.of("the kernel refuses it: Invalid argument");
        Finding only = examine(owner("nat"), List.of()).get(0);
        assertEquals(Severity.NOTE, only.severity());
        assertTrue(only.message().endsWith("(the kernel refuses it: Invalid argument)"), only::toString);
        assertTrue(only.remedy().contains("modprobe nf_conntrack_netlink"), only::toString);
    }

    // ---- Bridges and devices --------------------------------------------------------------------------------------

    private static List<Table> nft(String... objects) {
        return NftJson.read("{\"nftables\": [" + String.join(",", objects) + "]}", NO_TEXTS);
    }

    private static String chain(String family, String hook) {
        return "{\"table\": {\"family\": \"%1$s\", \"name\": \"t\"}}, {\"chain\": {\"family\": \"%1$s\", \"table\": \"t\", \"name\": \"c\", %2$s}}"
                .formatted(family, hook);
    }

    private static String rule(String family, String match, String verdict) {
        return "{\"rule\": {\"family\": \"%s\", \"table\": \"t\", \"chain\": \"c\", \"handle\": 7, \"expr\": [{\"match\": %s}, {\"%s\": null}]}}"
                .formatted(family, match, verdict);
    }

    private static String bridgeIs(String name) {
        return "{\"op\": \"==\", \"left\": {\"meta\": {\"key\": \"ibrname\"}}, \"right\": \"" + name + "\"}";
    }

    @Test
    void framesBetweenGuests() {
        String drops = chain("bridge", "\"hook\": \"forward\", \"policy\": \"drop\"");
        Finding only = examine(owner("none"), nft(drops)).get(0);
        assertEquals("table bridge t/c/policy drop", where(only));
        assertEquals("dropped here: frames between its guests", only.message());
        assertEquals(
                List.of(
                        "nft -e -a insert rule bridge t c ip saddr 192.168.122.0/24 ip daddr 192.168.122.0/24 accept",
                        "nft -e -a insert rule bridge t c ether type arp accept"),
                commands(only));
        assertEquals(List.of(), examine(owner("none"), nft(drops, rule("bridge", bridgeIs("virbr0"), "accept"))));

        String accepts = chain("bridge", "\"hook\": \"forward\", \"policy\": \"accept\"");
        Finding byRule = examine(owner("nat"), nft(accepts, rule("bridge", bridgeIs("virbr0"), "drop")))
                .get(0);
        assertEquals("table bridge t/c/the rule with handle 7", where(byRule));
        assertEquals(1, byRule.steps().size(), "ARP passes");
        assertEquals(List.of(), examine(owner("nat"), nft(accepts, rule("bridge", bridgeIs("virbr1"), "drop"))));
        assertEquals(List.of(), examine(owner("nat"), nft(accepts)));
    }

    @Test
    void whatArrivesAtADevice() {
        String policy = "\"hook\": \"ingress\", \"policy\": \"drop\", \"dev\": ";
        Finding bridge = examine(owner("nat"), nft(chain("netdev", policy + "\"virbr0\"")))
                .get(0);
        assertEquals(
                "dropped here: new connections of its guests, its guests' DHCP requests to this host, its guests' DNS"
                        + " requests to this host",
                bridge.message());
        assertEquals(3, bridge.steps().size(), bridge::toString);

        Finding uplink = examine(owner("nat"), nft(chain("netdev", policy + "[\"eth1\", \"eth0\"]")))
                .get(0);
        assertEquals("dropped here: answers to its guests", uplink.message());
        assertEquals(List.of(), uplink.steps());
        assertEquals("let what comes for guests of virbr0 pass in that chain", uplink.remedy());

        assertEquals(List.of(), examine(owner("nat"), nft(chain("netdev", policy + "\"eth1\""))));
        // nft 1.0.6 tells the devices in its text only
        String untold = "{\"nftables\": [" + chain("netdev", "\"hook\": \"ingress\", \"policy\": \"drop\"") + "]}";
        for (String devices : List.of("device \"virbr0\"", "devices = { eth1, virbr0 }", "devices = { \"virbr0\" }")) {
            NftTexts texts =
                    new NftTexts("table netdev t { # handle 1\n\tchain c { # handle 1\n\t\ttype filter hook ingress "
                            + devices + " priority filter; policy drop;\n\t}\n}\n");
            assertEquals(1, examine(owner("nat"), NftJson.read(untold, texts)).size(), devices);
        }
        assertEquals(List.of(), examine(owner("nat"), NftJson.read(untold, NO_TEXTS)), "at no device");
        String toGuests =
                "{\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"ip\", \"field\": \"daddr\"}}, \"right\":"
                        + " {\"prefix\": {\"addr\": \"192.168.122.0\", \"len\": 24}}}";
        List<Table> spared = nft(chain("netdev", policy + "\"eth0\""), rule("netdev", toGuests, "accept"));
        assertEquals(List.of(), examine(owner("route"), spared));
        assertEquals(1, examine(owner("nat"), spared).size(), "answers come for the host's address");
    }

    // ---- Docker ---------------------------------------------------------------------------------------------------

    @Test
    void dockersPolicyDropsWhatComesAndGoes() {
        List<Finding> findings = examine(owner("nat"), iptables(recorded("docker.save")));
        assertEquals(1, findings.size(), findings::toString);
        Finding only = findings.get(0);
        assertEquals(Severity.PROBLEM, only.severity());
        assertEquals("table ip filter (iptables)/FORWARD/policy drop", where(only));
        assertEquals("dropped here: new connections of its guests, answers to its guests", only.message());
        assertEquals(
                List.of(
                        "iptables -I DOCKER-USER -i virbr0 -j ACCEPT",
                        "iptables -I DOCKER-USER -o virbr0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"),
                commands(only));
        assertEquals("""
                iptables -D DOCKER-USER -i virbr0 -j ACCEPT
                iptables -D DOCKER-USER -o virbr0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT""", undo(only));
    }

    @Test
    void whatDockerWasToldIsNoFindingAnyMore() {
        String mended = recorded("docker.save").replace("-A DOCKER-USER -j RETURN", """
                -A DOCKER-USER -o virbr0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
                -A DOCKER-USER -i virbr0 -j ACCEPT
                -A DOCKER-USER -j RETURN""");
        assertEquals(List.of(), examine(owner("nat"), iptables(mended)));
        List<Finding> other = examine(owner("nat"), iptables(mended.replace("virbr0", "virbr1")));
        assertEquals(1, other.size(), other::toString);
    }

    @Test
    void aRoutedNetworkIsReachedFromOutside() {
        List<Finding> findings = examine(owner("route"), iptables(recorded("docker.save")));
        assertEquals(
                List.of("iptables -I DOCKER-USER -i virbr0 -j ACCEPT", "iptables -I DOCKER-USER -o virbr0 -j ACCEPT"),
                commands(findings.get(0)));
    }

    @Test
    void guestsOfAnIsolatedNetworkMeetDockerOnlyOnTheirBridge() {
        assertEquals(List.of(), examine(owner("none"), iptables(recorded("docker.save"))));
        bridgeNetfilter = true;
        List<Finding> findings = examine(owner("none"), iptables(recorded("docker.save")));
        assertEquals(List.of("iptables -I DOCKER-USER -i virbr0 -o virbr0 -j ACCEPT"), commands(findings.get(0)));
        assertEquals(
                List.of(Severity.PROBLEM, Severity.NOTE),
                findings.stream().map(Finding::severity).toList());
    }

    @Test
    void nftSeesDockersPolicyToo() {
        List<Finding> findings = examine(owner("nat"), NftJson.read(recorded("docker.json"), NO_TEXTS));
        assertEquals("table ip filter/FORWARD/policy drop", where(findings.get(0)));
    }

    @Test
    void whatOnlyLibvirtsRulesLetPassIsDroppedOnceTheNetworkIsAdopted() {
        String both = recorded("docker.save")
                .replace("-A FORWARD -j DOCKER-USER", """
                -A FORWARD -j LIBVIRT_FWI
                -A FORWARD -j LIBVIRT_FWO
                -A LIBVIRT_FWI -d 192.168.122.0/24 -o virbr0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
                -A LIBVIRT_FWI -o virbr0 -j REJECT --reject-with icmp-port-unreachable
                -A LIBVIRT_FWO -s 192.168.122.0/24 -i virbr0 -j ACCEPT
                -A LIBVIRT_FWO -i virbr0 -j REJECT --reject-with icmp-port-unreachable
                -A FORWARD -j DOCKER-USER""")
                .replace(":DOCKER - ", ":LIBVIRT_FWI - [0:0]\n:LIBVIRT_FWO - [0:0]\n:DOCKER - ");
        List<Finding> findings = examine(companion(), iptables(both));
        assertEquals(
                List.of(Severity.ONCE_ADOPTED),
                findings.stream().map(Finding::severity).toList());
        assertEquals(2, findings.get(0).steps().size());
        assertEquals(
                Severity.PROBLEM,
                examine(companion(), iptables(recorded("docker.save"))).get(0).severity());
    }

    // ---- ufw and firewalld ----------------------------------------------------------------------------------------

    @Test
    void ufwDropsWhatIsForwardedAndWhatTheHostIsAsked() {
        List<Table> tables = new ArrayList<>(iptables(recorded("ufw.save")));
        tables.addAll(IptablesSave.read(recorded("ufw6.save"), Program.IPTABLES, Family.IPV6));
        List<Finding> findings = examine(owner("nat"), tables);
        assertEquals(
                List.of(
                        List.of("ufw route allow in on virbr0"),
                        List.of("ufw allow in on virbr0 to any port 53"),
                        List.of("ufw allow in on virbr0 to any port 67 proto udp")),
                findings.stream().map(DoctorTest::commands).toList());
        assertEquals("table ip filter (iptables)/FORWARD/policy drop", where(findings.get(0)));
        assertEquals("table ip filter (iptables)/INPUT/policy drop", where(findings.get(1)));
        // broadcasts go another way through its chains
        assertEquals(
                "table ip filter (iptables)/ufw-skip-to-policy-input/-A ufw-skip-to-policy-input -j DROP",
                where(findings.get(2)));
        assertEquals("ufw route delete allow in on virbr0", undo(findings.get(0)));

        List<Table> mended = new ArrayList<>(iptables(recorded("ufw-mended.save")));
        mended.addAll(IptablesSave.read(recorded("ufw6-mended.save"), Program.IPTABLES, Family.IPV6));
        assertEquals(List.of(), examine(owner("nat"), mended));
    }

    @Test
    void firewalldRejectsWhoIsInNoZoneOfLibvirts() {
        List<Finding> findings = examine(owner("nat"), NftJson.read(recorded("firewalld.json"), NO_TEXTS));
        assertEquals(
                List.of("filter_FWD_public", "filter_IN_public"),
                findings.stream().map(finding -> finding.place().chain()).toList());
        for (Finding finding : findings) {
            assertEquals(
                    List.of(
                            "firewall-cmd --zone=libvirt --change-interface=virbr0",
                            "firewall-cmd --permanent --zone=libvirt --change-interface=virbr0"),
                    commands(finding));
            assertTrue(finding.remedy().contains("<bridge name='virbr0' zone='libvirt'/>"), finding::remedy);
        }
        assertEquals(List.of(), examine(owner("nat"), NftJson.read(recorded("firewalld-mended.json"), NO_TEXTS)));
        assertTrue(commands(examine(owner("route"), NftJson.read(recorded("firewalld.json"), NO_TEXTS))
                        .get(0))
                .get(0)
                .contains("--zone=libvirt-routed"));
    }

    @Test
    void rulesAreShownAsNftPrintsThem() {
        NftTexts texts = new NftTexts("""
                table inet firewalld { # handle 1
                \tchain filter_FWD_public { # handle 84
                \t\tcounter packets 12 bytes 99 reject with icmpx admin-prohibited # handle 99
                \t}
                }
                """);
        assertEquals("reject with icmpx admin-prohibited", texts.of("inet", "firewalld", "filter_FWD_public", "99"));
        assertEquals("the rule with handle 98", texts.of("inet", "firewalld", "filter_FWD_public", "98"));
    }

    // ---- Made by hand ---------------------------------------------------------------------------------------------

    private static String match(String key, String operator, String right) {
        return "{\"match\":{\"op\":\"" + operator + "\",\"left\":" + key + ",\"right\":" + right + "}}";
    }

    private static String meta(String key) {
        return "{\"meta\":{\"key\":\"" + key + "\"}}";
    }

    /** A table with a forward chain, whose policy is to accept, and a chain to jump to. */
    private static String listing(String objects, String... rules) {
        StringBuilder all = new StringBuilder("{\"nftables\":[{\"metainfo\":{}},"
                + "{\"table\":{\"family\":\"inet\",\"name\":\"fw\"}},"
                + "{\"chain\":{\"family\":\"inet\",\"table\":\"fw\",\"name\":\"forward\",\"type\":\"filter\",\"hook\":\"forward\","
                + "\"prio\":0,\"policy\":\"accept\"}},"
                + "{\"chain\":{\"family\":\"inet\",\"table\":\"fw\",\"name\":\"deny\"}},"
                + "{\"rule\":{\"family\":\"inet\",\"table\":\"fw\",\"chain\":\"deny\",\"handle\":9,"
                + "\"expr\":[{\"counter\":{}},{\"log\":{}},{\"reject\":{}}]}}" + objects);
        for (String rule : rules) {
            all.append(",{\"rule\":{\"family\":\"inet\",\"table\":\"fw\",\"chain\":\"forward\",\"handle\":5,\"expr\":[")
                    .append(rule)
                    .append("]}}");
        }
        return all.append("]}").toString();
    }

    private List<Finding> byHand(String objects, String... rules) {
        return examine(owner("nat"), NftJson.read(listing(objects, rules), NO_TEXTS));
    }

    private static final String STATES = "{\"vmap\":{\"key\":{\"ct\":{\"key\":\"state\"}},\"data\":{\"set\":["
            + "[\"established\",{\"accept\":null}],[\"related\",{\"accept\":null}],[\"invalid\",{\"drop\":null}]]}}}";
    private static final String DENY = "{\"goto\":{\"target\":\"deny\"}}";

    @Test
    void aChainThatEndsInARejectElsewhere() {
        List<Finding> findings =
                byHand("", STATES, match(meta("oifname"), "==", "\"lan0\"") + ",{\"accept\":null}", DENY);
        assertEquals(1, findings.size(), findings::toString);
        assertEquals("table inet fw/deny/the rule with handle 9", where(findings.get(0)));
        assertEquals(
                "dropped here: new connections of its guests", findings.get(0).message());
        Finding.Step step = findings.get(0).steps().get(0);
        assertEquals(
                List.of("nft", "-e", "-a", "insert rule inet fw forward iifname \"virbr0\" accept"), step.command());
        assertEquals(
                List.of("nft", "delete rule inet fw forward handle 12"),
                step.undoAfter("insert rule inet fw forward iifname \"virbr0\" accept # handle 12\n"));
    }

    @Test
    void rulesThatLetTheGuestsPass() {
        String set = ",{\"set\":{\"family\":\"inet\",\"table\":\"fw\",\"name\":\"lan\",\"type\":\"ifname\","
                + "\"elem\":[\"lan0\",{\"elem\":{\"val\":\"virbr0\",\"comment\":\"guests\"}}]}}";
        String prefix = "{\"prefix\":{\"addr\":\"192.168.0.0\",\"len\":16}}";
        String source = "{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}}";
        for (String accept : List.of(
                match(meta("iifname"), "==", "\"virbr0\""),
                match(meta("iifname"), "==", "\"virbr*\""),
                match(meta("iifname"), "==", "\"@lan\""),
                match(meta("iifname"), "!=", "\"eth0\""),
                match(meta("iifname"), "==", "{\"set\":[\"lan0\",\"virbr0\"]}") + ","
                        + match(meta("oifname"), "==", "\"eth0\""),
                match(source, "==", prefix),
                match("{\"fib\":{\"result\":\"type\",\"flags\":\"daddr\"}}", "==", "\"unicast\""),
                match(source, "==", "{\"set\":[\"10.0.0.1\",{\"range\":[\"192.168.122.2\",\"192.168.122.254\"]}]}"),
                match(meta("l4proto"), "==", "{\"set\":[\"tcp\",\"udp\"]}"))) {
            assertEquals(List.of(), byHand(set, STATES, accept + ",{\"accept\":null}", DENY), accept);
        }
        for (String other : List.of(
                match(meta("iifname"), "==", "\"lan0\""),
                match(meta("iifname"), "!=", "\"virbr0\""),
                match(source, "!=", prefix),
                match("{\"payload\":{\"protocol\":\"tcp\",\"field\":\"dport\"}}", "==", "443"),
                match("{\"concat\":[" + meta("iifname") + "," + source + "]}", "==", "\"@lan\""),
                "{\"limit\":{\"rate\":3}}",
                "{\"a statement of tomorrow\":{\"x\":[1,{}]}}",
                "{\"xt\":null}")) {
            assertEquals(
                    1, byHand(set, STATES, other + ",{\"accept\":null}", DENY).size(), other);
        }
    }

    @Test
    void whatIsNoListing() {
        assertThrows(IllegalArgumentException.class, () -> NftJson.read("{\"nftables\": [", NO_TEXTS));
        for (String odd :
                List.of("[]", "{}", "3", "{\"nftables\":[1,null,{},{\"rule\":3},{\"rule\":{\"expr\":[null,1,{}]}}]}")) {
            assertEquals(List.of(), NftJson.read(odd, NO_TEXTS), odd);
        }
    }

    @Test
    void aBigRulesetIsReadInGoodTime() {
        String elements = IntStream.range(0, 100_000)
                .mapToObj(i -> "\"10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255) + "\"")
                .collect(Collectors.joining(","));
        String set =
                ",{\"set\":{\"family\":\"inet\",\"table\":\"fw\",\"name\":\"many\",\"type\":\"ipv4_addr\",\"elem\":["
                        + elements + "]}}";
        String[] rules = new String[5_000];
        java.util.Arrays.fill(
                rules,
                match("{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}}", "==", "\"10.0.0.1\"")
                        + ",{\"jump\":{\"target\":\"deny\"}}");
        rules[0] = match("{\"payload\":{\"protocol\":\"ip\",\"field\":\"saddr\"}}", "==", "\"@many\"")
                + ",{\"drop\":null}";
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> assertEquals(List.of(), byHand(set, rules)));
    }

    // ---- Openings, and the host -----------------------------------------------------------------------------------

    @Test
    void portForwardsAndAcceptsOfOthers() {
        String saved = """
                *nat
                :PREROUTING ACCEPT [0:0]
                -A PREROUTING -i eth0 -p tcp -m tcp --dport 8080 -m comment --comment "a web server" -j DNAT --to-destination 192.168.122.10:80
                -A PREROUTING -p tcp -m tcp --dport 81 -j DNAT --to-destination 10.0.0.1
                COMMIT
                *filter
                :FORWARD ACCEPT [0:0]
                :LIBVIRT_FWI - [0:0]
                -A FORWARD -d 192.168.122.10/32 -p tcp -m tcp --dport 80 -j ACCEPT
                -A FORWARD -o virbr0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
                -A FORWARD -d 192.168.0.0/16 -j ACCEPT
                COMMIT
                """;
        List<Finding> findings = examine(companion(), iptables(saved));
        assertEquals(
                List.of("PREROUTING", "FORWARD"),
                findings.stream().map(finding -> finding.place().chain()).toList());
        assertTrue(findings.stream().allMatch(finding -> finding.severity() == Severity.NOTE));
        String message = findings.get(0).message();
        assertTrue(message.startsWith("this port forward works as long as the network is not adopted"), message);
        assertTrue(
                message.endsWith(
                        "<nft:portForward proto='tcp' guest='192.168.122.10'><nft:range start='8080' to='80'/></nft:portForward>"),
                message);
        assertTrue(
                examine(owner("nat"), iptables(saved)).get(0).message().startsWith("this port forward does not work"));
    }

    @Test
    void aKernelThatForwardsNothing() {
        forwarded = Set.of(Family.IPV6);
        List<Finding> findings = examine(owner("nat"), List.of());
        assertEquals(List.of("sysctl -w net.ipv4.ip_forward=1"), commands(findings.get(0)));
        assertEquals("sysctl -w net.ipv4.ip_forward=0", undo(findings.get(0)));
        assertEquals(List.of(), examine(owner("none"), List.of()));
        interfaces = Set.of("lo", "eth0");
        assertEquals(List.of(), examine(owner("nat"), List.of()), "libvirt sets it when the network starts");
    }

    @Test
    void nftablesServiceThatTakesOurRulesAway() {
        nftables = new NftablesUnit(true, false, Optional.of("/etc/nftables.conf"), false);
        assertEquals("nftables.service", examine(owner("nat"), List.of()).get(0).subject());
        nftables = new NftablesUnit(true, true, Optional.of("/etc/nftables.conf"), true);
        assertEquals(List.of(), examine(owner("nat"), List.of()));
        nftables = new NftablesUnit(false, false, Optional.of("/etc/nftables.conf"), false);
        assertEquals(List.of(), examine(owner("nat"), List.of()));
        nftables = new NftablesUnit(true, true, Optional.empty(), false);
        assertEquals(List.of(), examine(owner("nat"), List.of()));
    }

    @Test
    void namesOfOthersCannotSteerATerminal() {
        String saved =
                "*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -m comment --comment \"\u001b[2J\" -j DROP\nCOMMIT\n";
        List<Finding> findings = examine(owner("nat"), iptables(saved));
        assertTrue(findings.get(0).place().rule().contains("\\u{1b}"), findings::toString);
    }
}
