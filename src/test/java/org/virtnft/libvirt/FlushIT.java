package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.virtnft.demo.Host;
import org.virtnft.demo.Lab;
import org.virtnft.demo.Outcome;
import org.virtnft.demo.Probe;
import org.virtnft.demo.Probe.Protocol;
import org.virtnft.demo.VirtualizationHost;
import org.virtnft.kernel.Listed;
import org.virtnft.libvirt.LibvirtLab.Kind;
import org.virtnft.ruleset.Count;

/** Somebody flushes the ruleset while guests' packets are on their way, and {@code apply --all} makes all as it was. */
class FlushIT {

    private static final String UPLINK = "198.51.100.1";
    private static final String OUTSIDE = "198.51.100.2";
    private static final int FLOW_PORT = 4711;
    private static final int FLUSHES = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /**
     * What became of a datagram of the flow.
     *
     * @param phase the time between a flush and the next apply, or the other way round, that all of it fell into; -1 when there is none
     */
    private record Answer(int phase, Outcome outcome) {}

    private final Queue<Answer> flow = new ConcurrentLinkedQueue<>();
    /** Even while the rules are in force. */
    private final AtomicInteger phase = new AtomicInteger();

    private final AtomicBoolean ended = new AtomicBoolean();

    @Test
    void aRulesetThatIsFlushedUnderLoad() throws Exception {
        try (LibvirtLab libvirt = LibvirtLab.start(Kind.WITH_HOOK);
                Lab lab = new Lab()) {
            VirtualizationHost host = new VirtualizationHost(lab, lab.adopt("host", libvirt.namespace()));
            libvirt.sh("sysctl -qw net.ipv4.ip_forward=1");
            Host outside = host.outside("up0", "outside", List.of(UPLINK + "/24"), List.of(OUTSIDE + "/24"));
            LabNetwork nat = LabNetwork.owner("nat", 11, "<nft:forward mode='nat'/>");
            LabNetwork isolated = LabNetwork.owner("isolated", 12, "<nft:forward mode='none'/>");
            for (LabNetwork network : List.of(nat, isolated)) {
                libvirt.defineAndStart(network);
                host.bridgeOfOthers(network.bridge(), List.of(network.gateway() + "/24"));
                host.announce(outside, "up0", network.address(0) + "/24");
            }
            Host guest = host.guest(nat.bridge(), "guest", List.of(nat.address(10) + "/24"));
            Host alone = host.guest(isolated.bridge(), "alone", List.of(isolated.address(10) + "/24"));
            Map<String, Set<String>> elements = Listed.elements(libvirt.table());
            Outcome translated = new Outcome.Passed(InetAddress.getByName(UPLINK), FLOW_PORT);

            // one flow that goes on, and what is refused all the time
            List<Thread> load = List.of(
                    started(() -> {
                        int before = phase.get();
                        Outcome outcome = Probe.of(Protocol.UDP, guest, OUTSIDE)
                                .fromPort(FLOW_PORT)
                                .send();
                        flow.add(new Answer(phase.get() == before ? before : -1, outcome));
                    }),
                    started(() ->
                            Probe.of(Protocol.UDP, outside, nat.address(10)).send()),
                    started(() -> Probe.of(Protocol.UDP, alone, OUTSIDE).send()));
            try {
                for (int i = 0; i < FLUSHES; i++) {
                    refusalsAreCounted(libvirt);
                    flowGoesOn();
                    phase.incrementAndGet();
                    libvirt.sh("nft flush ruleset");
                    assertEquals("", libvirt.table());
                    assertTrue(
                            Probe.of(Protocol.TCP, outside, nat.address(10))
                                    .send()
                                    .passed(),
                            "nothing is refused");
                    assertTrue(libvirt.virtNft("status").ended(1).contains("not the one that was applied"));

                    libvirt.virtNft("apply", "--all").ok();
                    phase.incrementAndGet();

                    assertEquals(elements, Listed.elements(libvirt.table()));
                    assertFalse(libvirt.virtNft("status").ok().contains("apply --all"), "the kernel agrees");
                    assertEquals(
                            new Outcome.Rejected(),
                            Probe.of(Protocol.TCP, outside, nat.address(10)).send());
                    assertEquals(
                            new Outcome.Rejected(),
                            Probe.of(Protocol.TCP, alone, OUTSIDE).send());
                    Outcome.Passed another = assertInstanceOf(
                            Outcome.Passed.class,
                            Probe.of(Protocol.TCP, guest, OUTSIDE).send());
                    assertEquals(UPLINK, another.source().getHostAddress(), "translated");
                    refusalsAreCounted(libvirt);
                    flowGoesOn();
                }
            } finally {
                ended.set(true);
                for (Thread thread : load) {
                    thread.join(PATIENCE.toMillis());
                }
            }
            assertEquals(
                    List.of(),
                    flow.stream()
                            .filter(answer -> answer.phase() >= 0 && answer.phase() % 2 == 0)
                            .filter(answer -> !answer.outcome().equals(translated))
                            .toList(),
                    "with rules, the flow was the same all the time");
        }
    }

    /** At least one of its datagrams begins and ends in this phase. */
    private void flowGoesOn() {
        int now = phase.get();
        LibvirtLab.await(PATIENCE, "the flow", () -> flow.stream().anyMatch(answer -> answer.phase() == now));
    }

    private Thread started(Runnable work) {
        Thread thread = new Thread(() -> {
            while (!ended.get()) {
                work.run();
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Both networks' counters, from whatever they say now. */
    private static void refusalsAreCounted(LibvirtLab libvirt) {
        for (String counter : List.of("refused-vbr11", "refused-vbr12")) {
            long now = packets(libvirt, counter);
            LibvirtLab.await(PATIENCE, counter + " goes on from " + now, () -> packets(libvirt, counter) > now);
        }
    }

    private static long packets(LibvirtLab libvirt, String counter) {
        Count count = Listed.counts(libvirt.table()).get(counter);
        if (count == null) {
            throw new AssertionError("there is no counter " + counter);
        }
        return count.packets();
    }
}
