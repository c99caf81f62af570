package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.virtnft.libvirt.LibvirtLab.Kind;

/**
 * libvirt completes the checksums of DHCP answers where it makes rules, we do for owner networks. Whether this machine's kernel can is
 * the kernel's: both are right, and are looked at. No packet is looked at here, for not every kernel has
 * the action; src/packaging/test/dhcp-checksum does, on Debian's.
 */
class DhcpChecksumIT {

    private static final String DHCP = "<ip address='192.168.11.1' prefix='24'><dhcp>"
            + "<range start='192.168.11.10' end='192.168.11.20'/></dhcp></ip>";

    private static final LabNetwork OWNER =
            LabNetwork.of("net", 11, LabNetwork.metadata("<nft:forward mode='nat'/>"), "<forward mode='open'/>", DHCP);

    private static final String ABLE = """
            ip link add probe type bridge
            tc qdisc add dev probe clsact
            if tc filter add dev probe egress protocol ip u32 match ip dport 68 0xffff action csum ip4h and udp 2>/dev/null
            then echo yes; else echo no; fi
            ip link del probe
            """;

    private static boolean hasFilter(LibvirtLab lab) {
        return lab.sh("tc filter show dev vbr11 egress 2>/dev/null || :").contains(" pref 6867 ");
    }

    private static boolean hasQdisc(LibvirtLab lab) {
        return lab.sh("tc qdisc show dev vbr11").contains("clsact");
    }

    @Test
    void anOwnerNetworkWithDhcp() {
        try (LibvirtLab lab = LibvirtLab.start(Kind.WITH_HOOK)) {
            boolean able = lab.sh(ABLE).strip().equals("yes");
            lab.defineAndStart(OWNER);

            assertEquals(able, hasFilter(lab));
            assertEquals(able, hasQdisc(lab), "nothing half-done is left");
            String warning = "vbr11: the checksums of DHCP answers cannot be completed (";
            for (int again = 0; again < 2; again++) {
                List<String> syslog = lab.syslog();
                assertEquals(able ? 0 : 1, syslog.size(), syslog::toString);
                assertEquals(!able, syslog.toString().contains("virt-nft: " + warning), syslog::toString);
                assertEquals(!able, lab.virtNft("status").ok().contains(warning));

                lab.sh("tc qdisc del dev vbr11 clsact 2>/dev/null || :");
                String applied = lab.virtNft("apply", "net").ok();
                assertFalse(applied.contains(warning), "it was told before");
                assertEquals(able, hasFilter(lab));
                lab.virsh("net-destroy", "net").ok();
                lab.virsh("net-start", "net").ok();
                assertEquals(able, hasFilter(lab));
            }

            // as a try of virt-nft 0.1.0 asks for it, that waits while the package is upgraded
            lab.virtNft("--leave-dhcp-checksums", "/run/virt-nft", "vbr11").ok();
            assertFalse(hasFilter(lab));
            lab.virtNft("--complete-dhcp-checksums", "/run/virt-nft", "vbr11").ok();
            assertEquals(able, hasFilter(lab));

            lab.virtNft("remove", "net").ok();
            assertFalse(hasFilter(lab));
            assertFalse(hasQdisc(lab));
        }
    }

    @Test
    void applyTellsItWhereNobodyDid() {
        try (LibvirtLab lab = LibvirtLab.start(Kind.WITH_HOOK)) {
            boolean able = lab.sh(ABLE).strip().equals("yes");
            lab.defineAndStart(OWNER);
            lab.sh("rm -rf /run/virt-nft/checksums");
            LibvirtLab.Result apply = lab.virtNft("apply", "net");
            assertEquals(0, apply.status(), apply::toString);
            assertEquals(!able, apply.toString().contains("the checksums of DHCP answers cannot be completed"));
        }
    }

    /** Every way of applying takes the step that must follow: enable, apply --all and adopt --now are tried elsewhere. */
    @Test
    void whatATryMakesAnOwnerGetsItAndLosesItWithTheWayBack() {
        try (LibvirtLab lab = LibvirtLab.start(Kind.WITH_HOOK)) {
            boolean able = lab.sh(ABLE).strip().equals("yes");
            lab.defineAndStart(LabNetwork.of("net", 11, "", "<forward mode='open'/>", DHCP));
            lab.define(OWNER.xml());
            assertFalse(wasRepaired(lab, able));

            lab.launch("virt-nft", "try", "net");
            LibvirtLab.await(Duration.ofSeconds(30), "the repair", () -> wasRepaired(lab, able));

            lab.virtNft("try", "--back").ok();
            assertFalse(wasRepaired(lab, able));
        }
    }

    /** Whether the filter is there, or it is told that it cannot be. */
    private static boolean wasRepaired(LibvirtLab lab, boolean able) {
        return able
                ? hasFilter(lab)
                : !lab.read("/run/virt-nft/checksums/vbr11").isEmpty();
    }

    @Test
    void aNetworkWithoutDhcpAndACompanionAreLeftAlone() {
        try (LibvirtLab lab = LibvirtLab.start(Kind.WITH_HOOK)) {
            lab.defineAndStart(LabNetwork.owner("net", 11, "<nft:forward mode='nat'/>"));
            assertFalse(hasQdisc(lab));
            lab.defineAndStart(LabNetwork.companion("other", 12, "<forward mode='nat'/>"));
            assertFalse(lab.sh("tc qdisc show dev vbr12").contains("clsact"));
            assertEquals(List.of(), lab.syslog());
            assertTrue(lab.sh("ls /run/virt-nft").contains("networks"));
        }
    }
}
