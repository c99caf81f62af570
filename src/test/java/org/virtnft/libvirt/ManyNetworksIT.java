package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.virtnft.libvirt.LibvirtLab.Kind;
import org.virtnft.libvirt.LibvirtLab.Result;

/**
 * Hundreds of networks of every kind: nft itself breaks down where it is asked for more than some sixty elements of an interval set
 * (1.0.6, 1.1.3). {@code -Dvirtnft.networks=4000} is the long form.
 */
class ManyNetworksIT {

    private static final int NETWORKS = Integer.getInteger("virtnft.networks", 300);

    private static final List<String> FORWARDS = List.of(
            "<forward mode='nat'/>",
            "<forward mode='nat' dev='up0'/>",
            "<forward mode='nat'><nat><port start='2000' end='60000'/></nat></forward>",
            "<forward mode='nat'><nat ipv6='yes'><address start='198.51.100.7' end='198.51.100.9'/></nat></forward>",
            "<forward mode='route'/>",
            "");

    private static final List<String> OURS = List.of(
            "<nft:forward mode='nat'><nft:nat ipv6='yes'/></nft:forward>",
            "<nft:forward mode='route' dev='up0'/>",
            "<nft:forward mode='none'/>");

    /** By libvirt's files, as the units do it: a daemon needs half a second for each network. */
    @Test
    void applyAllAppliesThemAndAppliesThemAgain() {
        try (LibvirtLab lab = LibvirtLab.startWithoutDaemon(Kind.INSTALLED)) {
            lab.sh("mkdir -p /run/libvirt/network /run/lab/files");
            write(lab, 0);

            Result first = lab.virtNft("apply", "--all", "--no-libvirt");
            first.ok();
            assertEquals(NETWORKS, lab.appliedBridges().size());
            String table = lab.table();
            assertEquals(NETWORKS, count(table, ": jump from_"));
            assertSettled(lab);

            lab.virtNft("apply", "--all", "--no-libvirt").ok();
            assertEquals(table, lab.table());

            // every one of them becomes another one
            write(lab, 1);
            lab.virtNft("apply", "--all", "--no-libvirt").ok();
            assertFalse(table.equals(lab.table()), "they did");
            assertSettled(lab);

            // and one beside them, by a file and by the hook
            LabNetwork beside = LabNetwork.companion("beside", 250, FORWARDS.get(0));
            lab.write("/run/lab/beside.xml", beside.xml());
            lab.virtNft("apply", "-f", "/run/lab/beside.xml").ok();
            lab.virtNft("remove", "beside").ok();
            assertSettled(lab);

            // flushed, and lost
            lab.sh("nft flush ruleset; rm -r /run/virt-nft");
            lab.virtNft("apply", "--all", "--no-libvirt").ok();
            assertSettled(lab);

            // all but one are gone, and then all
            lab.sh("cd /run/libvirt/network; mv n0.xml /run/lab; rm -f *.xml; mv /run/lab/n0.xml .");
            lab.sh("ls /run/virt-nft/networks").lines().forEach(lab::age);
            lab.virtNft("apply", "--all", "--no-libvirt").ok();
            assertEquals(1, lab.appliedBridges().size());
            assertSettled(lab);
            lab.virtNft("remove", "--all").ok();
            assertEquals("", lab.table());
        }
    }

    @Test
    void filesAreAppliedBesideOneThatIsApplied() {
        try (LibvirtLab lab = LibvirtLab.startWithoutDaemon(Kind.INSTALLED)) {
            lab.sh("mkdir -p /run/libvirt/network /run/lab/files");
            write(lab, 0);
            lab.sh("rm -r /run/libvirt/network");
            lab.write(
                    "/run/lab/one.xml",
                    LabNetwork.companion("one", 250, FORWARDS.get(0)).xml());
            lab.virtNft("apply", "-f", "/run/lab/one.xml").ok();
            List<String> words = new ArrayList<>(List.of("apply"));
            IntStream.range(0, NETWORKS).forEach(i -> words.addAll(List.of("-f", "/run/lab/files/" + i)));

            lab.virtNft(words.toArray(String[]::new)).ok();

            assertEquals(NETWORKS + 1, lab.appliedBridges().size());
            assertSettled(lab);
            List<String> names = new ArrayList<>(List.of("remove"));
            IntStream.range(0, NETWORKS).forEach(i -> names.add("n" + i));
            lab.virtNft(names.toArray(String[]::new)).ok();
            assertEquals(List.of("vbr250"), lab.appliedBridges());
            assertSettled(lab);
        }
    }

    /** What the state, the kernel and the definitions say is the same. */
    private static void assertSettled(LibvirtLab lab) {
        Result status = lab.virtNft("status");
        assertFalse(status.out().contains("not as applied"), status::toString);
        assertFalse(status.out().contains("apply --all"), status::toString);
        assertEquals(
                lab.appliedBridges().size(),
                status.out().lines().filter(line -> line.endsWith("  missing")).count(),
                "there are no bridges here");
        Result diff = lab.virtNft("diff");
        assertEquals("", diff.ok());
        assertTrue(lab.virtNft("metrics").ok().contains("virt_nft_drift 0\n"));
    }

    /** Each kind in turn, the next one with another shift. */
    private static void write(LibvirtLab lab, int shift) {
        int kinds = FORWARDS.size() + OURS.size();
        for (int i = 0; i < NETWORKS; i++) {
            int kind = (i + shift) % kinds;
            boolean companion = kind < FORWARDS.size();
            String metadata = companion ? "" : LabNetwork.metadata(OURS.get(kind - FORWARDS.size()));
            String forward = companion ? FORWARDS.get(kind) : "<forward mode='open'/>";
            String xml = "<network><name>n" + i + "</name>" + metadata + forward + "<bridge name='b" + i + "'/>"
                    + "<ip address='10." + (i >> 8) + "." + (i & 255) + ".1' prefix='24'/>"
                    + "<ip family='ipv6' address='fd00:" + Integer.toHexString(i) + "::1' prefix='64'/></network>";
            lab.write("/run/libvirt/network/n" + i + ".xml", "<networkstatus>" + xml + "</networkstatus>");
            lab.write("/run/lab/files/" + i, xml);
        }
    }

    private static int count(String text, String part) {
        return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
    }
}
