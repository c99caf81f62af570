package org.virtnft.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.demo.AddressPlan;
import org.virtnft.demo.Probe;
import org.virtnft.demo.Probe.Protocol;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.packets.World.Uplink;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Source;

/** An owner network that cannot be applied as it says is blocked: nothing passes between its bridge and anything else. */
class BlockedIT {

    private static final String ABOUT = "blocked";

    @ParameterizedTest(name = "br_netfilter {0}")
    @ValueSource(booleans = {true, false})
    void letsNothingThrough(boolean bridgeNetfilter) {
        try (World world = new World(bridgeNetfilter)) {
            Uplink uplink = world.uplink("eth0");
            Member blocked = member(world, 1);
            Member routed = member(world, 2);
            Trial trial = new Trial();
            for (boolean ipv6 : List.of(false, true)) {
                String guest = Member.address(blocked.guest(), ipv6).getHostAddress();
                for (Protocol protocol : Protocol.values()) {
                    trial.isRefused(ABOUT, Probe.of(protocol, blocked.guest(), uplink.friend(ipv6)));
                    trial.isRefused(ABOUT, Probe.of(protocol, uplink.outside(), guest));
                    trial.isRefused(ABOUT, Probe.of(protocol, blocked.guest(), Member.address(routed.guest(), ipv6)));
                    trial.isRefused(ABOUT, Probe.of(protocol, routed.guest(), guest));
                    // the host itself stays within reach, as it is from every network
                    trial.passes(
                            ABOUT,
                            Probe.of(
                                    protocol,
                                    blocked.guest(),
                                    blocked.gateways(ipv6).get(0)),
                            Member.address(blocked.guest(), ipv6));
                    // neighbours on the bridge: only br_netfilter shows their packets to our rules
                    Probe neighbours = Probe.of(protocol, blocked.guest(), Member.address(blocked.peer(), ipv6));
                    if (bridgeNetfilter && ipv6) {
                        trial.isDropped(ABOUT, neighbours); // not even the search for the neighbour gets through
                    } else if (bridgeNetfilter) {
                        trial.isRefused(ABOUT, neighbours);
                    } else {
                        trial.passes(ABOUT, neighbours, Member.address(blocked.guest(), ipv6));
                    }
                }
            }
            Instant now = Instant.now();
            world.applyAll(List.of(
                    AppliedNetwork.blocked("blocked", blocked.network().bridge(), now, "a test says so"),
                    AppliedNetwork.of(routed.network(), Source.FILE, now, "", "", List.of())));
            Map<String, List<String>> wrong = trial.run(world::removeTable);
            assertEquals(Map.of(ABOUT, List.of()), wrong);
        }
    }

    private static Member member(World world, int number) {
        VirtualNetwork network = World.network("<network><name>routed-" + number + "</name><forward mode='route'/>"
                + "<bridge name='virbr" + number + "'/><ip address='192.168." + number + ".1' prefix='24'/>"
                + "<ip family='ipv6' address='fd00:" + number + "::1' prefix='64'/></network>");
        return new Member(world, network, new AddressPlan(List.of(network)), number);
    }
}
