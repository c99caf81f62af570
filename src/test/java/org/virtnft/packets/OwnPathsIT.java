package org.virtnft.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.virtnft.demo.AddressPlan;
import org.virtnft.demo.Host;
import org.virtnft.demo.Probe;
import org.virtnft.demo.Probe.Protocol;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.PortRange;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.packets.World.Uplink;
import org.virtnft.xml.NetworkReader;

/** Every test network's own paths, all networks on one host at a time, with br_netfilter and without. */
class OwnPathsIT {

    /**
     * What the networks say. Device: the only one, or any. Then for each family: under which source and ports a guest's packets
     * arrive outside, and what becomes of new connections from outside to a guest.
     */
    private static final String SPECIFICATION = """
            # network              device           IPv4 out                                in        IPv6 out                in
            default                any              masquerade 1024-65535                   refused   refused                 refused
            nat-mode-implied       any              masquerade 1024-65535                   refused   refused                 refused
            nat-decorated          any              masquerade 1024-65535                   refused   refused                 refused
            nat-ipv6-routed        any              masquerade 1024-65535                   refused   unchanged               accepted
            nat-static-routes      any              masquerade 1024-65535                   refused   unchanged               accepted
            nat66                  any              masquerade 1024-65535                   refused   masquerade 1024-65535   refused
            nat66-only             any              refused                                 refused   masquerade 1024-65535   refused
            nat-uplink-dev         eth0             masquerade 1024-65535                   refused   refused                 refused
            nat-uplink-interface   bond0.100        masquerade 1024-65535                   refused   unchanged               accepted
            nat-pool               any              203.0.113.10-203.0.113.20 1024-65535    refused   refused                 refused
            nat-pool-single        any              203.0.113.30-203.0.113.30 1024-65535    refused   refused                 refused
            nat-pool-ports         any              203.0.113.64-203.0.113.127 500-1000     refused   refused                 refused
            nat-pool-ipv6-only     any              refused                                 refused   masquerade 1024-65535   refused
            nat-ports              any              masquerade 30000-40000                  refused   refused                 refused
            nat-ports-zero         any              masquerade 1024-65535                   refused   refused                 refused
            nat-several-subnets    any              masquerade 1024-65535                   refused   masquerade 1024-65535   refused
            nat-nested-subnets     any              masquerade 1024-65535                   refused   masquerade 1024-65535   refused
            nat-repeated-subnet    any              masquerade 1024-65535                   refused   refused                 refused
            nat-prefix-defaults    any              masquerade 1024-65535                   refused   masquerade 1024-65535   refused
            nat-odd-prefixes       any              masquerade 1024-65535                   refused   masquerade 1024-65535   refused
            name-quote-brace       any              masquerade 1024-65535                   refused   refused                 refused
            name-limits            123456789012345  masquerade 1024-65535                   refused   refused                 refused
            hook-data              eth0             masquerade 1024-65535                   refused   refused                 refused
            owner-nat              any              masquerade 1024-65535                   refused   refused                 refused
            owner-nat-pool         eth0             198.51.100.7-198.51.100.9 2000-60000    refused   masquerade 2000-60000   refused
            owner-nat-ports        any              masquerade 30000-40000                  refused   masquerade 30000-40000  refused
            owner-nat-ipv6-routed  eth0             masquerade 1024-65535                   refused   unchanged               accepted
            route                  any              unchanged                               accepted  refused                 refused
            route-dual-stack       any              unchanged                               accepted  unchanged               accepted
            route-ipv6-only        any              refused                                 refused   unchanged               accepted
            route-uplink           eth1             unchanged                               accepted  unchanged               accepted
            name-steers-terminal   any              unchanged                               accepted  refused                 refused
            owner-route            any              unchanged                               accepted  unchanged               accepted
            owner-route-uplink     eth1             unchanged                               accepted  refused                 refused
            isolated               any              refused                                 refused   refused                 refused
            network-status         any              refused                                 refused   refused                 refused
            isolated-mode-none     any              refused                                 refused   refused                 refused
            isolated-no-ip         any              refused                                 refused   refused                 refused
            isolated-ports         any              refused                                 refused   refused                 refused
            owner-isolated         any              refused                                 refused   refused                 refused
            """;

    private static final Path FOLDER = Path.of("test-networks");

    /** The host's device that no network names. */
    private static final String COMMON = "wan0";

    private record Rule(String file, String device, String out4, String in4, String out6, String in6) {
        static Rule parse(String line) {
            String[] words = line.trim().split(" {2,}");
            return new Rule(words[0], words[1], words[2], words[3], words[4], words[5]);
        }

        String out(boolean ipv6) {
            return ipv6 ? out6 : out4;
        }

        boolean accepts(boolean ipv6) {
            return (ipv6 ? in6 : in4).equals("accepted");
        }
    }

    private static List<Rule> rules() {
        return SPECIFICATION.lines().skip(1).map(Rule::parse).toList();
    }

    private static VirtualNetwork read(String file) {
        Path path = FOLDER.resolve(file + ".xml");
        try {
            return NetworkReader.read(path.toString(), Files.readAllBytes(path))
                                    .network()
                                    .orElse(null)
                            instanceof VirtualNetwork network
                    ? network
                    : null;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // ---- The packets ----------------------------------------------------------------------------------------------

    private static final Map<Boolean, Map<String, List<String>>> RESULTS = new HashMap<>();

    @BeforeAll
    static void send() {
        for (boolean bridgeNetfilter : List.of(true, false)) {
            try (World world = new World(bridgeNetfilter)) {
                Map<Rule, Member> members = build(world);
                Trial trial = new Trial();
                members.forEach((rule, member) -> new Paths(world, trial, rule, member).add());
                world.apply(members.values().stream().map(Member::network).toList());
                RESULTS.put(bridgeNetfilter, trial.run(world::removeTable));
            }
        }
    }

    private static Map<Rule, Member> build(World world) {
        Map<Rule, VirtualNetwork> networks = new LinkedHashMap<>();
        rules().forEach(rule -> networks.put(rule, read(rule.file())));
        AddressPlan plan = new AddressPlan(List.copyOf(networks.values()));
        Map<Rule, Member> members = new LinkedHashMap<>();
        networks.forEach((rule, network) -> members.put(rule, new Member(world, network, plan, members.size() + 1)));
        world.uplink(COMMON);
        rules().stream()
                .map(Rule::device)
                .filter(device -> !device.equals("any"))
                .forEach(world::uplink);
        world.announceToStrangers("203.0.113.0/24");
        world.announceToStrangers("198.51.100.0/24");
        return members;
    }

    /** All paths of one network. */
    private record Paths(World world, Trial trial, Rule rule, Member member) {

        void add() {
            for (boolean ipv6 : List.of(false, true)) {
                Uplink allowed = world.uplink(rule.device().equals("any") ? COMMON : rule.device());
                out(allowed, ipv6);
                in(allowed, ipv6);
                otherDevice(ipv6);
                spoofed(allowed, ipv6);
                onTheBridge(ipv6);
                theHostsOwn(allowed, ipv6);
            }
        }

        /** A guest to the outside, from any port and from a privileged one; the answers come back. */
        private void out(Uplink uplink, boolean ipv6) {
            for (Host guest : member.guests()) {
                if (guest.address(ipv6).isEmpty()) {
                    continue;
                }
                for (Protocol protocol : Protocol.values()) {
                    Probe probe = Probe.of(protocol, guest, uplink.friend(ipv6));
                    leaves(probe, uplink, Member.address(guest, ipv6), ipv6);
                    if (protocol != Protocol.ICMP) {
                        leaves(probe.fromPort(700), uplink, Member.address(guest, ipv6), ipv6);
                    }
                }
            }
            if (isTranslated(ipv6)) {
                // who pings cannot be told the source that was seen, but only a translated one has an answer from there
                Probe ping = Probe.of(Protocol.ICMP, member.guest(), uplink.stranger(ipv6));
                trial.expect(rule.file(), ping, translated(uplink, ipv6));
            }
        }

        private void leaves(Probe probe, Uplink uplink, InetAddress source, boolean ipv6) {
            switch (rule.out(ipv6)) {
                case "refused" -> trial.isRefused(rule.file(), probe);
                case "unchanged" -> trial.passes(rule.file(), probe, source);
                default -> trial.expect(rule.file(), probe, translated(uplink, ipv6));
            }
        }

        private boolean isTranslated(boolean ipv6) {
            return !rule.out(ipv6).equals("refused") && !rule.out(ipv6).equals("unchanged");
        }

        private Expectation translated(Uplink uplink, boolean ipv6) {
            String[] words = rule.out(ipv6).split(" ");
            String[] ports = words[1].split("-");
            PortRange range = new PortRange(Integer.parseInt(ports[0]), Integer.parseInt(ports[1]));
            if (words[0].equals("masquerade")) {
                return Expectation.Translated.to(uplink.own(ipv6), range);
            }
            String[] pool = words[0].split("-");
            AddressRange addresses = new AddressRange(Address.parse(pool[0]), Address.parse(pool[1]));
            return new Expectation.Translated(addresses, range);
        }

        /** A new connection from outside. */
        private void in(Uplink uplink, boolean ipv6) {
            InetAddress friend = Member.address(uplink.outside(), ipv6);
            for (Host guest : member.guests()) {
                if (guest.address(ipv6).isEmpty()) {
                    continue;
                }
                for (Protocol protocol : Protocol.values()) {
                    Probe probe = Probe.of(protocol, uplink.outside(), Member.address(guest, ipv6));
                    if (rule.accepts(ipv6)) {
                        trial.passes(rule.file(), probe, friend);
                    } else {
                        trial.isRefused(rule.file(), probe);
                    }
                }
            }
        }

        /** A network with a device has no way by another one, in neither direction; any other leaves by whatever device. */
        private void otherDevice(boolean ipv6) {
            Uplink other = world.uplink(rule.device().equals("any") ? "eth0" : COMMON);
            InetAddress guest = Member.address(member.guest(), ipv6);
            for (Protocol protocol : Protocol.values()) {
                Probe out = Probe.of(protocol, member.guest(), other.friend(ipv6));
                if (rule.device().equals("any")) {
                    leaves(out, other, guest, ipv6);
                } else {
                    trial.isRefused(rule.file(), out);
                    trial.isRefused(rule.file(), Probe.of(protocol, other.outside(), guest));
                }
            }
        }

        /** A source that is none of the network's leaves no network. */
        private void spoofed(Uplink uplink, boolean ipv6) {
            for (Protocol protocol : List.of(Protocol.UDP, Protocol.TCP)) {
                Probe probe = Probe.of(protocol, member.guest(), uplink.friend(ipv6));
                trial.isRefused(rule.file(), probe.from(member.foreign(ipv6)));
            }
        }

        /** Guests of one network reach each other, within a subnet and, by the host, between subnets; nothing is translated. */
        private void onTheBridge(boolean ipv6) {
            List<Host> others =
                    new ArrayList<>(member.guests().subList(1, member.guests().size()));
            others.add(member.peer());
            InetAddress source = Member.address(member.guest(), ipv6);
            for (Host other : others) {
                if (other.address(ipv6).isEmpty()) {
                    continue;
                }
                for (Protocol protocol : Protocol.values()) {
                    Probe probe = Probe.of(protocol, member.guest(), Member.address(other, ipv6));
                    trial.passes(rule.file(), probe, source);
                    if (protocol != Protocol.ICMP) {
                        trial.passes(rule.file(), probe.fromPort(703), source);
                    }
                }
            }
        }

        /**
         * The host reaches every guest from every address that it has on the bridge, and keeps its port, which an NFS mount
         * needs. Outside, such an address is translated as a guest's, but only by the network's own device.
         */
        private void theHostsOwn(Uplink uplink, boolean ipv6) {
            Uplink other = world.uplink(rule.device().equals("any") ? "eth0" : COMMON);
            for (String gateway : member.gateways(ipv6)) {
                InetAddress source = Member.parse(gateway);
                for (Host guest : member.guests()) {
                    if (guest.address(ipv6).isEmpty()) {
                        continue;
                    }
                    for (Protocol protocol : List.of(Protocol.UDP, Protocol.TCP)) {
                        Probe probe = Probe.of(protocol, world.host(), Member.address(guest, ipv6));
                        trial.passes(rule.file(), probe.from(gateway).fromPort(701), source);
                        trial.passes(rule.file(), Probe.of(protocol, guest, gateway), Member.address(guest, ipv6));
                    }
                }
                for (Protocol protocol : List.of(Protocol.UDP, Protocol.TCP)) {
                    Probe own = Probe.of(protocol, world.host(), uplink.friend(ipv6))
                            .from(gateway)
                            .fromPort(702);
                    Probe elsewhere = Probe.of(protocol, world.host(), other.friend(ipv6))
                            .from(gateway)
                            .fromPort(702);
                    if (isTranslated(ipv6)) {
                        trial.expect(rule.file(), own, translated(uplink, ipv6));
                    } else {
                        trial.passes(rule.file(), own, source);
                    }
                    if (isTranslated(ipv6) && rule.device().equals("any")) {
                        trial.expect(rule.file(), elsewhere, translated(other, ipv6));
                    } else {
                        trial.passes(rule.file(), elsewhere, source);
                    }
                }
            }
        }
    }

    // ---- The verdicts ---------------------------------------------------------------------------------------------

    static Stream<Arguments> networksAndSettings() {
        return rules().stream()
                .flatMap(rule -> Stream.of(Arguments.of(rule.file(), true), Arguments.of(rule.file(), false)));
    }

    @ParameterizedTest(name = "{0}, br_netfilter {1}")
    @MethodSource("networksAndSettings")
    void isAsSpecified(String file, boolean bridgeNetfilter) {
        assertEquals("", String.join("\n", RESULTS.get(bridgeNetfilter).get(file)));
    }

    @Test
    @DisplayName("the specification speaks of every file with rules, once")
    void isComplete() throws IOException {
        Set<String> files = new TreeSet<>();
        try (Stream<Path> all = Files.list(FOLDER)) {
            all.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".xml"))
                    .map(name -> name.substring(0, name.length() - 4))
                    .filter(name -> read(name) != null)
                    .forEach(files::add);
        }
        List<String> specified = rules().stream().map(Rule::file).sorted().toList();
        assertEquals(List.copyOf(files), specified);
    }
}
