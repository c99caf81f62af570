package org.virtnft.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.demo.AddressPlan;
import org.virtnft.demo.Host;
import org.virtnft.demo.Probe;
import org.virtnft.demo.Probe.Protocol;
import org.virtnft.kernel.Listed;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.packets.World.Uplink;
import org.virtnft.ruleset.Count;

/** A packet that is refused is counted, once, for the network that refused it; any other is not. */
class RefusedIT {

    /** IPv4 and UDP headers, and the one byte that {@link OneWay} sends. */
    private static final int BYTES = 20 + 8 + 1;

    private static final int DISCARD = 9;

    private World world;
    private Uplink uplink;
    private Member nat;
    private Member route;
    private Member isolated;

    @BeforeEach
    void build() {
        world = new World(true);
        uplink = world.uplink("eth0");
        nat = member("nat", "<forward mode='nat'/>", 1);
        route = member("route", "<forward mode='route'/>", 2);
        isolated = member("isolated", "", 3);
        apply();
    }

    @AfterEach
    void remove() {
        world.close();
    }

    private Member member(String name, String forward, int number) {
        VirtualNetwork network = World.network("<network><name>" + name + "</name>" + forward + "<bridge name='virbr"
                + number + "'/><ip address='192.168." + number + ".1' prefix='24'/></network>");
        return new Member(world, network, new AddressPlan(List.of(network)), number);
    }

    private void apply(VirtualNetwork... others) {
        ArrayList<VirtualNetwork> all = new ArrayList<>(List.of(nat.network(), route.network(), isolated.network()));
        all.addAll(List.of(others));
        world.apply(all);
    }

    /** What each network has refused, in packets; the bytes are those of so many packets of {@link #send}. */
    private Map<String, Long> refused() {
        Map<String, Long> packets = new TreeMap<>();
        Listed.counts(world.host().run("nft", "list", "table", "inet", "virt_nft"))
                .forEach((counter, count) -> {
                    if (!count.equals(Count.NONE)) {
                        packets.put(counter.replace("refused-virbr", ""), count.packets());
                        assertEquals(count.packets() * BYTES, count.bytes(), "bytes of " + counter);
                    }
                });
        return packets;
    }

    /** One datagram that nobody answers; it has been refused or not when this returns, for the kernel forwards it at once. */
    private static void send(Host from, String source, String target) {
        OneWay.send(
                from,
                new InetSocketAddress(Member.parse(source), 0),
                new InetSocketAddress(Member.parse(target), DISCARD),
                "eth0");
    }

    private static String address(Host host) {
        return Member.address(host, false).getHostAddress();
    }

    private void send(Member from, Member to) {
        send(from.guest(), address(from.guest()), address(to.guest()));
    }

    private void sendOut(Member from) {
        send(from.guest(), address(from.guest()), uplink.friend(false));
    }

    private void sendIn(Member to) {
        send(uplink.outside(), uplink.friend(false), address(to.guest()));
    }

    /** So that no datagram waits for the answer to an ARP question. */
    private void neighboursKnowEachOther() {
        for (Member each : List.of(nat, route, isolated)) {
            assertTrue(Probe.of(Protocol.UDP, each.guest(), each.gateways(false).get(0))
                    .send()
                    .passed());
        }
        assertTrue(Probe.of(Protocol.UDP, uplink.outside(), uplink.own(false))
                .send()
                .passed());
        assertEquals(Map.of(), refused(), "the host itself is within reach");
    }

    @Test
    void countsForTheNetworkThatRefusedAndOnlyThere() {
        neighboursKnowEachOther();

        sendIn(nat);
        assertEquals(Map.of("1", 1L), refused(), "to a nat network from outside");
        send(route, nat);
        assertEquals(Map.of("1", 2L), refused(), "to a nat network from another one");
        sendOut(isolated);
        assertEquals(Map.of("1", 2L, "3", 1L), refused(), "from an isolated one");
        send(nat, isolated);
        assertEquals(Map.of("1", 2L, "3", 2L), refused(), "to an isolated one");
        send(isolated, nat);
        assertEquals(Map.of("1", 2L, "3", 3L), refused(), "once: the other was not asked any more");
        send(nat.guest(), nat.foreign(false), uplink.friend(false));
        assertEquals(Map.of("1", 3L, "3", 3L), refused(), "from a source that is not the network's");
    }

    @Test
    void countsNothingThatPasses() {
        neighboursKnowEachOther();
        for (Member each : List.of(nat, route)) {
            for (Protocol protocol : Protocol.values()) {
                assertTrue(Probe.of(protocol, each.guest(), uplink.friend(false))
                        .send()
                        .passed());
            }
        }
        assertTrue(Probe.of(Protocol.TCP, nat.guest(), Member.address(route.guest(), false))
                .send()
                .passed());
        assertTrue(Probe.of(Protocol.UDP, uplink.outside(), address(route.guest()))
                .send()
                .passed());
        assertTrue(Probe.of(Protocol.UDP, isolated.guest(), Member.address(isolated.peer(), false))
                .send()
                .passed());
        assertEquals(Map.of(), refused());
    }

    /** What another program drops is not ours; what we drop is, also where it is dropped without a word. */
    @ParameterizedTest(name = "untracked {0}")
    @ValueSource(booleans = {true, false})
    void countsWhatWouldLeaveUntranslated(boolean untracked) {
        neighboursKnowEachOther();
        world.host().nft(untracked ? """
                table inet theirs {
                    chain raw {
                        type filter hook prerouting priority raw
                        meta l4proto udp notrack
                    }
                }
                """ : """
                table inet theirs {
                    chain forward {
                        type filter hook forward priority filter - 1
                        meta l4proto udp drop
                    }
                }
                """);
        sendOut(nat);
        sendOut(route);
        assertEquals(untracked ? Map.of("1", 1L) : Map.of(), refused());
    }

    /** Packets before and after each kind of change: the number goes on. */
    @Test
    void goesOnWhateverIsChanged() {
        neighboursKnowEachOther();
        VirtualNetwork another = World.network("<network><name>another</name><bridge name='virbr9'/>"
                + "<ip address='192.168.9.1' prefix='24'/></network>");
        VirtualNetwork ranged = World.network("<network><name>ranged</name>"
                + "<forward mode='nat'><nat><port start='2000' end='3000'/></nat></forward><bridge name='virbr8'/>"
                + "<ip address='192.168.8.1' prefix='24'/></network>");
        VirtualNetwork itself = World.network("<network><name>nat</name><forward mode='nat'/><bridge name='virbr1'/>"
                + "<ip address='192.168.1.1' prefix='24'/><ip address='192.168.77.1' prefix='24'/></network>");
        Map<String, Consumer<World>> changes = new LinkedHashMap<>();
        changes.put("another network comes", ignored -> apply(another));
        changes.put("another network goes", ignored -> apply());
        changes.put("a new table, for a port range", ignored -> apply(ranged));
        changes.put("a new table, for a rule that somebody deleted", host -> {
            host.host().nft("flush chain inet virt_nft unclean\n");
            apply();
        });
        changes.put("the network itself", host -> host.apply(List.of(itself, route.network(), isolated.network())));
        long packets = 0;
        for (Map.Entry<String, Consumer<World>> change : changes.entrySet()) {
            sendIn(nat);
            assertEquals(Map.of("1", ++packets), refused(), "before: " + change.getKey());
            change.getValue().accept(world);
            assertEquals(Map.of("1", packets), refused(), change.getKey());
            sendIn(nat);
            assertEquals(Map.of("1", ++packets), refused(), "after: " + change.getKey());
        }
    }
}
