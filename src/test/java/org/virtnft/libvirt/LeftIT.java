package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.virtnft.demo.Host;
import org.virtnft.demo.Lab;
import org.virtnft.demo.Probe;
import org.virtnft.demo.Probe.Protocol;
import org.virtnft.demo.VirtualizationHost;
import org.virtnft.libvirt.LibvirtLab.Kind;
import org.virtnft.libvirt.LibvirtLab.Result;

/** Companions that are left to libvirt: nothing that passed before is lost, and it stays so until somebody takes them back. */
class LeftIT {

    private static final String NAT = "<forward mode='nat'/>";
    private static final LabNetwork ONE = LabNetwork.companion("one", 11, NAT);
    private static final LabNetwork TWO = LabNetwork.companion("two", 12, NAT);
    private static final LabNetwork THREE = LabNetwork.companion("three", 13, NAT);
    private static final LabNetwork ISOLATED = LabNetwork.companion("isolated", 14, "");

    private LibvirtLab libvirt;
    private Lab lab;
    private VirtualizationHost host;
    private Host outside;

    @BeforeEach
    void startLab() {
        libvirt = LibvirtLab.start(Kind.INSTALLED);
        lab = new Lab();
        host = new VirtualizationHost(lab, lab.adopt("host", libvirt.namespace()));
        outside = host.outside("up0", "outside", List.of("198.51.100.1/24"), List.of("198.51.100.2/24"));
    }

    @AfterEach
    void endLab() {
        lab.close();
        libvirt.close();
    }

    private Host guest(LabNetwork network) {
        host.bridgeOfOthers(network.bridge(), List.of(network.gateway() + "/24"));
        host.announce(outside, "up0", network.address(0) + "/24");
        return host.guest(network.bridge(), "guest-" + network.name(), List.of(network.address(10) + "/24"));
    }

    private static boolean passes(Host from, LabNetwork to) {
        return Probe.of(Protocol.TCP, from, to.address(10)).send().passed();
    }

    private static String mark(LabNetwork network) {
        return "/var/lib/virt-nft/left/" + UUID.nameUUIDFromBytes(LibvirtLab.utf8(network.name()));
    }

    private boolean isLeft(LabNetwork network) {
        return !libvirt.read(mark(network)).isEmpty();
    }

    /** Word by word, without what the table is filled with. */
    private String state(LabNetwork network) {
        return libvirt.virtNft("status", network.name())
                .ok()
                .lines()
                .filter(line -> line.startsWith(network.name() + " "))
                .findFirst()
                .orElse("")
                .replaceAll(".* ", "");
    }

    private void restart(LabNetwork network) {
        libvirt.virsh("net-destroy", network.name()).ok();
        libvirt.virsh("net-start", network.name()).ok();
    }

    @Test
    void whatAnAdministratorsAcceptsLetPassPassesAfterEnable() {
        libvirt.defineAndStart(ONE);
        libvirt.defineAndStart(TWO);
        libvirt.defineAndStart(THREE);
        // it would start by our rules some day
        libvirt.define(ISOLATED.xml());
        Host one = guest(ONE);
        Host two = guest(TWO);
        Host three = guest(THREE);
        assertFalse(passes(one, TWO), "libvirt refuses it");
        libvirt.sh("""
                iptables -I FORWARD -i vbr12 -o vbr11 -j ACCEPT
                iptables -I FORWARD -i vbr11 -o vbr12 -j ACCEPT
                iptables -I FORWARD -i up0 -o vbr11 -j ACCEPT
                iptables -I FORWARD -i vbr14 -o up0 -j ACCEPT
                """);
        assertTrue(passes(one, TWO) && passes(two, ONE) && passes(outside, ONE), "the control");

        String check = libvirt.virtNft("enable", "--check").ok();
        assertFalse(isLeft(ONE), "a check changes nothing");
        String out = libvirt.virtNft("enable", "--yes").ok();

        for (String said : List.of(check, out)) {
            assertTrue(said.contains("leave    one: "), said);
            assertTrue(said.contains("chain FORWARD: -A FORWARD -i vbr11 -o vbr12 -j ACCEPT"), said);
            assertTrue(said.contains("leave    isolated: "), said);
            assertFalse(said.contains("leave    three"), said);
        }
        assertTrue(out.contains("  apply the running networks: three\n"), out);
        assertEquals(List.of("vbr13"), libvirt.appliedBridges());
        assertTrue(passes(one, TWO) && passes(two, ONE) && passes(outside, ONE), "as before");
        assertFalse(passes(three, ONE) || passes(outside, TWO), "as before");
        assertTrue(libvirt.read(mark(ONE)).startsWith("one\nthis rule lets packets"), () -> libvirt.read(mark(ONE)));
        assertEquals("600 700\n", libvirt.sh("echo $(stat -c %a " + mark(ONE) + " /var/lib/virt-nft/left)"));

        // it lasts
        restart(TWO);
        libvirt.virsh("net-start", "isolated").ok();
        String all = libvirt.virtNft("apply", "--all").ok();
        assertTrue(all.contains("one: left to libvirt's rules: this rule lets packets"), all);
        libvirt.virtNft("apply", "--all", "--no-libvirt").ok();
        libvirt.stopDaemon();
        libvirt.startDaemon();
        assertEquals(List.of("vbr13"), libvirt.appliedBridges());
        assertFalse(libvirt.table().contains("vbr11") || libvirt.table().contains("vbr14"), libvirt::table);

        // and is told
        assertEquals("left", state(ONE));
        String status = libvirt.virtNft("status").ok();
        assertTrue(status.contains("'virt-nft apply one' takes it back"), status);
        assertEquals("", libvirt.virtNft("diff").ok());
        String metrics = libvirt.virtNft("metrics").ok();
        assertTrue(metrics.contains("network=\"one\"") && metrics.contains("state=\"left\""), metrics);
        assertTrue(libvirt.virtNft("doctor", "one").out().contains("one: it is left to libvirt's rules"));

        // a state that is lost brings nothing of ours to them
        libvirt.sh("rm -r /run/virt-nft");
        restart(TWO);
        libvirt.virtNft("apply", "--all").ok();
        assertEquals(List.of("vbr13"), libvirt.appliedBridges());

        String taken = libvirt.virtNft("apply", "two").ok();
        assertTrue(taken.contains("two: no longer left to libvirt's rules"), taken);
        assertFalse(isLeft(TWO));
        restart(TWO);
        assertEquals(List.of("vbr12", "vbr13"), libvirt.appliedBridges());
        assertTrue(passes(outside, ONE), "still left");

        libvirt.virtNft("enable", "--yes", "--force").ok();
        assertEquals(List.of("vbr11", "vbr12", "vbr13", "vbr14"), libvirt.appliedBridges());
        assertFalse(isLeft(ONE) || isLeft(ISOLATED));
        assertFalse(passes(outside, ONE), "ours refuse it");
        libvirt.virtNft("enable", "--yes").ok();
        assertEquals(4, libvirt.appliedBridges().size(), "who has our rules has nothing to lose");
        libvirt.virtNft("disable", "--yes").ok();
        assertTrue(passes(outside, ONE), "nothing of ours is left behind");
    }

    @Test
    void aCompanionThatIsTakenOutStaysOutUntilItIsApplied() {
        libvirt.virtNft("enable", "--yes").ok();
        libvirt.defineAndStart(ONE);
        assertEquals(List.of("vbr11"), libvirt.appliedBridges());

        String out = libvirt.virtNft("remove", "one").ok();
        assertTrue(out.startsWith("one: removed\none: left to libvirt's rules: "), out);
        restart(ONE);
        libvirt.virtNft("apply", "--all").ok();
        assertEquals(List.of(), libvirt.appliedBridges());
        libvirt.virtNft("remove", "one").ok();
        assertEquals("left", state(ONE));

        // also by hand, for an edit that changes nothing
        libvirt.virtNft("apply", "--dry-run", "one").ok();
        assertTrue(isLeft(ONE), "nothing is changed by a trial run");
        libvirt.virtNft("apply", "one").ok();
        assertEquals(List.of("vbr11"), libvirt.appliedBridges());
        assertFalse(isLeft(ONE));

        // one that does not run
        libvirt.define(TWO.xml());
        libvirt.virtNft("remove", "two").ok();
        libvirt.virsh("net-start", "two").ok();
        assertEquals(List.of("vbr11"), libvirt.appliedBridges());
        // all of them are out only for now
        libvirt.virtNft("remove", "--all").ok();
        restart(ONE);
        assertEquals(List.of("vbr11"), libvirt.appliedBridges());

        // who does not know a network any more forgets that it was left
        libvirt.virsh("net-destroy", "two").ok();
        libvirt.virsh("net-undefine", "two").ok();
        libvirt.virtNft("apply", "--all").ok();
        assertFalse(isLeft(TWO));
        assertEquals(2, libvirt.virtNft("remove", "nobody").status());
        assertEquals("", libvirt.sh("ls /var/lib/virt-nft/left"));
    }

    @Test
    void anOwnerNetworkIsNeverPassedOver() {
        libvirt.virtNft("enable", "--yes").ok();
        libvirt.defineAndStart(ONE);
        libvirt.virtNft("remove", "one").ok();
        LabNetwork owner = LabNetwork.owner("one", 11, "<nft:forward mode='nat'/>");
        libvirt.define(owner.xml());
        assertTrue(isLeft(ONE));
        restart(ONE);
        assertEquals(List.of("vbr11"), libvirt.appliedBridges(), "by the hook");
        libvirt.virtNft("apply", "--all").ok();
        libvirt.virtNft("apply", "--all", "--no-libvirt").ok();
        libvirt.sh("rm -r /run/virt-nft; nft delete table inet virt_nft");
        libvirt.virtNft("apply", "--all").ok();
        assertEquals(List.of("vbr11"), libvirt.appliedBridges(), "by all that runs");
        assertFalse(libvirt.virtNft("status").out().contains("left"));
    }

    @Test
    void adoptForgetsThatANetworkWasLeftAndReleaseAsksAsEnableDoes() {
        libvirt.virtNft("enable", "--yes").ok();
        libvirt.defineAndStart(ONE);
        guest(ONE);
        libvirt.virtNft("remove", "one").ok();
        libvirt.virtNft("adopt", "--now", "one").ok();
        assertFalse(isLeft(ONE));
        assertEquals(List.of("vbr11"), libvirt.appliedBridges());

        libvirt.sh("iptables -I FORWARD -i up0 -o vbr11 -j ACCEPT");
        Result dry = libvirt.virtNft("release", "--dry-run", "one");
        assertTrue(dry.err().contains("leave    one: "), dry::toString);
        assertFalse(isLeft(ONE));
        Result release = libvirt.virtNft("release", "--now", "one");
        assertTrue(release.ok().contains("it is left to libvirt's rules"), release::toString);
        assertTrue(release.err().contains("-A FORWARD -i up0 -o vbr11 -j ACCEPT"), release::toString);
        assertTrue(isLeft(ONE));
        assertEquals(List.of(), libvirt.appliedBridges());
        assertTrue(passes(outside, ONE), "by the administrator's rule");
        restart(ONE);
        assertEquals(List.of(), libvirt.appliedBridges());

        libvirt.virtNft("adopt", "--now", "one").ok();
        libvirt.virtNft("release", "--now", "--force", "one").ok();
        assertFalse(isLeft(ONE));
        assertEquals(List.of("vbr11"), libvirt.appliedBridges());
    }
}
