package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.virtnft.demo.Host;
import org.virtnft.demo.Lab;
import org.virtnft.demo.Outcome;
import org.virtnft.demo.Probe;
import org.virtnft.demo.Probe.Protocol;
import org.virtnft.demo.VirtualizationHost;
import org.virtnft.libvirt.LibvirtLab.Kind;

/**
 * libvirt's verdict: the same packets against the rules that a real libvirtd makes, and against ours alone. They are equal but for
 * the deviations that the guide lists (modes-and-shapes.md), and each of these shows.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LibvirtVerdictIT {

    /** Whose rules there are. */
    private enum Side {
        /** libvirt's, and nothing of ours. */
        LIBVIRT(Kind.WITHOUT_HOOK),
        /** Ours for networks that are open for libvirt. */
        OWNER(Kind.WITH_HOOK),
        /** Ours for networks whose rules of libvirt's somebody flushed. */
        COMPANION_ALONE(Kind.WITH_HOOK);

        private final Kind kind;

        Side(Kind kind) {
            this.kind = kind;
        }

        LabNetwork network(String name, int number, String mode, String device, String ips) {
            String dev = device.isEmpty() ? "" : " dev='" + device + "'";
            if (this == OWNER) {
                String metadata = LabNetwork.metadata("<nft:forward mode='" + mode + "'" + dev + "/>");
                return LabNetwork.of(name, number, metadata, "<forward mode='open'/>", ips);
            }
            String forward = mode.equals("none") ? "" : "<forward mode='" + mode + "'" + dev + "/>";
            return LabNetwork.of(name, number, "", forward, ips);
        }
    }

    /** Where ours differ on purpose; the numbers are the guide's. */
    private enum Deviation {
        /** 1: what libvirt lets through one way into a routed network. */
        ISOLATED_GUEST_INTO_ROUTED_NETWORK {
            @Override
            boolean covers(Packet packet) {
                return packet.sender().equals("isolated") && packet.intoRouted();
            }
        },
        FOREIGN_SOURCE_INTO_ROUTED_NETWORK {
            @Override
            boolean covers(Packet packet) {
                return packet.text().contains("nat as 10.9.9.9")
                        && packet.target().equals("routed");
            }
        },
        GUEST_BOUND_TO_A_DEVICE_INTO_ROUTED_NETWORK {
            @Override
            boolean covers(Packet packet) {
                return packet.sender().equals("bound") && packet.intoRouted();
            }
        },
        /** 2. */
        TRANSLATION_BETWEEN_SUBNETS_OF_ONE_NETWORK {
            @Override
            boolean covers(Packet packet) {
                boolean within =
                        packet.sender().startsWith("nat") || packet.text().contains("host as 192.168.11.1");
                return within && packet.target().startsWith("nat") && !packet.ipv6();
            }
        },
        /** 3. */
        IPV6_OF_A_NETWORK_WITHOUT_AN_IPV6_ADDRESS {
            @Override
            boolean covers(Packet packet) {
                return packet.ipv6()
                        && (packet.sender().equals("bound") || packet.target().equals("bound"));
            }
        },
        /** 4. */
        ESTABLISHED_BY_ANOTHER_DEVICE {
            @Override
            boolean covers(Packet packet) {
                return packet.text().startsWith("answered by the other device: ");
            }
        },
        /** 5. */
        UNTRACKED {
            @Override
            boolean covers(Packet packet) {
                return packet.text().contains(" port " + UNTRACKED_PORT);
            }
        };

        abstract boolean covers(Packet packet);
    }

    private static final int UNTRACKED_PORT = 7001;

    /** What was sent; text tells all of it. */
    private record Packet(String text, String sender, String target, boolean ipv6) {

        /** IPv6 of a nat network without {@code <nat ipv6='yes'>} is routed too. */
        boolean intoRouted() {
            return target.equals("routed") || (ipv6 && target.startsWith("nat"));
        }
    }

    /** What became of each packet; by its text, the senders' own ports apart. */
    private static final class Verdicts {
        private final Map<Packet, String> found = new LinkedHashMap<>();
    }

    /** One side's host, networks and guests. */
    private static final class Topology implements AutoCloseable {
        private final LibvirtLab libvirt;
        private final Lab lab = new Lab();
        private final VirtualizationHost host;
        private final Host outside;
        private final Map<String, Host> guests = new LinkedHashMap<>();

        Topology(Side side) {
            libvirt = LibvirtLab.start(side.kind);
            Host machine = lab.adopt("host", libvirt.namespace());
            host = new VirtualizationHost(lab, machine);
            libvirt.sh("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1"
                    + " net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0");
            outside = host.outside(
                    "up0",
                    "outside",
                    List.of("198.51.100.1/24", "2001:db8:100::1/64"),
                    List.of("198.51.100.2/24", "2001:db8:100::2/64"));
            machine.ip("link add up1 type veth peer name eth1 netns " + outside.namespace(), "link set up1 up");
            outside.ip("link set eth1 up");
            machine.addresses("up1", List.of("203.0.113.1/24"));
            outside.addresses("eth1", List.of("203.0.113.2/24"));
            // from its address there it also sends there
            outside.ip("route add default via 203.0.113.1 dev eth1 table 100", "rule add from 203.0.113.2 lookup 100");

            List<LabNetwork> networks = List.of(
                    side.network("nat", 11, "nat", "", ip(11) + ip(21) + ip6(11)),
                    side.network("routed", 12, "route", "", ip(12) + ip6(12)),
                    side.network("isolated", 13, "none", "", ip(13) + ip6(13)),
                    side.network("bound", 14, "nat", "up0", ip(14)));
            networks.forEach(libvirt::defineAndStart);
            // libvirt switches IPv6 off where the network has none
            libvirt.sh("sysctl -qw net.ipv6.conf.vbr14.disable_ipv6=0; ip address add fd00:14::1/64 dev vbr14 nodad");
            if (side == Side.COMPANION_ALONE) {
                libvirt.sh("for tables in iptables ip6tables; do for table in filter nat mangle; do"
                        + " $tables -t $table -F; $tables -t $table -X; done; done");
            }
            for (int number : List.of(11, 12, 13, 14)) {
                List<String> own = new ArrayList<>(List.of(address(number, 1), "fd00:" + number + "::1/64"));
                if (number == 11) {
                    own.add(address(21, 1));
                }
                host.bridgeOfOthers("vbr" + number, own);
                own.forEach(each -> host.announce(outside, "up0", subnet(each)));
            }
            guest("nat", 11, address(11, 10), "fd00:11::10/64", "10.9.9.9/32");
            guest("nat2", 11, address(21, 10), "fd00:11::11/64");
            guest("routed", 12, address(12, 10), "fd00:12::10/64");
            guest("isolated", 13, address(13, 10), "fd00:13::10/64");
            guest("bound", 14, address(14, 10), "fd00:14::10/64");
            machine.ip("route add 10.9.9.9/32 dev vbr11");
            host.announce(outside, "up0", "10.9.9.9/32");
            machine.nft("table inet not_tracked {\nchain c {\ntype filter hook prerouting priority raw\n"
                    + "iifname \"vbr11\" udp dport " + UNTRACKED_PORT + " notrack\n}\n}\n");
            outside.listen(outside.address(false).orElseThrow(), UNTRACKED_PORT);
        }

        private static String ip(int number) {
            return LabNetwork.ip(number);
        }

        private static String ip6(int number) {
            return "<ip family='ipv6' address='fd00:" + number + "::1' prefix='64'/>";
        }

        private static String address(int number, int last) {
            return "192.168." + number + "." + last + "/24";
        }

        private static String subnet(String address) {
            return address.replaceFirst("1/", address.contains(":") ? "/" : "0/");
        }

        private void guest(String name, int number, String... addresses) {
            guests.put(name, host.guest("vbr" + number, name, List.of(addresses)));
        }

        private static String numeric(Host host, boolean ipv6) {
            return host.address(ipv6).orElseThrow().getHostAddress();
        }

        Verdicts verdicts() {
            Map<Packet, Probe> packets = new LinkedHashMap<>();
            for (boolean ipv6 : List.of(false, true)) {
                for (Protocol protocol : Protocol.values()) {
                    for (Host sender : guests.values()) {
                        for (Host target : guests.values()) {
                            if (sender != target) {
                                put(packets, target.name(), ipv6, Probe.of(protocol, sender, numeric(target, ipv6)));
                            }
                        }
                        put(packets, "outside", ipv6, Probe.of(protocol, sender, numeric(outside, ipv6)));
                        put(packets, sender.name(), ipv6, Probe.of(protocol, outside, numeric(sender, ipv6)));
                        put(packets, sender.name(), ipv6, Probe.of(protocol, host.host(), numeric(sender, ipv6)));
                    }
                }
            }
            for (Protocol protocol : List.of(Protocol.UDP, Protocol.TCP)) {
                for (Host guest : guests.values()) {
                    String own = numeric(guest, false);
                    // by the other device, both ways; the gateways of others; from a port that only root may use
                    put(packets, "outside", false, Probe.of(protocol, guest, "203.0.113.2"));
                    put(
                            packets,
                            guest.name(),
                            false,
                            Probe.of(protocol, outside, own).from("203.0.113.2"));
                    put(packets, "host", false, Probe.of(protocol, guest, "192.168.11.1"));
                    put(packets, "host", false, Probe.of(protocol, guest, "192.168.13.1"));
                    put(
                            packets,
                            "outside",
                            false,
                            Probe.of(protocol, guest, "198.51.100.2").fromPort(700));
                    put(
                            packets,
                            guest.name(),
                            false,
                            Probe.of(protocol, host.host(), own).fromPort(701));
                    for (int number : List.of(11, 12, 13, 14)) {
                        String gateway = "192.168." + number + ".1";
                        put(
                                packets,
                                guest.name(),
                                false,
                                Probe.of(protocol, host.host(), own).from(gateway));
                    }
                }
                for (int number : List.of(11, 12, 13, 14)) {
                    String gateway = "192.168." + number + ".1";
                    for (String target : List.of("198.51.100.2", "203.0.113.2")) {
                        Probe probe = Probe.of(protocol, host.host(), target).from(gateway);
                        put(packets, "outside", false, probe);
                        put(packets, "outside", false, probe.fromPort(702));
                    }
                }
                Host spoofing = guest("nat");
                put(
                        packets,
                        "outside",
                        false,
                        Probe.of(protocol, spoofing, "198.51.100.2").from("10.9.9.9"));
                put(packets, "nat", false, Probe.of(protocol, outside, "10.9.9.9"));
                for (String target : List.of("routed", "isolated", "bound", "nat2")) {
                    String address = numeric(guest(target), false);
                    put(
                            packets,
                            target,
                            false,
                            Probe.of(protocol, spoofing, address).from("10.9.9.9"));
                }
            }
            put(
                    packets,
                    "outside",
                    false,
                    Probe.of(Protocol.UDP, guest("nat"), "198.51.100.2").toPort(UNTRACKED_PORT));

            Verdicts verdicts = new Verdicts();
            record(verdicts, packets);
            // what outside has to say to the address that guests are translated to now comes by the other device
            outside.ip("route add 198.51.100.1/32 via 203.0.113.1 dev eth1");
            Map<Packet, Probe> others = new LinkedHashMap<>();
            for (Host guest : guests.values()) {
                Probe probe = Probe.of(Protocol.UDP, guest, "198.51.100.2");
                others.put(new Packet("answered by the other device: " + probe, guest.name(), "outside", false), probe);
            }
            record(verdicts, others);
            return verdicts;
        }

        private Host guest(String name) {
            Host guest = guests.get(name);
            if (guest == null) {
                throw new IllegalArgumentException(name);
            }
            return guest;
        }

        private static void put(Map<Packet, Probe> packets, String target, boolean ipv6, Probe probe) {
            packets.put(new Packet(probe.toString(), probe.sender().name(), target, ipv6), probe);
        }

        private static void record(Verdicts verdicts, Map<Packet, Probe> packets) {
            List<Outcome> outcomes = Probe.sendAll(List.copyOf(packets.values()));
            int i = 0;
            for (Packet packet : packets.keySet()) {
                verdicts.found.put(packet, words(outcomes.get(i++)));
            }
        }

        /** Ports that are only some free ones are not compared. */
        private static String words(Outcome outcome) {
            if (outcome instanceof Outcome.Passed passed) {
                return "passed, seen as " + passed.source().getHostAddress() + ", port "
                        + (passed.port() < 1024 ? passed.port() : "free");
            }
            if (outcome instanceof Outcome.Unanswered unanswered) {
                return "arrived from " + unanswered.source().getHostAddress() + ", unanswered";
            }
            return outcome.toString();
        }

        @Override
        public void close() {
            lab.close();
            libvirt.close();
        }
    }

    private static Verdicts verdictsOf(Side side) {
        try (Topology topology = new Topology(side)) {
            return topology.verdicts();
        }
    }

    private Verdicts theirs;

    @BeforeAll
    void askLibvirt() {
        theirs = verdictsOf(Side.LIBVIRT);
        // packets that are all lost would be equal too
        for (String word : List.of("passed", "answered", "rejected", "arrived", "lost")) {
            assertTrue(theirs.found.values().stream().anyMatch(verdict -> verdict.startsWith(word)), word);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Side.class,
            names = {"OWNER", "COMPANION_ALONE"})
    void oursAreEqualToLibvirtsButForTheDocumentedDeviations(Side side) {
        Verdicts ours = verdictsOf(side);
        assertEquals(theirs.found.keySet(), ours.found.keySet());
        List<String> unexplained = new ArrayList<>();
        NavigableMap<Deviation, List<String>> shown = new TreeMap<>(Comparator.naturalOrder());
        theirs.found.forEach((packet, verdict) -> {
            String own = ours.found.get(packet);
            if (verdict.equals(own)) {
                return;
            }
            String line = packet.text() + ": libvirt: " + verdict + "; we: " + own;
            Stream.of(Deviation.values())
                    .filter(deviation -> deviation.covers(packet))
                    .findFirst()
                    .ifPresentOrElse(
                            deviation -> shown.computeIfAbsent(deviation, key -> new ArrayList<>())
                                    .add(line),
                            () -> unexplained.add(line));
        });
        System.out.println(side + ": " + theirs.found.size() + " packets, deviations:");
        shown.forEach((deviation, lines) ->
                System.out.println("  " + deviation + " (" + lines.size() + "), for example " + lines.get(0)));
        assertEquals(List.of(), unexplained);
        assertEquals(List.of(Deviation.values()), List.copyOf(shown.keySet()));
    }
}
