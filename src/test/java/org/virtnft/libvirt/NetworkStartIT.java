package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.virtnft.demo.Host;
import org.virtnft.demo.Lab;
import org.virtnft.demo.Outcome;
import org.virtnft.demo.Probe;
import org.virtnft.demo.Probe.Protocol;
import org.virtnft.demo.VirtualizationHost;
import org.virtnft.libvirt.LibvirtLab.Kind;

/** net-start and net-destroy of a network that nothing is wrong with. */
class NetworkStartIT {

    private enum Shape {
        COMPANION,
        OWNER;

        LabNetwork nat() {
            return this == OWNER
                    ? LabNetwork.owner("net", 11, "<nft:forward mode='nat'/>")
                    : LabNetwork.companion("net", 11, "<forward mode='nat'/>");
        }
    }

    /** Runs after our hook, and notes what there is. */
    private static void noteAtStart(LibvirtLab lab) {
        lab.writeProgram("/etc/libvirt/hooks/network.d/60-notes", """
                #!/bin/sh
                [ "$2" = start ] || exit 0
                nft list table inet virt_nft >/run/lab/table-at-start
                ls /sys/class/net >/run/lab/interfaces-at-start
                """);
    }

    @ParameterizedTest
    @EnumSource
    void elementsAreThereBeforeTheBridgeAndGoneAfterDestroy(Shape shape) {
        LabNetwork network = shape.nat();
        try (LibvirtLab lab = LibvirtLab.start(Kind.WITH_HOOK)) {
            noteAtStart(lab);
            String others = lab.sh("nft list ruleset");
            lab.defineAndStart(network);
            assertFalse(lab.read("/run/lab/interfaces-at-start").contains("vbr11"));
            assertTrue(lab.hasInterface("vbr11"));
            String table = lab.read("/run/lab/table-at-start");
            assertTrue(table.contains("\"vbr11\" : jump from_any"), table);
            assertTrue(table.contains("\"vbr11\" : jump to_none"), table);
            assertTrue(table.contains("\"vbr11\" . 192.168.11.0/24 : goto masq"), table);
            assertEquals(table, lab.table());

            lab.virsh("net-destroy", network.name()).ok();
            assertEquals("", lab.table());
            assertEquals(List.of(), lab.appliedBridges());
            assertEquals("", lab.sh("find /run/virt-nft -name 'journal*' -o -path '*/failed/*'"));
            assertFalse(lab.sh("nft list ruleset").contains("vbr11"));
            assertEquals(List.of(), lab.syslog());
            if (shape == Shape.OWNER) {
                assertEquals(others, lab.sh("nft list ruleset"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void guestsAreTranslatedAndProtected(Shape shape) {
        LabNetwork network = shape.nat();
        try (LibvirtLab libvirt = LibvirtLab.start(Kind.WITH_HOOK);
                Lab lab = new Lab()) {
            VirtualizationHost host = new VirtualizationHost(lab, lab.adopt("host", libvirt.namespace()));
            Host outside = host.outside("up0", "outside", List.of("198.51.100.1/24"), List.of("198.51.100.2/24"));
            libvirt.defineAndStart(network);
            host.bridgeOfOthers(network.bridge(), List.of(network.gateway() + "/24"));
            Host guest = host.guest(network.bridge(), "guest", List.of(network.address(10) + "/24"));
            host.announce(outside, "up0", "192.168.11.0/24");

            assertTranslatedAndProtected(guest, outside, network);
            if (shape == Shape.COMPANION) {
                // whoever flushes libvirt's rules: ours stand
                libvirt.sh("for table in filter nat mangle; do iptables -t $table -F; iptables -t $table -X; done");
                assertTranslatedAndProtected(guest, outside, network);
            }
        }
    }

    private static void assertTranslatedAndProtected(Host guest, Host outside, LabNetwork network) {
        for (Protocol protocol : List.of(Protocol.UDP, Protocol.TCP)) {
            Outcome.Passed out = assertInstanceOf(
                    Outcome.Passed.class,
                    Probe.of(protocol, guest, "198.51.100.2").fromPort(700).send());
            assertEquals("198.51.100.1", out.source().getHostAddress());
            assertTrue(out.port() >= 1024, () -> "port " + out.port());
            assertEquals(
                    new Outcome.Rejected(),
                    Probe.of(protocol, outside, network.address(10)).send());
        }
        assertEquals(
                new Outcome.Answered(),
                Probe.of(Protocol.ICMP, guest, "198.51.100.2").send());
    }

    @Test
    void networksWithoutRulesOfOursAreNeverInTheWay() {
        try (LibvirtLab lab = LibvirtLab.start(Kind.WITH_HOOK)) {
            lab.defineAndStart(LabNetwork.of("open", 11, "", "<forward mode='open'/>", LabNetwork.ip(11)));
            lab.sh("ip link add br0 type bridge");
            lab.define("<network><name>bridged</name><forward mode='bridge'/><bridge name='br0'/></network>");
            lab.virsh("net-start", "bridged").ok();
            assertEquals("", lab.table());
            String status = lab.virtNft("status").ok();
            assertTrue(status.lines().anyMatch(line -> line.matches("open .* no rules")), status);
            assertTrue(status.lines().anyMatch(line -> line.matches("bridged .* no rules")), status);
            for (String name : List.of("open", "bridged")) {
                assertTrue(lab.virtNft("apply", name).ok().contains("no rules"));
                lab.virsh("net-destroy", name).ok();
            }
            assertEquals(List.of(), lab.syslog());
        }
    }

    /** Read by the launcher alone, in libvirt's own words. */
    @Test
    void networksWithoutRulesOfOursCostNoJvm() {
        try (LibvirtLab lab = LibvirtLab.start(Kind.WITH_HOOK)) {
            lab.sh("ip link add br0 type bridge");
            lab.define("<network><name>bridged</name><forward mode='bridge'/><bridge name='br0'/></network>");
            lab.define(
                    "<network><name>macvtap</name><forward mode='private'><interface dev='br0'/></forward></network>");
            String metadata = "<metadata><x:y xmlns:x='http://example.org/'>&lt;forward mode='nat'/></x:y></metadata>";
            lab.define(LabNetwork.of("open", 11, metadata, "<forward mode='open'/>", LabNetwork.ip(11))
                    .xml());
            // since the host's start nothing has run that says what is applied
            lab.virsh("net-start", "bridged").ok();
            lab.virsh("net-destroy", "bridged").ok();
            lab.countJavaRuns();
            for (String name : List.of("open", "bridged", "macvtap")) {
                lab.virsh("net-start", name).ok();
                lab.virsh("net-destroy", name).ok();
                assertEquals(0, lab.javaRuns(), name);
            }
            lab.defineAndStart(LabNetwork.companion("companion", 12, "<forward mode='nat'/>"));
            assertEquals(1, lab.javaRuns(), "the control");
            assertEquals(List.of(), lab.syslog());
        }
    }

    @Test
    void hookThatCameAfterTheDaemonIsToldOf() {
        try (LibvirtLab lab = LibvirtLab.startWithoutDaemon(Kind.WITH_HOOK)) {
            lab.sh("mv " + LibvirtLab.HOOK + " /run/lab/kept");
            lab.startDaemon();
            // times are compared in seconds and clock ticks
            lab.sh("sleep 1.1; cp /run/lab/kept " + LibvirtLab.HOOK);
            lab.defineAndStart(Shape.COMPANION.nat());
            assertEquals("", lab.table());
            String status = lab.virtNft("status").ended(1);
            assertTrue(status.contains("the hook is younger than libvirt's daemon"), status);

            lab.sh("kill -HUP $(cat /run/libvirtd.pid); sleep 0.5");
            lab.virsh("net-destroy", "net").ok();
            lab.virsh("net-start", "net").ok();
            assertEquals(List.of("vbr11"), lab.appliedBridges());
            status = lab.virtNft("status").ok();
            assertFalse(status.contains("the hook is younger"), status);
        }
    }
}
