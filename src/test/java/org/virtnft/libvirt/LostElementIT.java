package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.libvirt.LibvirtLab.Kind;
import org.virtnft.libvirt.LibvirtLab.Result;

/** An edit lost our element of a network that runs as an owner: nothing opens by itself, and the ways out that are named work. */
class LostElementIT {

    private static final LabNetwork BEFORE = LabNetwork.companion("net", 11, "<forward mode='nat'/>");

    private LibvirtLab lab;

    @BeforeEach
    void anAdoptedNetworkRuns() {
        lab = LibvirtLab.start(Kind.INSTALLED);
        lab.virtNft("enable", "--yes").ok();
        lab.defineAndStart(BEFORE);
        lab.virtNft("adopt", "--now", "net").ok();
    }

    @AfterEach
    void close() {
        lab.close();
    }

    /** As an editor leaves it, who took the element for rubbish. */
    private void lose(String metadata) {
        String defined = lab.virsh("net-dumpxml", "--inactive", "net").ok();
        String without = defined.replaceFirst("(?s)<metadata>.*</metadata>", metadata);
        assertNotEquals(defined, without);
        lab.define(without);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<metadata><nft:network xmlns:nft='http://virt-nft.org/xmlns/libvirt/network/1.1'/></metadata>"
            })
    void theLivePolicyStaysInForceUntilTheNextStart(String metadata) {
        String table = lab.table();
        lose(metadata);

        Result named = lab.virtNft("apply", "net");
        assertEquals(2, named.status(), named::toString);
        assertTrue(named.err().contains("so it opens at its next start"), named::err);
        for (String how : List.of("apply --all", "apply --all --no-libvirt")) {
            Result all = lab.virtNft(how.split(" "));
            assertEquals(1, all.status(), all::toString);
            assertTrue(all.err().contains("so it opens at its next start"), all::err);
            assertEquals(table, lab.table());
        }
        assertTrue(lab.virtNft("status").ok().contains("so it opens at its next start"));
        Result diff = lab.virtNft("diff");
        assertEquals(1, diff.status(), diff::toString);
        assertTrue(diff.out().contains("so it opens at its next start"), diff::out);
    }

    @Test
    void aPolicyThatWasBroughtIntoForceLaterIsTheOneThatStays() {
        lab.define(LabNetwork.owner("net", 11, "<nft:forward mode='route'/>").xml());
        lab.virtNft("apply", "net").ok();
        String table = lab.table();
        assertTrue(table.contains("\"vbr11\" : jump to_any"), table);
        lose("");

        assertEquals(1, lab.virtNft("apply", "--all").status());
        assertEquals(table, lab.table());
        lab.sh("nft flush ruleset");
        assertEquals(1, lab.virtNft("apply", "--all").status());
        assertTrue(lab.table().contains("\"vbr11\" : jump to_any"), lab::table);
    }

    @Test
    void disableNamesReleaseAndReleaseWorks() {
        lose("");

        Result disable = lab.virtNft("disable", "--yes");
        assertEquals(1, disable.status(), disable::toString);
        assertTrue(disable.err().contains("'virt-nft release --now net'"), disable::err);
        Result removal = lab.run("/usr/lib/virt-nft/maintain", "may-remove");
        assertEquals(1, removal.status(), removal::toString);
        assertTrue(removal.err().contains("'virt-nft release --now NETWORK'"), removal::err);

        lab.virtNft("release", "--now", "net").ok();

        String live = lab.virsh("net-dumpxml", "net").ok();
        assertTrue(live.contains("<forward mode='nat'>"), live);
        assertFalse(live.contains("virt-nft.org"), live);
        assertEquals(0, lab.run("/usr/lib/virt-nft/maintain", "may-remove").status());
        lab.virtNft("disable", "--yes").ok();
        assertEquals("", lab.table());
    }

    @Test
    void disableNamesWhatHelpsForAFileAndForATransientNetworkAndItDoes() {
        lab.virtNft("release", "--now", "net").ok();
        lab.write(
                "/run/lab/file.xml",
                LabNetwork.owner("a file's", 15, "<nft:forward mode='none'/>").xml());
        lab.virtNft("apply", "-f", "/run/lab/file.xml").ok();
        lab.write(
                "/run/lab/transient.xml",
                LabNetwork.owner("passing", 12, "<nft:forward mode='nat'/>").xml());
        lab.virsh("net-create", "/run/lab/transient.xml").ok();

        Result disable = lab.virtNft("disable", "--yes");

        assertEquals(1, disable.status(), disable::toString);
        assertTrue(
                disable.err().contains("the guests of a file's; take it out by 'virt-nft remove a file's'"),
                disable::err);
        lab.virtNft("remove", "a file's").ok();
        assertTrue(
                disable.err()
                        .contains("the guests of passing; it is transient: keep what 'virsh net-dumpxml passing'"
                                + " prints, 'virsh net-define' it, then 'virt-nft release --now passing'"),
                disable::err);
        lab.sh("virsh -q -c network:///system net-dumpxml passing >/run/lab/kept.xml");
        lab.virsh("net-define", "/run/lab/kept.xml").ok();
        lab.virtNft("release", "--now", "passing").ok();
        lab.virtNft("disable", "--yes").ok();
    }

    @Test
    void adoptGivesTheElementBackUnderARunningNetworkAndUnderAStoppedOne() {
        for (boolean running : List.of(true, false)) {
            lose("");
            if (!running) {
                lab.virsh("net-destroy", "net").ok();
            }

            Result adopt = lab.virtNft("adopt", "net");

            assertTrue(adopt.ok().startsWith("net: adopted again, as nat"), adopt::toString);
            String defined = lab.virsh("net-dumpxml", "--inactive", "net").ok();
            assertTrue(defined.contains("virt-nft.org/xmlns/libvirt/network/1.0"), defined);
            if (running) {
                lab.virtNft("apply", "net").ok();
                lab.virtNft("apply", "--all").ok();
            } else {
                lab.virsh("net-start", "net").ok();
            }
            assertTrue(lab.table().contains("\"vbr11\" : goto guest"), lab::table);
            assertFalse(lab.virtNft("status").ok().contains("opens at"));
        }
        // what it was before it was adopted is still kept
        assertTrue(lab.virtNft("release", "net").ok().contains("its definition is what it was before it was adopted"));
    }

    @Test
    void anEditBesideTheLossIsKept() {
        lose("");
        String edited = lab.virsh("net-dumpxml", "--inactive", "net").ok().replace("192.168.11.1", "192.168.111.1");
        lab.define(edited);

        lab.virtNft("release", "net").ok();

        String defined = lab.virsh("net-dumpxml", "--inactive", "net").ok();
        assertTrue(defined.contains("192.168.111.1"), defined);
        assertTrue(defined.contains("<forward mode='nat'"), defined);
    }

    @Test
    void aNamespaceThatIsNearlyOursDoesNotStartAsAnOpenNetwork() {
        for (String namespace : List.of(
                "http://virt-nft.org/xmlns/libvirt/network/1.1",
                "http://VIRT-NFT.org/xmlns/libvirt/network/1.0",
                "https://virt-nft.org/")) {
            String metadata = "<metadata><nft:network xmlns:nft='" + namespace
                    + "'><nft:forward mode='nat'/></nft:network></metadata>";
            LabNetwork nearly = LabNetwork.of("nearly", 12, metadata, "<forward mode='open'/>", LabNetwork.ip(12));
            lab.define(nearly.xml());

            Result start = lab.virsh("net-start", "nearly");

            assertEquals(1, start.status(), start::toString);
            assertTrue(start.err().contains("its namespace '" + namespace + "' is not one"), start::toString);
            lab.write("/run/lab/nearly.xml", nearly.xml());
            assertEquals(2, lab.virtNft("check", "-f", "/run/lab/nearly.xml").status());
            assertEquals(2, lab.virtNft("apply", "-f", "/run/lab/nearly.xml").status());
            Result removal = lab.run("/usr/lib/virt-nft/maintain", "may-remove");
            assertTrue(removal.err().contains("\n    nearly\n"), removal::err);
            // without Java too
            lab.sh("mv /usr/bin/java /usr/bin/java.away; mv /usr/lib/jvm /usr/lib/jvm.away");
            start = lab.virsh("net-start", "nearly");
            assertEquals(1, start.status(), start::toString);
            lab.sh("mv /usr/bin/java.away /usr/bin/java; mv /usr/lib/jvm.away /usr/lib/jvm");
            // and without the program
            lab.sh("mv /usr/sbin/virt-nft /usr/sbin/virt-nft.away");
            start = lab.virsh("net-start", "nearly");
            assertEquals(1, start.status(), start::toString);
            lab.sh("mv /usr/sbin/virt-nft.away /usr/sbin/virt-nft");
        }
    }
}
