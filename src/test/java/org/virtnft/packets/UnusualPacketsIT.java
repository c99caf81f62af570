package org.virtnft.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.demo.AddressPlan;
import org.virtnft.demo.Host;
import org.virtnft.demo.Probe;
import org.virtnft.demo.Probe.Protocol;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.packets.World.Uplink;

/** Packets that conntrack does not know, and packets to all hosts. */
class UnusualPacketsIT {

    private static final int PORT = 7100;

    private static final String UNTRACKED = """
            table inet theirs {
                chain raw {
                    type filter hook prerouting priority raw
                    meta l4proto { tcp, udp } notrack
                }
            }
            """;

    private static final String COUNT_PRIVATE_SOURCES = """
            table inet count {
                chain in {
                    type filter hook input priority 0
                    ip saddr 192.168.1.0/24 counter
                    ip6 saddr fd00:1::/64 counter
                }
            }
            """;

    // ---- Untracked and invalid ------------------------------------------------------------------------------------

    @ParameterizedTest(name = "br_netfilter {0}")
    @ValueSource(booleans = {true, false})
    void untrackedPacketsDoNotLeaveANatNetwork(boolean bridgeNetfilter) {
        try (World world = new World(bridgeNetfilter)) {
            Uplink uplink = world.uplink("eth0");
            Member nat = member(world, "nat", "<forward mode='nat'><nat ipv6='yes'/></forward>", 1);
            Member halfNat = member(world, "nat, IPv6 routed", "<forward mode='nat'/>", 2);
            Member route = member(world, "route", "<forward mode='route'/>", 3);
            world.host().nft(UNTRACKED);
            Trial trial = new Trial();
            for (Protocol protocol : List.of(Protocol.UDP, Protocol.TCP)) {
                for (boolean ipv6 : List.of(false, true)) {
                    String target = uplink.friend(ipv6);
                    trial.isDropped("nat", Probe.of(protocol, nat.guest(), target));
                    trial.passes(
                            "route", Probe.of(protocol, route.guest(), target), Member.address(route.guest(), ipv6));
                    for (Member each : List.of(nat, halfNat, route)) {
                        trial.passes(
                                "on the bridge",
                                Probe.of(protocol, each.guest(), Member.address(each.peer(), ipv6)),
                                Member.address(each.guest(), ipv6));
                    }
                }
                trial.isDropped("IPv4 of nat", Probe.of(protocol, halfNat.guest(), uplink.friend(false)));
                trial.passes(
                        "routed IPv6 of nat",
                        Probe.of(protocol, halfNat.guest(), uplink.friend(true)),
                        Member.address(halfNat.guest(), true));
            }
            world.apply(List.of(nat.network(), halfNat.network(), route.network()));
            List<String> wrong = new ArrayList<>();
            trial.run(world::removeTable).values().forEach(wrong::addAll);
            assertEquals("", String.join("\n", wrong));
        }
    }

    /** A segment of a connection that conntrack has forgotten, and may not pick up: it would leave with its private source. */
    @ParameterizedTest(name = "IPv6 {0}")
    @ValueSource(booleans = {false, true})
    void invalidPacketsDoNotLeaveANatNetwork(boolean ipv6) throws IOException, InterruptedException {
        try (World world = new World(true)) {
            Uplink uplink = world.uplink("eth0");
            Member nat = member(world, "nat", "<forward mode='nat'><nat ipv6='yes'/></forward>", 1);
            Member route = member(world, "route", "<forward mode='route'/>", 2);
            world.host().sysctl("net/netfilter/nf_conntrack_tcp_loose", "0");
            world.host().sysctl("net/netfilter/nf_conntrack_tcp_timeout_established", "1");
            world.apply(List.of(nat.network(), route.network()));
            uplink.outside().nft(COUNT_PRIVATE_SOURCES);
            try (ServerSocketChannel server = listen(uplink.outside(), uplink.friend(ipv6));
                    SocketChannel translated = connect(nat.guest(), uplink.friend(ipv6));
                    SocketChannel accepted = server.accept();
                    SocketChannel routed = connect(route.guest(), uplink.friend(ipv6));
                    SocketChannel other = server.accept()) {
                assertEquals(Member.parse(uplink.own(ipv6)), source(accepted));
                Thread.sleep(2500); // conntrack forgets both

                routed.write(ByteBuffer.wrap(new byte[] {42}));
                assertEquals(42, other.socket().getInputStream().read(), "a routed network's source may be seen");

                translated.write(ByteBuffer.wrap(new byte[] {42}));
                Thread.sleep(1500); // TCP sends it again and again
                assertEquals(0, countedOutside(uplink));

                world.removeTable();
                long end = System.nanoTime() + 10_000_000_000L;
                while (countedOutside(uplink) == 0 && System.nanoTime() < end) {
                    Thread.sleep(50);
                }
                assertNotEquals(0, countedOutside(uplink), "without our table it leaves");
            }
        }
    }

    private static ServerSocketChannel listen(Host host, String address) {
        return host.inside(() -> {
            ServerSocketChannel server =
                    ServerSocketChannel.open(family(address)).bind(new InetSocketAddress(Member.parse(address), PORT));
            server.socket().setSoTimeout(5000);
            return server;
        });
    }

    private static SocketChannel connect(Host host, String address) {
        return host.inside(() -> {
            SocketChannel channel = SocketChannel.open(family(address));
            channel.socket().connect(new InetSocketAddress(Member.parse(address), PORT), 5000);
            return channel;
        });
    }

    private static StandardProtocolFamily family(String address) {
        return address.indexOf(':') >= 0 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    }

    private static InetAddress source(SocketChannel channel) throws IOException {
        return ((InetSocketAddress) channel.getRemoteAddress()).getAddress();
    }

    private static int countedOutside(Uplink uplink) {
        Matcher packets = Pattern.compile("packets (\\d+)")
                .matcher(uplink.outside().run("nft", "list", "table", "inet", "count"));
        int sum = 0;
        while (packets.find()) {
            sum += Integer.parseInt(packets.group(1));
        }
        return sum;
    }

    // ---- To all hosts ---------------------------------------------------------------------------------------------

    /** What is for everybody on a link keeps its source: an answer goes to it. */
    @ParameterizedTest(name = "br_netfilter {0}")
    @ValueSource(booleans = {true, false})
    void multicastAndBroadcastKeepTheirSource(boolean bridgeNetfilter) throws IOException {
        try (World world = new World(bridgeNetfilter)) {
            Uplink uplink = world.uplink("eth0");
            Member nat = member(world, "nat", "<forward mode='nat'><nat ipv6='yes'/></forward>", 1);
            Member pool = member(
                    world,
                    "pool",
                    "<forward mode='nat'><nat><address start='198.18.1.8' end='198.18.1.9'/></nat></forward>",
                    2);
            world.apply(List.of(nat.network(), pool.network()));
            for (Member each : List.of(nat, pool)) {
                String bridge = each.network().bridge().value();
                for (boolean ipv6 : List.of(false, true)) {
                    String group = ipv6 ? "ff02::1" : "224.0.0.1";
                    String guest = Member.address(each.guest(), ipv6).getHostAddress();
                    arrivesUnchanged(world.host(), each.gateways(ipv6).get(0), "eth0", uplink.outside(), group);
                    arrivesUnchanged(world.host(), each.gateways(ipv6).get(0), bridge, each.guest(), group);
                    arrivesUnchanged(each.guest(), guest, "eth0", each.peer(), group);
                }
                each.guest().ip("route add 255.255.255.255/32 dev eth0");
                String guest = Member.address(each.guest(), false).getHostAddress();
                String subnet = guest.substring(0, guest.lastIndexOf('.'));
                for (String all : List.of("255.255.255.255", subnet + ".255")) {
                    arrivesUnchanged(each.guest(), guest, "eth0", each.peer(), all);
                    arrivesUnchanged(world.host(), each.gateways(false).get(0), bridge, each.guest(), all);
                }
            }
        }
    }

    private static void arrivesUnchanged(Host sender, String source, String device, Host listener, String all)
            throws IOException {
        boolean ipv6 = all.indexOf(':') >= 0;
        InetSocketAddress from = new InetSocketAddress(Member.parse(source), 704);
        InetAddress target = Member.parse(all);
        if (ipv6) {
            target = Inet6Address.getByAddress(all, target.getAddress(), interfaceIndex(sender, device));
        }
        try (OneWay ear = OneWay.listen(listener, Member.parse(all), PORT)) {
            OneWay.send(sender, from, new InetSocketAddress(target, PORT), device);
            assertEquals(Optional.of(from), ear.hear(), sender + " by " + device + " to " + all);
        }
    }

    /** In the host's own numbers. */
    private static int interfaceIndex(Host host, String device) {
        String line = host.run("ip", "-o", "link", "show", "dev", device);
        return Integer.parseInt(line.substring(0, line.indexOf(':')));
    }

    private static Member member(World world, String name, String forward, int number) {
        VirtualNetwork network = World.network("<network><name>" + name + "</name>" + forward + "<bridge name='virbr"
                + number + "'/><ip address='192.168." + number + ".1' prefix='24'/>"
                + "<ip family='ipv6' address='fd00:" + number + "::1' prefix='64'/></network>");
        return new Member(world, network, new AddressPlan(List.of(network)), number);
    }
}
