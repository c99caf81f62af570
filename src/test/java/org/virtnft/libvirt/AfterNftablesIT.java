package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.virtnft.demo.Host;
import org.virtnft.demo.Lab;
import org.virtnft.demo.Probe;
import org.virtnft.demo.Probe.Protocol;
import org.virtnft.demo.VirtualizationHost;
import org.virtnft.libvirt.LibvirtLab.Kind;

/** Packets while nftables.service flushes the ruleset: what stands in for our rules, and for libvirt's, until Java has come. */
class AfterNftablesIT {

    private static final String UPLINK = "198.51.100.1";
    private static final String OUTSIDE = "198.51.100.2";
    private static final String SCRIPT = "/usr/lib/virt-nft/after-nftables";
    private static final int FLUSHES = 3;

    private final LabNetwork companion = LabNetwork.companion("companion", 11, "<forward mode='nat'/>");
    private final LabNetwork owner = LabNetwork.owner("owner", 12, "<nft:forward mode='nat'/>");

    private LibvirtLab libvirt;
    private Lab lab;
    private Host outside;
    private Host guest;
    private Host owned;

    @BeforeEach
    void host() {
        libvirt = LibvirtLab.start(Kind.WITH_HOOK);
        lab = new Lab();
        VirtualizationHost host = new VirtualizationHost(lab, lab.adopt("host", libvirt.namespace()));
        libvirt.sh("sysctl -qw net.ipv4.ip_forward=1; install -m 755 '"
                + Path.of(System.getProperty("virtnft.basedir", ".")).toAbsolutePath()
                + "/src/packaging/after-nftables' " + SCRIPT);
        outside = host.outside("up0", "outside", List.of(UPLINK + "/24"), List.of(OUTSIDE + "/24"));
        for (LabNetwork network : List.of(companion, owner)) {
            libvirt.defineAndStart(network);
            host.bridgeOfOthers(network.bridge(), List.of(network.gateway() + "/24"));
            host.announce(outside, "up0", network.address(0) + "/24");
        }
        guest = host.guest(companion.bridge(), "guest", List.of(companion.address(10) + "/24"));
        owned = host.guest(owner.bridge(), "owned", List.of(owner.address(10) + "/24"));
    }

    @AfterEach
    void end() {
        lab.close();
        libvirt.close();
    }

    /** It fails when it is told to; a probe may take its time on a busy machine. */
    private void breakTheProgram() {
        libvirt.writeProgram(
                "/usr/sbin/virt-nft",
                "#!/bin/sh\ni=0; while [ ! -e /run/lab/fail ] && [ $i -lt 200 ]; do sleep 0.1; i=$((i + 1)); done; exit 1\n");
    }

    /** Between a flush and the stand-in, which takes milliseconds, the kernel has nothing that could translate. */
    @Test
    void companionsGoOnTranslatedAndBeginNothingUntranslated() throws Exception {
        libvirt.virsh("net-destroy", "owner").ok(); // one that is blocked has a stand-in anyway
        libvirt.sh("mv /usr/sbin/virt-nft /usr/lib/virt-nft/start");
        libvirt.writeProgram(
                "/usr/sbin/virt-nft", "#!/bin/sh\ndate +%s%N >>/run/lab/times\nexec /usr/lib/virt-nft/start \"$@\"\n");
        try (Datagrams flow = new Datagrams(Datagrams.Kind.ANSWERED, guest, outside, OUTSIDE, 4001);
                Datagrams oneWay = new Datagrams(Datagrams.Kind.ONE_WAY, guest, outside, OUTSIDE, 4002);
                Datagrams fresh = new Datagrams(Datagrams.Kind.A_FLOW_EACH, guest, outside, OUTSIDE, 4003)) {
            List<Datagrams> all = List.of(flow, oneWay, fresh);
            for (Datagrams each : all) {
                each.arrive(10, UPLINK);
            }
            for (int i = 0; i < FLUSHES; i++) {
                libvirt.run("sh", "-c", "date +%s%N >>/run/lab/times; nft flush ruleset; exec " + SCRIPT)
                        .ok();
                for (Datagrams each : all) {
                    each.arrive(10, UPLINK);
                }
            }
            List<Long> times =
                    libvirt.read("/run/lab/times").lines().map(Long::valueOf).toList();
            assertEquals(2 * FLUSHES, times.size());
            for (int i = 0; i < times.size(); i += 2) {
                System.out.printf(
                        "flushed, and Java started after %d ms%n", (times.get(i + 1) - times.get(i)) / 1_000_000);
            }
            for (Datagrams each : all) {
                System.out.printf(
                        "%d flushes: %d untranslated, %d lost, longest silence %s%n",
                        FLUSHES, each.others(UPLINK).size(), each.lost(), each.silence());
                assertEquals(
                        List.of(),
                        each.others(UPLINK).stream()
                                .filter(arrival -> !isInAGap(arrival, times))
                                .toList(),
                        () -> "outside the gaps of " + times);
            }
            for (Datagrams each : List.of(flow, oneWay)) {
                assertTrue(each.lost() <= FLUSHES, () -> each.lost() + " lost");
            }

            // the control: nobody stands in
            fresh.forget();
            flow.forget();
            libvirt.sh("nft flush ruleset; nft 'table inet others {"
                    + " chain tracked { type filter hook forward priority filter; ct state established accept; }; }'");
            fresh.arrive(10, companion.address(10));
            flow.arrive(10, companion.address(10));
            try (Datagrams begun = new Datagrams(Datagrams.Kind.ONE_WAY, guest, outside, OUTSIDE, 4004)) {
                begun.arrive(10, companion.address(10));
                libvirt.sh(SCRIPT);
                begun.arrive(10, UPLINK);
            }
        }
    }

    /** The flush first, and by itself: the table that is there before it looks like the stand-in. */
    private Process flushedUntilTheStandIn() {
        libvirt.sh("nft flush ruleset");
        Process script = libvirt.launch("sh", "-c", "exec " + SCRIPT);
        LibvirtLab.await(
                Duration.ofSeconds(5), "the stand-in", () -> !libvirt.table().isEmpty());
        return script;
    }

    /** Whether it was on its way between a flush and the time when Java was started, which is after the stand-in was loaded. */
    private static boolean isInAGap(Datagrams.Arrival arrival, List<Long> times) {
        for (int i = 0; i < times.size(); i += 2) {
            if (arrival.nanoseconds() >= times.get(i) && arrival.sentNanoseconds() <= times.get(i + 1)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void whereTheProgramFailsOwnersStayBlockedAndCompanionsAreNotInLibvirtsWay() throws Exception {
        breakTheProgram();
        try (Datagrams flow = new Datagrams(Datagrams.Kind.ANSWERED, owned, outside, OUTSIDE, 4001);
                Datagrams companions = new Datagrams(Datagrams.Kind.ANSWERED, guest, outside, OUTSIDE, 4002)) {
            flow.arrive(10, UPLINK);
            companions.arrive(10, UPLINK);
            Process script = flushedUntilTheStandIn();
            assertFalse(Probe.of(Protocol.UDP, guest, OUTSIDE).send().passed(), "a new flow would leave untranslated");
            libvirt.sh(": >/run/lab/fail");
            LibvirtLab.await(Duration.ofSeconds(20), "its end", () -> !script.isAlive());

            assertFalse(Probe.of(Protocol.UDP, owned, OUTSIDE).send().passed());
            assertFalse(
                    Probe.of(Protocol.UDP, outside, owner.address(10)).send().passed());
            flow.arrive(10, UPLINK);
            companions.arrive(10, UPLINK);
            // as after any flush, until libvirt has come back with its rules
            assertTrue(Probe.of(Protocol.UDP, guest, OUTSIDE).send().passed());
        }
        libvirt.stopDaemon();
        libvirt.startDaemon();
        try (Datagrams fresh = new Datagrams(Datagrams.Kind.A_FLOW_EACH, guest, outside, OUTSIDE, 4003)) {
            fresh.arrive(10, UPLINK);
            assertEquals(List.of(), fresh.others(UPLINK), "libvirt translates");
        }
    }

    @Test
    void guestsReachTheHostAndOneAnotherWhileItStandsIn() {
        libvirt.writeProgram("/usr/sbin/virt-nft", "#!/bin/sh\nsleep 30\n");
        Process script = flushedUntilTheStandIn();
        assertFalse(Probe.of(Protocol.UDP, guest, OUTSIDE).send().passed());
        assertTrue(Probe.of(Protocol.UDP, guest, companion.gateway()).send().passed());
        assertTrue(Probe.of(Protocol.UDP, owned, owner.gateway()).send().passed());
        // whoever ends it, companions do not wait for what does not come
        libvirt.sh("for process in /proc/[0-9]*; do case $(cat $process/cmdline 2>/dev/null | tr '\\0' ' ') in"
                + " '/bin/sh /usr/lib/virt-nft/'*|'timeout '*) kill -TERM ${process#/proc/} ;; esac; done");
        LibvirtLab.await(Duration.ofSeconds(20), "its end", () -> !script.isAlive());
        assertTrue(Probe.of(Protocol.UDP, guest, OUTSIDE).send().passed());
        assertFalse(Probe.of(Protocol.UDP, owned, OUTSIDE).send().passed());
    }

    @Test
    void whereLibvirtsRulesWereNotFlushedCompanionsAreLeftToThem() {
        breakTheProgram();
        libvirt.sh("nft delete table inet virt_nft");
        Process script = libvirt.launch(SCRIPT);
        LibvirtLab.await(
                Duration.ofSeconds(5), "the stand-in", () -> !libvirt.table().isEmpty());
        LibvirtLab.await(
                Duration.ofSeconds(5), "its way out", () -> !libvirt.table().contains("ipv4 . \"vbr11\""));
        assertTrue(Probe.of(Protocol.UDP, guest, OUTSIDE).send().passed());
        libvirt.sh(": >/run/lab/fail");
        LibvirtLab.await(Duration.ofSeconds(20), "its end", () -> !script.isAlive());
    }
}
