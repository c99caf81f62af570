package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.virtnft.demo.Host;
import org.virtnft.demo.Lab;
import org.virtnft.demo.VirtualizationHost;
import org.virtnft.libvirt.LibvirtLab.Kind;

/**
 * libvirt takes its rules away while its daemon reloads, its accepts before its rejects: what it refuses meanwhile nobody else's rules can
 * let pass. But nothing leaves untranslated, and what guests have open goes on, because our rules are there before. The long form is
 * {@code -Dvirtnft.running=81}, whose reload takes half a minute.
 */
class EnableUnderLoadIT {

    private static final String UPLINK = "198.51.100.1";
    private static final String OUTSIDE = "198.51.100.2";
    private static final int NETWORKS = Integer.getInteger("virtnft.running", 6);

    @Test
    void noPrivateSourceLeavesAndWhatIsOpenGoesOn() throws Exception {
        try (LibvirtLab libvirt = LibvirtLab.start(Kind.INSTALLED);
                Lab lab = new Lab()) {
            VirtualizationHost host = new VirtualizationHost(lab, lab.adopt("host", libvirt.namespace()));
            libvirt.sh("sysctl -qw net.ipv4.ip_forward=1");
            Host outside = host.outside("up0", "outside", List.of(UPLINK + "/24"), List.of(OUTSIDE + "/24"));
            for (int i = 1; i <= NETWORKS; i++) {
                libvirt.defineAndStart(LabNetwork.companion("net" + i, 10 + i, "<forward mode='nat'/>"));
            }
            LabNetwork network = LabNetwork.companion("net1", 11, "<forward mode='nat'/>");
            host.bridgeOfOthers(network.bridge(), List.of(network.gateway() + "/24"));
            Host guest = host.guest(network.bridge(), "guest", List.of(network.address(10) + "/24"));

            try (Datagrams control = new Datagrams(Datagrams.Kind.A_FLOW_EACH, guest, outside, OUTSIDE, 4004)) {
                control.arrive(20, UPLINK);
                // the control: a reload as it was before, without rules of ours
                long begin = System.nanoTime();
                // by the thread that enable waits for, which must be called so
                libvirt.sh("cd /proc/$(cat /run/libvirtd.pid)/task; kill -HUP $(cat /run/libvirtd.pid); i=0"
                        + "; until grep -qsx daemon-reload */comm; do i=$((i + 1)); [ $i -lt 500 ]; done"
                        + "; while grep -qsx daemon-reload */comm; do sleep 0.01; done");
                System.out.printf("a reload with %d networks: %.2f s%n", NETWORKS, (System.nanoTime() - begin) / 1e9);
                control.arrive(20, UPLINK);
                System.out.printf(
                        "a reload alone: %d datagrams lost, %d untranslated%n",
                        control.lost(), control.others(UPLINK).size());
                assertFalse(control.others(UPLINK).isEmpty(), "the control");
            }
            // to another port: what left untranslated is remembered by the kernel, and a new flow may have the port of
            // an old one
            try (Datagrams fresh = new Datagrams(Datagrams.Kind.A_FLOW_EACH, guest, outside, OUTSIDE, 4001)) {
                fresh.arrive(20, UPLINK);
                try (Conversation conversation = new Conversation(guest, outside, OUTSIDE, 4002);
                        Datagrams flow = new Datagrams(Datagrams.Kind.ANSWERED, guest, outside, OUTSIDE, 4003)) {
                    flow.arrive(20, UPLINK);
                    conversation.beats(20);

                    String out = libvirt.virtNft("enable", "--yes").ok();

                    assertTrue(out.contains("  make libvirt see it: kill -HUP "), out);
                    conversation.beats(20);
                    flow.arrive(20, UPLINK);
                    fresh.arrive(20, UPLINK);
                    Duration stream = conversation.streamSilence();
                    Duration pings = conversation.pingSilence();
                    System.out.printf(
                            "enable: %d of one flow and %d new flows lost, silence %s, %s (TCP), %s (ping)%n",
                            flow.lost(), fresh.lost(), flow.silence(), stream, pings);
                    assertEquals(List.of(), flow.others(UPLINK));
                    assertEquals(List.of(), fresh.others(UPLINK));
                    for (Duration silence : List.of(flow.silence(), stream, pings)) {
                        assertTrue(silence.compareTo(Duration.ofSeconds(1)) < 0, silence::toString);
                    }
                }
            }
        }
    }
}
