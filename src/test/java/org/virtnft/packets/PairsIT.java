package org.virtnft.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.util.ArrayList;
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
import org.virtnft.network.PortRange;
import org.virtnft.network.VirtualNetwork;

/** From a network of each mode to another one of each mode: IPv4 and IPv6, UDP, TCP and ping, with br_netfilter and without. */
class PairsIT {

    /**
     * Who reaches whom. A packet needs the consent of both networks, its source's first; a network with a device has given
     * none for any other way, in either direction. "passes": as it is. "as the host": with the host's address on the other bridge.
     */
    private static final String SPECIFICATION = """
            # from \\ to     nat      route        isolated  open         nat+dev  route+dev
            nat             refused  as the host  refused   as the host  refused  refused
            nat, spoofing   refused  refused      refused   refused      refused  refused
            route           refused  passes       refused   passes       refused  refused
            isolated        refused  refused      refused   refused      refused  refused
            open            refused  passes       refused   passes       refused  refused
            nat+dev         refused  refused      refused   refused      refused  refused
            route+dev       refused  refused      refused   refused      refused  refused
            nat+dev=open    refused  refused      refused   as the host  refused  refused
            route+dev=open  refused  refused      refused   passes       refused  refused
            """;

    private static final String DEVICE = "eth0";

    /** The bridge of the open network that is reached: for a network that has it as its device, it is an uplink as any other. */
    private static final String OPEN = "to-open";

    /** From a row of the table to a column. */
    private record Pair(String from, String to, String verdict) {
        String name() {
            return from + " to " + to;
        }
    }

    private static List<Pair> pairs() {
        List<List<String>> table = SPECIFICATION
                .lines()
                .map(line -> List.of(line.trim().split(" {2,}")))
                .toList();
        List<String> columns = table.get(0);
        List<Pair> pairs = new ArrayList<>();
        for (List<String> row : table.subList(1, table.size())) {
            for (int i = 1; i < row.size(); i++) {
                pairs.add(new Pair(row.get(0), columns.get(i), row.get(i)));
            }
        }
        return pairs;
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
        world.uplink(DEVICE);
        Map<String, Member> sources = new LinkedHashMap<>();
        Map<String, Member> targets = new LinkedHashMap<>();
        List<VirtualNetwork> withRules = new ArrayList<>();
        for (Pair pair : pairs()) {
            String from = pair.from().replace(", spoofing", "");
            sources.computeIfAbsent(from, mode -> member(world, mode, "from", sources.size() + 1, withRules));
            targets.computeIfAbsent(pair.to(), mode -> member(world, mode, "to", targets.size() + 101, withRules));
        }
        Trial trial = new Trial();
        for (Pair pair : pairs()) {
            Member from = sources.get(pair.from().replace(", spoofing", ""));
            for (boolean ipv6 : List.of(false, true)) {
                for (Protocol protocol : Protocol.values()) {
                    add(trial, pair, from, targets.get(pair.to()), protocol, ipv6);
                }
            }
        }
        world.apply(withRules);
        return trial.run(world::removeTable);
    }

    private static void add(Trial trial, Pair pair, Member from, Member to, Protocol protocol, boolean ipv6) {
        Probe probe = Probe.of(protocol, from.guest(), Member.address(to.guest(), ipv6));
        if (pair.from().endsWith(", spoofing")) {
            if (protocol == Protocol.ICMP) {
                return; // a ping cannot choose its source
            }
            probe = probe.from(from.foreign(ipv6));
        }
        InetAddress own = Member.address(from.guest(), ipv6);
        switch (pair.verdict()) {
            case "passes" -> trial.passes(pair.name(), probe, own);
            case "as the host" -> {
                String host = to.gateways(ipv6).get(0);
                trial.expect(pair.name(), probe, Expectation.Translated.to(host, PortRange.UNPRIVILEGED));
            }
            default -> trial.isRefused(pair.name(), probe);
        }
    }

    /** A network of a mode; its number is in its addresses. */
    private static Member member(World world, String mode, String side, int number, List<VirtualNetwork> withRules) {
        String device = mode.contains("=") ? OPEN : DEVICE;
        String forward = switch (mode.replaceAll("\\+.*", "")) {
            case "nat" ->
                "<forward mode='nat'" + (mode.contains("+") ? " dev='" + device + "'" : "")
                        + "><nat ipv6='yes'/></forward>";
            case "route" -> "<forward mode='route'" + (mode.contains("+") ? " dev='" + device + "'" : "") + "/>";
            default -> ""; // isolated; and for the addresses' sake open, which is not applied
        };
        String bridge = side + "-" + mode.replace("+dev", "-dev").replace("=open", "o");
        VirtualNetwork network =
                World.network("<network><name>" + bridge + "</name>" + forward + "<bridge name='" + bridge
                        + "'/><ip address='192.168." + number + ".1' prefix='24'/>"
                        + "<ip family='ipv6' address='fd00:" + number + "::1' prefix='64'/></network>");
        if (!mode.equals("open")) {
            withRules.add(network);
        }
        return new Member(world, network, new AddressPlan(List.of(network)), number);
    }

    static Stream<Arguments> pairsAndSettings() {
        return Stream.of(true, false)
                .flatMap(setting -> pairs().stream().map(pair -> Arguments.of(pair.name(), pair.verdict(), setting)));
    }

    @ParameterizedTest(name = "{0}: {1}, br_netfilter {2}")
    @MethodSource("pairsAndSettings")
    void isAsSpecified(String pair, String verdict, boolean bridgeNetfilter) {
        assertEquals("", String.join("\n", RESULTS.get(bridgeNetfilter).get(pair)));
    }
}
