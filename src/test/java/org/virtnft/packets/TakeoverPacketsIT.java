package org.virtnft.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.demo.AddressPlan;
import org.virtnft.demo.Outcome;
import org.virtnft.demo.Probe;
import org.virtnft.demo.Probe.Protocol;
import org.virtnft.kernel.LibNftables;
import org.virtnft.kernel.NetworkNamespace;
import org.virtnft.kernel.TestFlows;
import org.virtnft.network.Forward;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.packets.World.Uplink;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.StateDirectory;
import org.virtnft.transaction.Applier;
import org.virtnft.transaction.LaterRuleset;
import org.virtnft.transaction.LeftByFormatOne;
import org.virtnft.transaction.StepListener;

/** What virt-nft 0.1.0 applied, before and after a program with another template took it over: each packet fares as it did. */
class TakeoverPacketsIT {

    @TempDir
    private Path folder;

    @Test
    void noPacketPassesThatDidNot() throws Exception {
        try (World world = new World(true)) {
            Uplink uplink = world.uplink("eth0");
            StateDirectory state = left(world);
            List<Member> members = new ArrayList<>();
            for (AppliedNetwork each : state.read().networks().values()) {
                VirtualNetwork network = each.network()
                        .orElseGet(() -> new VirtualNetwork(
                                each.name(), each.bridge(), each.shape(), new Forward.Isolated(), List.of()));
                members.add(new Member(world, network, new AddressPlan(List.of(network)), members.size() + 1));
            }
            assertEquals(7, members.size());
            Map<String, Probe> probes = probes(uplink, members);

            Map<String, String> before = send(probes);
            Applier applier = new Applier(
                    state,
                    new LibNftables(),
                    LaterRuleset.get(),
                    StepListener.NONE,
                    Duration.ofSeconds(5),
                    TestFlows.real()::end,
                    TestFlows.restoration());
            assertTrue(
                    world.host().inside(() -> applier.apply(applied -> applied)).rebuilt());
            Map<String, String> after = send(probes);

            for (String fate : List.of("rejected", "answered", "seen as 10.3.0.10", "seen as 198.18.1.1")) {
                assertTrue(before.values().stream().anyMatch(each -> each.contains(fate)), () -> fate + ": " + before);
            }
            assertEquals(before, after);
        }
    }

    private StateDirectory left(World world) throws Exception {
        StateDirectory state = new StateDirectory(folder.resolve("state"));
        LeftByFormatOne.copyTo(state, world.host().inside(NetworkNamespace::current));
        world.host().nft(LeftByFormatOne.table(state));
        return state;
    }

    private static Map<String, Probe> probes(Uplink uplink, List<Member> members) {
        Map<String, Probe> probes = new TreeMap<>();
        for (Member member : members) {
            String name = member.network().name();
            for (boolean ipv6 : List.of(false, true)) {
                for (Protocol protocol : Protocol.values()) {
                    String how = protocol + (ipv6 ? " by IPv6, " : " by IPv4, ");
                    probes.put(how + name + " to a friend", Probe.of(protocol, member.guest(), uplink.friend(ipv6)));
                    probes.put(
                            how + name + " to a stranger", Probe.of(protocol, member.guest(), uplink.stranger(ipv6)));
                    String guest = Member.address(member.guest(), ipv6).getHostAddress();
                    probes.put(how + "a friend to " + name, Probe.of(protocol, uplink.outside(), guest));
                    for (Member other : members) {
                        String there = Member.address(other.peer(), ipv6).getHostAddress();
                        probes.put(
                                how + name + " to " + other.network().name(),
                                Probe.of(protocol, member.guest(), there));
                    }
                }
            }
        }
        return probes;
    }

    /** What became of them; a port that was chosen for a translated packet is another each time. */
    private static Map<String, String> send(Map<String, Probe> probes) {
        List<String> names = List.copyOf(probes.keySet());
        List<Outcome> outcomes = Probe.sendAll(List.copyOf(probes.values()));
        Map<String, String> fates = new TreeMap<>();
        for (int i = 0; i < names.size(); i++) {
            fates.put(names.get(i), outcomes.get(i).toString().replaceFirst(" port \\d+", ""));
        }
        return fates;
    }
}
