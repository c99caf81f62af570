package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.virtnft.libvirt.LibvirtLab.Kind;
import org.virtnft.libvirt.LibvirtLab.Result;

/** Starts and stops that meet what others, or an earlier failure, left. */
class StaleStateIT {

    private LibvirtLab lab;

    @BeforeEach
    void startLab() {
        lab = LibvirtLab.start(Kind.WITH_HOOK);
    }

    @AfterEach
    void endLab() {
        lab.close();
    }

    @Test
    void existingInterfaceIsLeftAloneAndItsTrafficToo() {
        LabNetwork other = LabNetwork.companion("other", 30, "<forward mode='nat'/>");
        lab.defineAndStart(other);
        // somebody's bridge vbr11, routed by the host to another of somebody's
        lab.sh("sysctl -qw net.ipv4.ip_forward=1");
        for (int number : List.of(11, 12)) {
            lab.sh("""
                    ip link add vbr%1$d type bridge
                    ip address add 10.0.%1$d.1/24 dev vbr%1$d
                    ip link set vbr%1$d up
                    ip netns add ns%1$d
                    ip link add port%1$d master vbr%1$d type veth peer name eth0 netns ns%1$d
                    ip link set port%1$d up
                    ip -n ns%1$d address add 10.0.%1$d.2/24 dev eth0
                    ip -n ns%1$d link set eth0 up
                    ip -n ns%1$d route add default via 10.0.%1$d.1
                    """.formatted(number));
        }
        assertTrafficOfVbr11Passes();
        String before = lab.table();

        LabNetwork owner = LabNetwork.owner("own", 11, "<nft:forward mode='nat'/>");
        lab.define(owner.xml());
        Result start = lab.virsh("net-start", "own");
        assertNotEquals(0, start.status());
        assertTrue(
                start.err().contains("virt-nft: network 'own': an interface called vbr11 exists already"), start.err());
        assertEquals(before, lab.table());
        assertTrafficOfVbr11Passes();
        assertFalse(lab.sh("ip address show vbr11").contains(owner.gateway()));

        // libvirt refuses a companion itself
        lab.virsh("net-undefine", "own").ok();
        lab.define(LabNetwork.companion("comp", 11, "<forward mode='nat'/>").xml());
        start = lab.virsh("net-start", "comp");
        assertNotEquals(0, start.status());
        assertTrue(start.err().contains("vbr11"), start.err());
        assertFalse(start.err().contains("virt-nft"), start.err());
        assertEquals(before, lab.table());
        assertTrafficOfVbr11Passes();
        assertEquals(List.of("vbr30"), lab.appliedBridges());
    }

    /** libvirt tells of networks too that do not run; the one of this name that is applied is a file's, on another bridge. */
    @Test
    void anUpdateOfWhatDoesNotRunLeavesAFilesNetworkOfItsNameAlone() {
        lab.write(
                "/run/lab/net.xml",
                LabNetwork.owner("net", 12, "<nft:forward mode='nat'/>").xml());
        lab.virtNft("apply", "-f", "/run/lab/net.xml").ok();
        lab.define(LabNetwork.companion("net", 11, "<forward mode='nat'/>").xml());
        String before = lab.table();

        lab.virsh(
                        "net-update",
                        "net",
                        "add",
                        "ip-dhcp-range",
                        "<range start='" + LabNetwork.companion("net", 11, "").address(50) + "' end='"
                                + LabNetwork.companion("net", 11, "").address(60) + "'/>",
                        "--config")
                .ok();

        assertEquals(List.of("vbr12"), lab.appliedBridges());
        assertEquals(before, lab.table());
    }

    /** Somebody applied a network from a file for the bridge that libvirt makes now. */
    @Test
    void aCompanionWhoseStartFailedMeetsNoElementsOfAnothersThatHadItsBridge() {
        lab.write("/run/lab/f.xml", LabNetwork.companion("filed", 11, "").xml());
        lab.virtNft("apply", "-f", "/run/lab/f.xml").ok();
        LabNetwork bad = LabNetwork.companion("bad", 11, "<forward mode='nat'/>");
        String xml = bad.xml().replaceFirst("(prefix|netmask)='[^']*'", "netmask='255.0.255.0'");

        Result start = lab.hook("bad", "start", xml);

        assertEquals(0, start.status(), start::toString);
        assertEquals(List.of(), lab.appliedBridges());
    }

    private void assertTrafficOfVbr11Passes() {
        lab.sh("ip netns exec ns11 busybox ping -c 1 -W 5 10.0.12.2");
    }

    /** A start that our hook has gone through, and libvirt then failed. */
    private void failStart(LabNetwork network) {
        lab.writeProgram("/etc/libvirt/hooks/network.d/60-fails", "#!/bin/sh\n[ \"$2\" != start ]\n");
        assertNotEquals(0, lab.virsh("net-start", network.name()).status());
        lab.sh("rm /etc/libvirt/hooks/network.d/60-fails");
        assertFalse(lab.hasInterface(network.bridge()));
        // libvirt 9.0.0 does not say "stopped"
        assertEquals(List.of(network.bridge()), lab.appliedBridges());
    }

    @Test
    void nextStartReplacesWhatAFailedOneLeft() {
        LabNetwork network = LabNetwork.companion("net", 11, "<forward mode='nat'/>");
        lab.define(network.xml());
        failStart(network);

        LabNetwork moved = LabNetwork.companion("net", 12, "<forward mode='route'/>");
        lab.define(moved.xml());
        lab.virsh("net-start", "net").ok();
        assertEquals(List.of("vbr12"), lab.appliedBridges());
        assertFalse(lab.table().contains("vbr11"), lab::table);
        assertTrue(lab.table().contains("\"vbr12\" . 192.168.12.0/24"), lab::table);

        lab.virsh("net-destroy", "net").ok();
        assertEquals("", lab.table());
    }

    @Test
    void applyAllRemovesWhatAFailedStartLeft() {
        LabNetwork network = LabNetwork.companion("net", 11, "<forward mode='nat'/>");
        lab.define(network.xml());
        failStart(network);
        LabNetwork other = LabNetwork.companion("other", 12, "<forward mode='nat'/>");
        lab.defineAndStart(other);
        assertEquals(List.of("vbr11", "vbr12"), lab.appliedBridges());

        String out = lab.virtNft("apply", "--all").ok();
        assertTrue(out.contains("net: not running, removed"), out);
        assertEquals(List.of("vbr12"), lab.appliedBridges());
        assertFalse(lab.table().contains("vbr11"), lab::table);
    }

    @Test
    void startTakesItsBridgeAndItsAddressOverFromWhoeverLeftThem() {
        LabNetwork gone = LabNetwork.companion("gone", 11, "<forward mode='nat'/>");
        lab.define(gone.xml());
        failStart(gone);
        lab.virsh("net-undefine", "gone").ok();

        // another name, the same bridge
        lab.defineAndStart(LabNetwork.owner("heir", 11, "<nft:forward mode='route'/>"));
        assertEquals(List.of("vbr11"), lab.appliedBridges());
        assertTrue(lab.table().contains("\"vbr11\" : jump to_any"), lab::table);
        assertFalse(lab.table().contains("\"vbr11\" : goto guest"), lab::table);
        String status = lab.virtNft("status").ok();
        assertTrue(status.contains("heir "), status);
        assertFalse(status.contains("gone"), status);
        lab.virsh("net-destroy", "heir").ok();

        // another name and bridge, the same address
        lab.virsh("net-undefine", "heir").ok();
        lab.define(gone.xml());
        failStart(gone);
        lab.virsh("net-undefine", "gone").ok();
        // one that has just begun may be about to come
        lab.age("vbr11");
        lab.define(LabNetwork.of("sister", 12, "", "<forward mode='nat'/>", LabNetwork.ip(11))
                .xml());
        lab.virsh("net-start", "sister").ok();
        assertEquals(List.of("vbr12"), lab.appliedBridges());
    }

    /** Two with the same address, which only libvirt's start finds out: ours must not open the one that is first. */
    @Test
    void networkThatIsAboutToComeIsNotTakenForStale() {
        LabNetwork first = LabNetwork.owner("first", 11, "<nft:forward mode='nat'/>");
        LabNetwork second = LabNetwork.of(
                "second",
                12,
                LabNetwork.metadata("<nft:forward mode='nat'/>"),
                "<forward mode='open'/>",
                LabNetwork.ip(11));
        assertEquals(new Result(0, "", ""), lab.hook("first", "start", first.xml()));
        String table = lab.table();
        Result result = lab.hook("second", "start", second.xml());
        assertEquals(1, result.status(), result::toString);
        assertTrue(result.err().startsWith("virt-nft: network 'second', <ip address='192.168.11.1'"), result::toString);
        assertEquals(table, lab.table());
        assertEquals(List.of("vbr11"), lab.appliedBridges());
    }

    /** As at boot, when a service applies before anything runs. */
    @Test
    void applyOfNothingIsInNobodysWay() {
        assertEquals(new Result(0, "", ""), lab.virtNft("apply", "--all"));
        lab.defineAndStart(LabNetwork.owner("net", 11, "<nft:forward mode='nat'/>"));
        assertEquals(List.of("vbr11"), lab.appliedBridges());
    }

    @Test
    void stopOfANetworkThatWasNeverAppliedSucceeds() {
        LabNetwork network = LabNetwork.companion("net", 11, "<forward mode='nat'/>");
        lab.sh("mv " + LibvirtLab.HOOK + " /run/lab/kept");
        lab.defineAndStart(network);
        lab.sh("mv /run/lab/kept " + LibvirtLab.HOOK);
        assertEquals(List.of(), lab.appliedBridges());

        lab.virsh("net-destroy", "net").ok();
        assertEquals("", lab.table());
        assertFalse(lab.hasInterface("vbr11"));
        Result again = lab.hook("net", "stopped", network.xml());
        assertEquals(new Result(0, "", ""), again);
        assertEquals(List.of(), lab.syslog());
    }

    @Test
    void onlyStartStoppedAndUpdatedStartJava() {
        lab.countJavaRuns();
        LabNetwork network = LabNetwork.owner("net", 11, "<nft:forward mode='nat'/>");
        // libvirt says start and started
        lab.defineAndStart(network);
        assertEquals(1, lab.javaRuns());
        for (String operation :
                List.of("started", "port-created", "port-deleted", "plugged", "unplugged", "surprise")) {
            assertEquals(new Result(0, "", ""), lab.hook("net", operation, network.xml()), operation);
        }
        assertEquals(1, lab.javaRuns());
        lab.virsh("net-destroy", "net").ok();
        assertEquals(2, lab.javaRuns());
    }

    @Test
    void staleCopiesOfTheHookDoNothing() {
        for (String copy : List.of("~", ".dpkg-dist", ".dpkg-old", ".rpmnew", ".bak")) {
            lab.sh("cp -p " + LibvirtLab.HOOK + " " + LibvirtLab.HOOK + copy);
        }
        lab.countJavaRuns();
        lab.defineAndStart(LabNetwork.owner("net", 11, "<nft:forward mode='nat'/>"));
        assertEquals(1, lab.javaRuns());
        assertEquals(List.of("vbr11"), lab.appliedBridges());
    }
}
