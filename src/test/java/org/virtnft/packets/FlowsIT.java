package org.virtnft.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.virtnft.demo.AddressPlan;
import org.virtnft.demo.Host;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.packets.World.Uplink;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Source;

/** Long-lived flows of TCP and UDP across a change: what it no longer allows is over, everything else goes on as it was. */
class FlowsIT {

    private static final String NAT = "<forward mode='nat'><nat ipv6='yes'/></forward>";
    private static final String ROUTE = "<forward mode='route'/>";
    private static final String ISOLATED = "";

    private final World world = new World(false);
    private final Uplink uplink = world.uplink("eth0");
    private final List<Conversation> conversations = new ArrayList<>();
    private int port = 7000;

    @AfterEach
    void close() {
        conversations.forEach(Conversation::close);
        world.close();
    }

    // ---- What a change forbids ------------------------------------------------------------------------------------

    @Test
    void anIsolatedNetworkLosesItsFlowsAndNobodyElseDoes() {
        Member a = member(1, NAT);
        Member b = member(2, NAT);
        Member c = member(3, ROUTE);
        apply(a, b, c);
        List<Conversation> cut = out(a);
        cut.addAll(between(a.guest(), c.guest()));
        List<Conversation> kept = out(b);
        kept.addAll(between(b.guest(), c.guest()));
        kept.addAll(between(uplink.outside(), c.guest()));
        kept.addAll(between(a.guest(), a.peer()));
        // the host's own: its addresses stay within reach of every network
        kept.addAll(to(
                a.guest(),
                world.host(),
                a.gateways(false).get(0),
                a.gateways(true).get(0)));
        kept.addAll(to(a.guest(), world.host(), uplink.own(false), uplink.own(true)));
        kept.addAll(between(world.host(), a.guest()));

        change(cut, kept, network(1, ISOLATED), b.network(), c.network());
    }

    @Test
    void aNetworkThatIsRemovedLosesItsFlows() {
        Member a = member(1, NAT);
        Member b = member(2, ROUTE);
        apply(a, b);
        List<Conversation> cut = out(a);
        List<Conversation> kept = between(uplink.outside(), b.guest());
        // without our rules everything is forwarded: not under the old address, that is what it was cut from
        Map<Conversation, InetSocketAddress> seen = seen(cut);
        apply(b);
        for (Conversation each : cut) {
            boolean asBefore = each.passes() && each.seen().equals(seen.get(each));
            assertEquals(false, asBefore, each + " goes on");
        }
        assertGoOn(kept, seen(kept));
    }

    @Test
    void aSubnetThatIsGoneLosesItsFlows() {
        String second = "<ip address='10.77.0.1' prefix='24'/>";
        Member a = member(1, NAT, second);
        apply(a);
        Host other = a.guests().get(1);
        List<Conversation> kept = out(a);
        List<Conversation> cut = new ArrayList<>(List.of(
                tcp(other, uplink.outside(), uplink.friend(false)),
                udp(other, uplink.outside(), uplink.friend(false))));

        change(cut, kept, network(1, NAT));
    }

    @Test
    void aRoutedNetworkThatIsTranslatedFromNowOnLosesWhatCameFromOutsideAndWhatWentUntranslated() {
        Member a = member(1, ROUTE);
        Member b = member(2, ROUTE);
        apply(a, b);
        List<Conversation> cut = between(uplink.outside(), a.guest());
        List<Conversation> untranslated = out(a);
        List<Conversation> kept = between(uplink.outside(), b.guest());
        kept.addAll(out(b));
        Map<Conversation, InetSocketAddress> before = seen(kept);
        apply(List.of(network(1, NAT), b.network()));

        assertCut(cut);
        for (Conversation each : untranslated) {
            // UDP begins anew with its next packet, as the network says now
            if (each.passes()) {
                assertEquals(
                        uplink.own(each.seen().getAddress().getAddress().length == 16),
                        each.seen().getAddress().getHostAddress().replaceAll("(:0)+:", "::"),
                        each::toString);
            }
        }
        assertGoOn(kept, before);
    }

    @Test
    void anotherRangeOfPortsEndsOnlyTheFlowsOutsideOfIt() {
        Member a = member(1, NAT);
        apply(a);
        List<Conversation> kept = new ArrayList<>();
        List<Conversation> outside = new ArrayList<>();
        for (boolean ipv6 : List.of(false, true)) {
            String friend = uplink.friend(ipv6);
            kept.add(keep(Conversation.tcp(a.guest(), uplink.outside(), friend, ++port, 35000 + port)));
            kept.add(keep(Conversation.udp(a.guest(), uplink.outside(), friend, ++port, 35000 - port)));
            outside.add(keep(Conversation.tcp(a.guest(), uplink.outside(), friend, ++port, 50000 + port)));
            outside.add(keep(Conversation.udp(a.guest(), uplink.outside(), friend, ++port, 50000 - port)));
        }
        Map<Conversation, InetSocketAddress> before = seen(kept);
        apply(List.of(
                network(1, "<forward mode='nat'><nat ipv6='yes'><port start='25000' end='45000'/></nat></forward>")));

        assertGoOn(kept, before);
        for (Conversation each : outside) {
            if (each.passes()) {
                int seen = each.seen().getPort();
                assertTrue(seen >= 25000 && seen <= 45000, each + " goes on from port " + seen);
            } else {
                assertTrue(each.toString().startsWith("TCP"), each + " cannot begin anew");
            }
        }
    }

    @Test
    void anotherDeviceEndsTheFlowsByTheFormer() {
        Uplink second = world.uplink("eth1");
        Member a = member(1, NAT);
        apply(a);
        List<Conversation> cut = out(a);
        List<Conversation> kept = new ArrayList<>();
        for (boolean ipv6 : List.of(false, true)) {
            kept.add(tcp(a.guest(), second.outside(), second.friend(ipv6)));
            kept.add(udp(a.guest(), second.outside(), second.friend(ipv6)));
        }
        change(cut, kept, network(1, "<forward mode='nat' dev='eth1'><nat ipv6='yes'/></forward>"));
    }

    @Test
    void aNetworkThatIsBlockedLosesItsFlows() {
        Member a = member(1, ROUTE);
        Member b = member(2, ROUTE);
        apply(a, b);
        List<Conversation> cut = out(a);
        cut.addAll(between(uplink.outside(), a.guest()));
        List<Conversation> kept = out(b);
        Map<Conversation, InetSocketAddress> before = seen(kept);
        world.applyAll(List.of(
                AppliedNetwork.blocked("net1", new InterfaceName("virbr1"), Instant.now(), "a test says so"),
                applied(b.network())));
        assertCut(cut);
        assertGoOn(kept, before);
    }

    @Test
    void aNetworkThatRunsAndIsAppliedForTheFirstTimeLosesWhatItForbids() {
        Member a = member(1, ISOLATED);
        Member b = member(2, ROUTE);
        List<Conversation> cut = out(a);
        cut.addAll(between(uplink.outside(), a.guest()));
        List<Conversation> kept = out(b);
        kept.addAll(between(a.guest(), a.peer()));
        // rules of others have made connections of these, and others besides
        change(cut, kept, a.network(), b.network());
    }

    /** The kernel asks rules about a flow's first packet alone: it would go on with its private address for as long as it sends. */
    @Test
    void whatBeganUntranslatedWhileTheTableWasGoneIsTranslatedAfterwards() throws IOException {
        Member a = member(1, NAT);
        apply(a);
        // connections are tracked for as long as somebody's rules ask for them
        world.host().nft("""
                table inet others {
                    chain tracked {
                        type filter hook forward priority filter
                        ct state established accept
                    }
                }
                """);
        for (boolean ipv6 : List.of(false, true)) {
            InetAddress address = InetAddress.getByName(uplink.friend(ipv6));
            InetSocketAddress from = new InetSocketAddress(Member.address(a.guest(), ipv6), 5353);
            InetSocketAddress to = new InetSocketAddress(address, ++port);
            try (OneWay ear = OneWay.listen(uplink.outside(), address, port)) {
                world.removeTable();
                OneWay.send(a.guest(), from, to, "eth0");
                assertEquals(Optional.of(from), ear.hear());
                apply(a);
                OneWay.send(a.guest(), from, to, "eth0");
                assertEquals(
                        Optional.of(InetAddress.getByName(uplink.own(ipv6))),
                        ear.hear().map(InetSocketAddress::getAddress));
            }
        }
    }

    // ---- What goes on ---------------------------------------------------------------------------------------------

    @Test
    void aChangeOfAnotherNetworkEndsNothing() {
        Member a = member(1, NAT);
        Member b = member(2, ROUTE);
        apply(a, b);
        List<Conversation> kept = out(a);
        kept.addAll(between(a.guest(), b.guest()));
        kept.addAll(between(uplink.outside(), b.guest()));
        Member c = member(3, ISOLATED);

        change(List.of(), kept, a.network(), b.network(), c.network());
        change(List.of(), kept, a.network(), b.network());
        // the same anew, and a table that somebody else took out
        change(List.of(), kept, network(1, NAT), network(2, ROUTE));
        // nothing is translated meanwhile: an acknowledgement under the guest's own address would be answered by a
        // reset
        kept.forEach(Conversation::passes);
        kept.forEach(Conversation::rest);
        world.removeTable();
        change(List.of(), kept, a.network(), b.network());
    }

    @Test
    void aModeThatAllowsMoreEndsNothing() {
        Member a = member(1, ISOLATED);
        Member b = member(2, ROUTE);
        apply(a, b);
        List<Conversation> kept = between(a.guest(), a.peer());
        kept.addAll(between(uplink.outside(), b.guest()));
        change(List.of(), kept, network(1, ROUTE), b.network());
    }

    @Test
    void anAdoptedNetworkKeepsItsFlowsThoseOfOthersPortForwardsToo() {
        Member a = member(1, NAT);
        apply(a);
        forwardByOthers();
        List<Conversation> kept = out(a);
        kept.add(keep(Conversation.tcp(uplink.outside(), a.guest(), uplink.own(false), 8080)));
        kept.add(keep(Conversation.udp(uplink.outside(), a.guest(), uplink.own(false), 8080)));
        VirtualNetwork owner = World.network("<network><name>net1</name><metadata><nft:network"
                + " xmlns:nft='http://virt-nft.org/xmlns/libvirt/network/1.0'><nft:forward mode='nat'>"
                + "<nft:nat ipv6='yes'/></nft:forward></nft:network></metadata><forward mode='open'/>" + topology(1)
                + "</network>");

        change(List.of(), kept, owner);
        // and back
        change(List.of(), kept, a.network());
    }

    @Test
    void aPortForwardOfOthersToACompanionGoesOnWhateverTheNetworkSays() {
        Member a = member(1, NAT);
        apply(a);
        forwardByOthers();
        Conversation forwarded = keep(Conversation.tcp(uplink.outside(), a.guest(), uplink.own(false), 8080));
        change(out(a), List.of(forwarded), network(1, ISOLATED));
    }

    private void forwardByOthers() {
        world.host().nft("""
                table ip others {
                    chain in {
                        type nat hook prerouting priority dstnat
                        iifname eth0 tcp dport 8080 dnat to 192.168.1.10:8080
                        iifname eth0 udp dport 8080 dnat to 192.168.1.10:8080
                    }
                }
                """);
    }

    // ---- Helpers --------------------------------------------------------------------------------------------------

    private static String topology(int number, String... more) {
        return "<bridge name='virbr" + number + "'/><ip address='192.168." + number + ".1' prefix='24'/>"
                + "<ip family='ipv6' address='fd00:" + number + "::1' prefix='64'/>" + String.join("", more);
    }

    private static VirtualNetwork network(int number, String forward, String... more) {
        return World.network(
                "<network><name>net" + number + "</name>" + forward + topology(number, more) + "</network>");
    }

    private Member member(int number, String forward, String... more) {
        VirtualNetwork network = network(number, forward, more);
        return new Member(world, network, new AddressPlan(List.of(network)), number);
    }

    private static AppliedNetwork applied(VirtualNetwork network) {
        return AppliedNetwork.of(network, Source.FILE, Instant.now(), "", "", List.of());
    }

    private void apply(Member... members) {
        apply(List.of(members).stream().map(Member::network).toList());
    }

    private void apply(List<VirtualNetwork> networks) {
        world.apply(networks);
    }

    /** Flows of both protocols and families from the first guest to the world. */
    private List<Conversation> out(Member member) {
        return to(member.guest(), uplink.outside(), uplink.friend(false), uplink.friend(true));
    }

    private List<Conversation> between(Host client, Host server) {
        return to(
                client,
                server,
                Member.address(server, false).getHostAddress(),
                Member.address(server, true).getHostAddress());
    }

    private List<Conversation> to(Host client, Host server, String ipv4, String ipv6) {
        return new ArrayList<>(List.of(
                tcp(client, server, ipv4),
                udp(client, server, ipv4),
                tcp(client, server, ipv6),
                udp(client, server, ipv6)));
    }

    private Conversation tcp(Host client, Host server, String address) {
        return keep(Conversation.tcp(client, server, address, ++port));
    }

    private Conversation udp(Host client, Host server, String address) {
        return keep(Conversation.udp(client, server, address, ++port));
    }

    private Conversation keep(Conversation conversation) {
        conversations.add(conversation);
        return conversation;
    }

    private static Map<Conversation, InetSocketAddress> seen(List<Conversation> conversations) {
        Map<Conversation, InetSocketAddress> found = new LinkedHashMap<>();
        conversations.forEach(each -> found.put(each, each.seen()));
        return found;
    }

    private void change(List<Conversation> cut, List<Conversation> kept, VirtualNetwork... networks) {
        Map<Conversation, InetSocketAddress> before = seen(kept);
        apply(List.of(networks));
        assertCut(cut);
        assertGoOn(kept, before);
    }

    private static void assertCut(List<Conversation> conversations) {
        assertEquals(
                List.of(), conversations.stream().filter(each -> !each.isCut()).toList(), "are to be over");
    }

    private static void assertGoOn(List<Conversation> conversations, Map<Conversation, InetSocketAddress> before) {
        assertNotEquals(0, conversations.size());
        assertEquals(
                List.of(), conversations.stream().filter(each -> !each.passes()).toList(), "are to go on");
        assertEquals(before, seen(conversations), "as who they were");
    }
}
