package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.demo.Lab;
import org.virtnft.demo.VirtualizationHost;
import org.virtnft.libvirt.LibvirtLab.Kind;
import org.virtnft.libvirt.LibvirtLab.Result;

/** Ctrl-C, hangup and kill while networks are restarted under their guests: either nothing was begun, or it comes to its end. */
class InterruptedIT {

    private static final String SAID = "virt-nft: interrupted; what was begun is brought to its end";

    /** After the restart's begin: the bridge is gone then, and the guests' interfaces are on none. */
    private static final String IN_THE_MIDST = "0.15";

    /** The moment: when the restart of a network has begun, or a command was started, and some time after that. */
    private static final String WHEN = """
            i=0
            until [ -e %s ] || [ $i -gt 3000 ]; do sleep 0.005; i=$((i + 1)); done
            sleep %s
            """;

    private static final String RESTARTING = "/run/virt-nft/restarting";

    private LibvirtLab libvirt;
    private Lab lab;
    private String guests = "";

    @BeforeEach
    void guestsRun() {
        libvirt = LibvirtLab.startWithoutDaemon(Kind.WITH_HOOK);
        // the folder is Debian's package's; libvirt has seen a hook that is older than it
        libvirt.sh("mkdir -p /var/lib/libvirt/dnsmasq; touch -d '1 hour ago' " + LibvirtLab.HOOK);
        libvirt.startDaemon();
        lab = new Lab();
        VirtualizationHost host = new VirtualizationHost(lab, lab.adopt("host", libvirt.namespace()));
        libvirt.define(LabNetwork.companion("net", 11, "<forward mode='nat'/>").xml());
        libvirt.virsh("net-start", "net").ok();
        // somebody else's hook, so that whoever is told to interrupt the restart does not come too late on a busy host
        libvirt.writeProgram("/etc/libvirt/hooks/network.d/60-slow", "#!/bin/sh\n[ \"$2\" != start ] || sleep 1\n");
        host.bridgeOfOthers("vbr11", List.of("192.168.11.1/24"));
        host.guest("vbr11", "one", List.of("192.168.11.10/24"));
        host.guest("vbr11", "two", List.of("192.168.11.11/24"));
        guests = libvirt.sh("ls /sys/class/net/vbr11/brif");
        assertEquals(2, guests.lines().count(), guests);
    }

    @AfterEach
    void endLab() {
        lab.close();
        libvirt.close();
    }

    @Test
    void controlCGoesOnToTheEndAndSaysSo() {
        for (String command : List.of("adopt", "release")) {
            Result run = onTerminal(command, "printf '\\003'; sleep 20");
            assertEquals(0, run.status(), run::toString);
            assertTrue(run.out().contains(SAID), run::toString);
            assertTrue(run.out().contains("net: restarted; packets of its guests were stopped for "), run::toString);
            assertWhole(command.equals("adopt"));
        }
    }

    /** Nobody reads any more what the command says: the system's log has it. */
    @Test
    void theEndOfTheTerminalGoesOnToTheEndAndLogsIt() {
        for (String command : List.of("adopt", "release")) {
            onTerminal(command, "pkill -KILL -x script");
            String line = "'virt-nft " + command
                    + " --now net' was interrupted; what it had begun was brought to its end, with exit status 0";
            LibvirtLab.await(
                    Duration.ofSeconds(60),
                    "a line in the system's log",
                    () -> libvirt.syslog().contains(line));
            assertWhole(command.equals("adopt"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "HUP"})
    void aKillOfTheLauncherAloneGoesOnToTheEnd(String signal) {
        for (String command : List.of("adopt", "release")) {
            Result run = killed(signal, WHEN.formatted(RESTARTING, IN_THE_MIDST), command, "--now", "net");
            assertEquals(0, run.status(), run::toString);
            assertEquals(SAID + "\n", run.err(), run::toString);
            assertWhole(command.equals("adopt"));
        }
    }

    @Test
    void atWhateverMomentItIsAllOrNothing() {
        long seed = System.nanoTime();
        System.out.println("moments by seed " + seed);
        Random random = new Random(seed);
        boolean adopted = false;
        int begun = 0;
        for (int i = 0; i < 8; i++) {
            String after = String.format(Locale.ROOT, "%.3f", 0.1 + 2.9 * random.nextDouble());
            String command = adopted ? "release" : "adopt";
            Result run = killed("TERM", WHEN.formatted("/", after), command, "--now", "net");
            String what = "seed " + seed + ", " + command + " killed after " + after + " s: " + run;
            boolean done = run.status() == 0;
            assertTrue(done || run.status() == 143, what);
            assertEquals(!done, run.out().isEmpty(), what);
            if (done) {
                begun++;
                adopted = !adopted;
            }
            System.out.println(command + " killed after " + after + " s: exit status " + run.status());
            assertWhole(adopted);
        }
        System.out.println("brought to their end: " + begun);
    }

    /** What the program itself does not live to say, its launcher does. */
    @Test
    void aKilledJavaIsToldAndTakenBack() {
        Result run = run("pkill -KILL -x java", WHEN.formatted(RESTARTING, IN_THE_MIDST), "adopt", "--now", "net");
        assertEquals(4, run.status(), run::toString);
        assertEquals(
                "virt-nft: the Java process was killed by signal 9 (KILL) in the middle of an adopt or release,"
                        + " and guests may be unplugged: run 'virt-nft apply --all', which takes it back\n",
                run.err());
        String healed = libvirt.virtNft("apply", "--all").ok();
        assertTrue(healed.contains("an interrupted adopt or release was taken back"), healed);
        assertWhole(false);
    }

    // ---- the pieces ------------------------------------------------------------------------------------------------

    private Result onTerminal(String command, String then) {
        // exec: a shell between them would end at Ctrl-C itself, as a script's does
        return libvirt.run(
                "sh",
                "-c",
                "{ " + WHEN.formatted(RESTARTING, IN_THE_MIDST) + then + "; } | script -q -e -f -c 'exec virt-nft "
                        + command + " --now net' /run/lab/seen");
    }

    private Result killed(String signal, String when, String... words) {
        return run("kill -" + signal + " $pid", when, words);
    }

    private Result run(String killing, String when, String... words) {
        return libvirt.run(
                "sh", "-c", "virt-nft " + String.join(" ", words) + " & pid=$!\n" + when + killing + "\nwait $pid");
    }

    private void assertWhole(boolean adopted) {
        assertEquals(guests, libvirt.sh("ls /sys/class/net/vbr11/brif"), "the guests are on their bridge");
        for (String which : List.of("--inactive", "")) {
            String xml = libvirt.sh("virsh -q -c network:///system net-dumpxml net " + which);
            assertEquals(adopted, xml.contains("<forward mode='open'/>"), xml);
        }
        String owners = libvirt.run("nft", "list", "map", "inet", "virt_nft", "nat_owner")
                .out();
        assertEquals(adopted, owners.contains("vbr11"), owners);
        assertEquals(!adopted, libvirt.sh("iptables-save").contains("vbr11"), "libvirt's rules");
        assertEquals("", libvirt.sh("ls /var/lib/virt-nft/adopted/unfinished 2>/dev/null || true"));
        assertEquals("", libvirt.sh("cd /run/virt-nft; ls -d restarting journal 2>/dev/null || true"));
        assertEquals(
                adopted,
                libvirt.sh("ls /var/lib/virt-nft/adopted 2>/dev/null || true").contains(".xml"),
                "what it was is kept");
        String status = libvirt.virtNft("status").ok();
        assertFalse(status.contains("interrupted"), status);
    }
}
