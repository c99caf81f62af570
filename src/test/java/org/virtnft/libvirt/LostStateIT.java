package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.demo.Host;
import org.virtnft.demo.Lab;
import org.virtnft.demo.Outcome;
import org.virtnft.demo.Probe;
import org.virtnft.demo.Probe.Protocol;
import org.virtnft.demo.VirtualizationHost;
import org.virtnft.libvirt.LibvirtLab.Kind;
import org.virtnft.libvirt.LibvirtLab.Result;

/**
 * Our state is lost or damaged while an owner network runs: whatever comes next, a packet from outside is refused and the guest's own are
 * translated, as before; or, where that cannot be known, nothing passes.
 */
class LostStateIT {

    private static final String UPLINK = "198.51.100.1";
    private static final String OUTSIDE = "198.51.100.2";
    private static final String LOSE = "rm -rf /run/virt-nft";

    private LibvirtLab libvirt;
    private Lab lab;
    private Host outside;
    private Host guest;
    private final LabNetwork owner = LabNetwork.owner("an owner's", 11, "<nft:forward mode='nat'/>");

    @BeforeEach
    void anOwnerRuns() {
        libvirt = LibvirtLab.start(Kind.INSTALLED);
        lab = new Lab();
        libvirt.virtNft("enable", "--yes").ok();
        VirtualizationHost host = new VirtualizationHost(lab, lab.adopt("host", libvirt.namespace()));
        libvirt.sh("sysctl -qw net.ipv4.ip_forward=1");
        outside = host.outside("up0", "outside", List.of(UPLINK + "/24"), List.of(OUTSIDE + "/24"));
        libvirt.defineAndStart(owner);
        host.bridgeOfOthers(owner.bridge(), List.of(owner.gateway() + "/24"));
        host.announce(outside, "up0", owner.address(0) + "/24");
        guest = host.guest(owner.bridge(), "guest", List.of(owner.address(10) + "/24"));
        assertProtected("at first");
    }

    @AfterEach
    void close() {
        lab.close();
        libvirt.close();
    }

    private void assertProtected(String when) {
        Outcome in = Probe.of(Protocol.TCP, outside, owner.address(10)).send();
        assertEquals(new Outcome.Rejected(), in, () -> when + "\n" + libvirt.table());
        Outcome.Passed out = assertInstanceOf(
                Outcome.Passed.class, Probe.of(Protocol.TCP, guest, OUTSIDE).send(), when);
        assertEquals(UPLINK, out.source().getHostAddress(), when);
    }

    private void assertBlocked(String when) {
        assertFalse(Probe.of(Protocol.TCP, outside, owner.address(10)).send().passed(), when);
        assertFalse(Probe.of(Protocol.TCP, guest, OUTSIDE).send().passed(), when);
    }

    private void assertOpen() {
        assertTrue(
                Probe.of(Protocol.TCP, outside, owner.address(10)).send().passed(), "without rules nothing is refused");
    }

    private Result afterNftables() {
        libvirt.sh("install -m 755 '"
                + Path.of(System.getProperty("virtnft.basedir", ".")).toAbsolutePath()
                + "/src/packaging/after-nftables' /usr/lib/virt-nft/after-nftables");
        return libvirt.run("/usr/lib/virt-nft/after-nftables");
    }

    // ---- gone ------------------------------------------------------------------------------------------------------

    @Test
    void nftablesIsRestartedAfterTheStateIsGone() {
        libvirt.sh(LOSE + "; nft flush ruleset");
        assertOpen(); // the control

        Result result = afterNftables();

        assertEquals(0, result.status(), result::toString);
        assertProtected("after it");
        // whether libvirt has seen the hook is forgotten, too
        assertTrue(libvirt.virtNft("status").out().contains("  up\n"));
    }

    @Test
    void theStandInBlocksTheOwnerWhereTheProgramCannotComeBehind() {
        libvirt.sh(LOSE + "; nft flush ruleset");
        libvirt.writeProgram("/usr/sbin/virt-nft", "#!/bin/sh\nexit 1\n");

        afterNftables();

        assertBlocked("by the stand-in");
    }

    @Test
    void anotherNetworkStartsAfterTheStateIsGone() {
        libvirt.sh(LOSE);

        libvirt.defineAndStart(LabNetwork.companion("other", 12, "<forward mode='nat'/>"));

        assertProtected("after it");
        assertEquals(List.of("vbr11", "vbr12"), libvirt.appliedBridges());
        assertTrue(
                libvirt.syslog().toString().contains("of what runs by libvirt's files: an owner's"),
                () -> libvirt.syslog().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"stopped", "start", "updated"})
    void aHookOfAnOpenNetworkBringsTheOwnerBackToo(String operation) {
        libvirt.sh(LOSE + "; nft flush ruleset");

        Result hook = libvirt.hook(
                "open",
                operation,
                LabNetwork.of("open", 13, "", "<forward mode='open'/>", "").xml());

        assertEquals(0, hook.status(), hook::toString);
        assertProtected("after " + operation);
    }

    @Test
    void theStateAndTheRulesAreGoneAndAnyCommandBringsTheOwnerBack() {
        libvirt.sh(LOSE + "; nft flush ruleset");
        libvirt.write(
                "/run/lab/file.xml", LabNetwork.companion("from-file", 15, "").xml());

        Result status = libvirt.virtNft("status");
        assertEquals(1, status.status(), status::toString);
        assertTrue(status.out().contains("of what runs by libvirt's files: an owner's"), status::toString);
        Result apply = libvirt.virtNft("apply", "-f", "/run/lab/file.xml");

        apply.ok();
        assertTrue(apply.err().contains("of what runs by libvirt's files: an owner's"), apply::toString);
        assertProtected("after it");
    }

    @Test
    void anotherStateDirectoryKnowsNothingOfLibvirtsFiles() {
        libvirt.sh(LOSE + "; nft flush ruleset");
        libvirt.write(
                "/run/lab/file.xml", LabNetwork.companion("from-file", 15, "").xml());

        libvirt.virtNft("apply", "-f", "/run/lab/file.xml", "--state-dir", "/run/other")
                .ok();

        assertFalse(libvirt.table().contains("vbr11"), libvirt::table);
    }

    // ---- damaged ---------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage"})
    void nftablesIsRestartedWithADamagedFile(String text) {
        libvirt.write("/run/virt-nft/networks/vbr11", text);
        libvirt.sh("nft flush ruleset");

        Result result = afterNftables();

        assertEquals(0, result.status(), result::toString);
        assertProtected("after it");
        assertTrue(libvirt.read("/run/virt-nft/networks/vbr11").contains("name: an owner's\n"));
    }

    /** Nothing in the kernel says any more that it had our elements, but its file was there. */
    @Test
    void aCompanionWithADamagedFileComesBackAfterAFlush() {
        libvirt.defineAndStart(LabNetwork.companion("companion", 14, "<forward mode='nat'/>"));
        libvirt.write("/run/virt-nft/networks/vbr14", "garbage");
        libvirt.sh("nft flush ruleset");

        LabNetwork other = LabNetwork.owner("other", 15, "<nft:forward mode='nat'/>");
        assertEquals(0, libvirt.hook("other", "start", other.xml()).status());

        assertTrue(
                libvirt.read("/run/virt-nft/networks/vbr14")
                        .contains("name: companion\nbridge: vbr14\nshape: companion\nmode: nat\n"),
                () -> libvirt.read("/run/virt-nft/networks/vbr14"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage"})
    void applyAllMendsADamagedFile(String text) {
        for (String file : List.of("networks/vbr11", "table")) {
            libvirt.write("/run/virt-nft/" + file, text);

            libvirt.virtNft("apply", "--all", "--no-libvirt").ok();

            assertProtected("after " + file);
            assertTrue(libvirt.read("/run/virt-nft/networks/vbr11").contains("name: an owner's\n"), file);
            assertEquals(0, libvirt.virtNft("diff").status(), file);
        }
    }

    @Test
    void anOwnerWhoseFileAtLibvirtsCannotBeReadIsBlocked() {
        libvirt.stopDaemon();
        libvirt.sh("sed -i 's/<nft:forward mode=.nat.\\/>/<nft:forward mode=\"nat\"\\/><nft:later\\/>/'"
                + " \"/run/libvirt/network/an owner's.xml\" \"/etc/libvirt/qemu/networks/an owner's.xml\"; " + LOSE
                + "; nft flush ruleset");

        Result result = afterNftables();

        assertEquals(1, result.status(), result::toString);
        assertBlocked("until it is mended");
        assertTrue(libvirt.virtNft("status").ended(1).contains("blocked"));
    }

    @Test
    void aFileThatIsNoTextIsMended() {
        for (String file : List.of("networks/vbr11", "table")) {
            libvirt.sh("head -c 300 /dev/urandom >/run/virt-nft/" + file + "; nft flush ruleset");

            Result result = afterNftables();

            assertEquals(0, result.status(), result::toString);
            assertProtected("after " + file);
        }
        // of others neither
        libvirt.sh(LOSE + "; nft flush ruleset; head -c 300 /dev/urandom >/run/libvirt/network/binary.xml");
        afterNftables();
        assertProtected("beside a file of libvirt's that is no text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rm /run/virt-nft/networks/vbr11", "rm -r /run/virt-nft/networks"})
    void aFileThatIsMissingIsMissed(String loss) {
        libvirt.sh(loss + "; nft flush ruleset");
        assertOpen(); // the control

        Result result = afterNftables();

        assertEquals(0, result.status(), result::toString);
        assertProtected("after it");
        libvirt.sh(loss);
        libvirt.defineAndStart(LabNetwork.companion("other", 12, "<forward mode='nat'/>"));
        assertProtected("after the start of another");
        assertEquals(List.of("vbr11", "vbr12"), libvirt.appliedBridges());
    }

    /** Cut behind our namespace, and before it. */
    @ParameterizedTest
    @ValueSource(ints = {700, 300})
    void anOwnerWhoseLiveXmlIsCutKeepsWhatTheStateSaysAndIsBlockedWithoutIt(int length) {
        String file = "'/run/libvirt/network/an owner'\\''s.xml'";
        libvirt.sh("head -c " + length + " " + file + " >/run/lab/cut; cat /run/lab/cut >" + file);

        Result all = libvirt.virtNft("apply", "--all", "--no-libvirt");

        assertEquals(1, all.status(), all::toString);
        assertTrue(all.err().contains("it keeps the rules that it has"), all::err);
        assertProtected("with the state");
        libvirt.sh(LOSE + "; nft flush ruleset");
        afterNftables();
        assertBlocked("without the state");
    }

    // ---- another one's table ---------------------------------------------------------------------------------------

    @Test
    void anotherStateDirectoryDoesNotTakeTheProtectionAway() {
        libvirt.write(
                "/run/lab/file.xml", LabNetwork.companion("from-file", 15, "").xml());
        String table = libvirt.table();
        for (String[] words : List.of(
                new String[] {"apply", "-f", "/run/lab/file.xml"},
                new String[] {"apply", "--all"},
                new String[] {"remove", "--all"},
                new String[] {"try", "-f", "/run/lab/file.xml"})) {
            Result result = libvirt.virtNft(Stream.concat(Arrays.stream(words), Stream.of("--state-dir", "/run/other"))
                    .toArray(String[]::new));

            assertEquals(1, result.status(), result::toString);
            assertTrue(result.err().contains("is kept by the state in /run/virt-nft, not in /run/other"), result::err);
            assertEquals(table, libvirt.table());
        }
        assertProtected("all the time");
    }

    @Test
    void theHookFailsWhereAnotherStateDirectoryKeepsTheTable() {
        libvirt.virsh("net-destroy", owner.name()).ok();
        libvirt.write(
                "/run/lab/file.xml", LabNetwork.companion("from-file", 15, "").xml());
        libvirt.sh("mkdir /run/other");
        libvirt.virtNft("apply", "-f", "/run/lab/file.xml", "--state-dir", "/run/other")
                .ok();

        Result start = libvirt.virsh("net-start", owner.name());

        assertEquals(1, start.status(), start::toString);
        assertTrue(start.err().contains("is kept by the state in /run/other"), start::toString);
        assertTrue(libvirt.table().contains("vbr15"));
        // a companion is nobody's prisoner
        libvirt.defineAndStart(LabNetwork.companion("companion", 12, "<forward mode='nat'/>"));
        assertTrue(libvirt.virtNft("status").ended(2).contains("is kept by the state in /run/other"));
        // the way out that was named
        libvirt.virtNft("remove", "--all", "--state-dir", "/run/other").ok();
        libvirt.virsh("net-start", owner.name()).ok();
        libvirt.virtNft("apply", "--all").ok();
    }

    @Test
    void theTableOfADirectoryThatIsGoneIsTakenOver() throws Exception {
        libvirt.virsh("net-destroy", owner.name()).ok();
        libvirt.write(
                "/run/lab/file.xml", LabNetwork.companion("from-file", 15, "").xml());
        libvirt.virtNft("apply", "-f", "/run/lab/file.xml", "--state-dir", "/run/an other")
                .ok();
        libvirt.sh("rm -r '/run/an other'");

        libvirt.virsh("net-start", owner.name()).ok();

        assertTrue(libvirt.table().contains("comment \"/run/virt-nft\""), libvirt::table);
        assertFalse(libvirt.table().contains("vbr15"), "there is no such bridge");
    }

    /** 0.1.0's, and the stand-in's. */
    @Test
    void aTableThatDoesNotSayWhoseItIsIsTakenOver() throws Exception {
        String script = libvirt.table().replaceFirst("\tcomment .*\n", "");
        Files.writeString(libvirt.path("/run/lab/script"), "delete table inet virt_nft\n" + script);
        libvirt.sh("nft -f /run/lab/script");

        libvirt.defineAndStart(LabNetwork.companion("other", 12, "<forward mode='nat'/>"));

        assertTrue(libvirt.table().contains("comment \"/run/virt-nft\""), libvirt::table);
        assertProtected("after it");
    }

    // ---- elements --------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delete element inet virt_nft to { vbr11 }",
                "delete element inet virt_nft from { vbr11 }",
                "flush set inet virt_nft net4",
                "add element inet virt_nft inbound4 { vbr11 . 192.168.11.0/24 }",
            })
    void aHookOfAnotherNetworkRepairsElementsAndStatusSeesThatTheyAreMissing(String vandalism) {
        libvirt.virtNft("status").ok();
        libvirt.sh("nft '" + vandalism + "'");

        String status = libvirt.virtNft("status").ended(1);
        assertTrue(status.contains("not as applied"), status);
        assertTrue(status.contains("an owner's: its elements in the kernel are not those that were applied"), status);
        assertTrue(libvirt.virtNft("status", "--json").ended(1).contains("\"not as applied\""));
        libvirt.defineAndStart(LabNetwork.companion("other", 12, "<forward mode='nat'/>"));

        libvirt.virtNft("status").ok();
        assertProtected("after it");
    }

    @Test
    void elementsOfABridgeThatNobodyKnowsStayAndAreTold() throws Exception {
        libvirt.write(
                "/run/lab/file.xml",
                LabNetwork.owner("from-file", 15, "<nft:forward mode='none'/>").xml());
        libvirt.sh("ip link add vbr15 type bridge; ip link set vbr15 up");
        libvirt.virtNft("apply", "-f", "/run/lab/file.xml").ok();
        libvirt.sh(LOSE);

        String status = libvirt.virtNft("status").ended(1);
        assertTrue(status.lines().anyMatch(line -> line.matches("unknown +vbr15 +unknown +owner .*")), status);
        libvirt.virtNft("apply", "--all").ok();
        libvirt.sh("nft flush ruleset");
        libvirt.virtNft("apply", "--all", "--no-libvirt").ok();

        assertTrue(libvirt.table().contains("\"vbr15\" : jump from_none"), libvirt::table);
        status = libvirt.virtNft("status").out();
        assertTrue(status.contains("\nunknown vbr15: elements without a record"), status);
        assertTrue(libvirt.virtNft("status", "vbr15").out().contains("vbr15"));
        Result disable = libvirt.virtNft("disable", "--yes");
        assertTrue(
                disable.err().contains("whoever is on bridge vbr15; take it out by 'virt-nft remove vbr15'"),
                disable::err);
        assertEquals(
                "unknown vbr15: removed\nunknown vbr15: nothing protects its guests now, for libvirt makes no rules for"
                        + " it\n",
                libvirt.virtNft("remove", "vbr15").ok());
        assertFalse(libvirt.table().contains("vbr15"), libvirt::table);
        assertProtected("all the time");
    }
}
