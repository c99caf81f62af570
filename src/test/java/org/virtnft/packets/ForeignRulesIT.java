package org.virtnft.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.virtnft.demo.AddressPlan;
import org.virtnft.demo.Probe;
import org.virtnft.demo.Probe.Protocol;
import org.virtnft.network.Address;
import org.virtnft.network.PortRange;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.packets.World.Uplink;

/**
 * Rules of others beside ours. To a companion they are what they were before us: its port forwards go on working, its own
 * source translation wins. An owner network is what its definition says, whatever others do.
 */
class ForeignRulesIT {

    /**
     * Port forward: a connection from outside that somebody's dnat rule sends to a guest. Onward: a connection from a guest
     * that such a rule sends to the nat companion's guest. Source: the one that arrives outside, where somebody's snat rule
     * would have it "foreign".
     */
    private static final String SPECIFICATION = """
            # network           port forward  onward   source
            companion nat       passes        -        foreign
            companion isolated  passes        passes   refused
            companion nat+dev   passes        passes   foreign
            owner nat           refused       as host  ours
            owner isolated      refused       refused  refused
            owner nat+dev       refused       refused  ours
            """;

    private static final String DEVICE = "eth0";

    /** On the host, forwarded to the first network's guest; the next one to the second's. */
    private static final int FIRST_PORT = 8000;

    private record Rule(String network, String forwarded, String onward, String source) {
        static Rule parse(String line) {
            String[] words = line.trim().split(" {2,}");
            return new Rule(words[0], words[1], words[2], words[3]);
        }
    }

    private static List<Rule> rules() {
        return SPECIFICATION.lines().skip(1).map(Rule::parse).toList();
    }

    private static final Map<Boolean, Map<String, List<String>>> RESULTS = new HashMap<>();

    @BeforeAll
    static void send() {
        for (boolean bridgeNetfilter : List.of(true, false)) {
            try (World world = new World(bridgeNetfilter)) {
                RESULTS.put(bridgeNetfilter, send(world));
            }
        }
    }

    private static Map<String, List<String>> send(World world) {
        Uplink uplink = world.uplink(DEVICE);
        world.host()
                .ip(
                        "address add " + foreignSource(false) + "/32 dev " + DEVICE,
                        "address add " + foreignSource(true) + "/128 dev " + DEVICE + " nodad preferred_lft 0");
        Map<Rule, Member> members = new LinkedHashMap<>();
        rules().forEach(rule -> members.put(rule, member(world, rule.network(), members.size() + 1)));
        List<Member> all = List.copyOf(members.values());
        world.host().nft(foreignRules(all));
        Trial trial = new Trial();
        for (boolean ipv6 : List.of(false, true)) {
            for (Protocol protocol : List.of(Protocol.UDP, Protocol.TCP)) {
                members.forEach((rule, member) -> {
                    Probe forwarded = Probe.of(protocol, uplink.outside(), uplink.own(ipv6))
                            .from(uplink.friend(ipv6))
                            .toPort(FIRST_PORT + all.indexOf(member));
                    add(trial, rule.network(), rule.forwarded(), forwarded, uplink.friend(ipv6));
                    Probe onward =
                            Probe.of(protocol, member.guest(), uplink.own(ipv6)).toPort(FIRST_PORT);
                    String asItself = numeric(member, ipv6);
                    String asHost = all.get(0).gateways(ipv6).get(0);
                    add(
                            trial,
                            rule.network(),
                            rule.onward(),
                            onward,
                            rule.onward().equals("as host") ? asHost : asItself);
                    Probe out = Probe.of(protocol, member.guest(), uplink.friend(ipv6));
                    String seen = rule.source().equals("foreign") ? foreignSource(ipv6) : uplink.own(ipv6);
                    add(trial, rule.network(), rule.source(), out, seen);
                });
            }
        }
        world.apply(all.stream().map(Member::network).toList());
        return trial.run(world::removeTable);
    }

    private static void add(Trial trial, String about, String verdict, Probe probe, String seen) {
        switch (verdict) {
            case "-" -> {}
            case "refused" -> trial.isRefused(about, probe);
            default -> trial.expect(about, probe, Expectation.Translated.to(seen, new PortRange(1, 65535)));
        }
    }

    /** As people write it: a port forward for each network, an accept beside it, and a source for each network's packets. */
    private static String foreignRules(List<Member> members) {
        StringBuilder script = new StringBuilder();
        for (boolean ipv6 : List.of(false, true)) {
            String ip = ipv6 ? "ip6" : "ip";
            StringBuilder dnat = new StringBuilder();
            StringBuilder snat = new StringBuilder();
            for (Member member : members) {
                String guest = numeric(member, ipv6);
                int port = FIRST_PORT + members.indexOf(member);
                for (String protocol : List.of("udp", "tcp")) {
                    dnat.append(protocol + " dport " + port + " dnat to " + (ipv6 ? "[" + guest + "]" : guest) + ":"
                            + Probe.PORT + "\n");
                }
                snat.append(
                        "oifname " + DEVICE + " " + ip + " saddr " + guest + " snat to " + foreignSource(ipv6) + "\n");
            }
            script.append("table " + ip + " nat {\n"
                    + "chain PREROUTING {\ntype nat hook prerouting priority dstnat; policy accept;\n" + dnat + "}\n"
                    + "chain POSTROUTING {\ntype nat hook postrouting priority srcnat; policy accept;\n" + snat + "}\n"
                    + "}\n"
                    + "table " + ip + " filter {\n"
                    + "chain FORWARD {\ntype filter hook forward priority filter; policy accept;\n"
                    + "ct status dnat accept\n}\n"
                    + "}\n");
        }
        return script.toString();
    }

    private static String foreignSource(boolean ipv6) {
        return ipv6 ? "2001:db8:ff01::77" : "198.18.1.77";
    }

    private static String numeric(Member member, boolean ipv6) {
        return Address.parse(Member.address(member.guest(), ipv6).getHostAddress())
                .toString();
    }

    private static Member member(World world, String kind, int number) {
        boolean owner = kind.startsWith("owner");
        String dev = kind.endsWith("+dev") ? " dev='" + DEVICE + "'" : "";
        boolean nat = kind.contains("nat");
        String forward = nat ? "<forward mode='nat'" + dev + "><nat ipv6='yes'/></forward>" : "";
        String metadata = "";
        if (owner) {
            String own = nat
                    ? "<nft:forward mode='nat'" + dev + "><nft:nat ipv6='yes'/></nft:forward>"
                    : "<nft:forward mode='none'/>";
            metadata = "<metadata><nft:network xmlns:nft='http://virt-nft.org/xmlns/libvirt/network/1.0'>" + own
                    + "</nft:network></metadata>";
            forward = "<forward mode='open'/>";
        }
        VirtualNetwork network = World.network("<network><name>" + kind + "</name>" + metadata + forward
                + "<bridge name='virbr" + number + "'/><ip address='192.168." + number + ".1' prefix='24'/>"
                + "<ip family='ipv6' address='fd00:" + number + "::1' prefix='64'/></network>");
        return new Member(world, network, new AddressPlan(List.of(network)), number);
    }

    static Stream<Arguments> networksAndSettings() {
        return Stream.of(true, false)
                .flatMap(setting -> rules().stream().map(rule -> Arguments.of(rule.network(), setting)));
    }

    @ParameterizedTest(name = "{0}, br_netfilter {1}")
    @MethodSource("networksAndSettings")
    void isAsSpecified(String network, boolean bridgeNetfilter) {
        assertEquals("", String.join("\n", RESULTS.get(bridgeNetfilter).get(network)));
    }
}
