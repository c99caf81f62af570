package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.virtnft.libvirt.LibvirtLab.Kind;
import org.virtnft.libvirt.LibvirtLab.Result;

/** {@code virsh net-update}, and which definition counts after it. */
class NetworkUpdateIT {

    private static final String NAT = "<nft:forward mode='nat'/>";
    private static final String ROUTE = "<nft:forward mode='route'/>";

    private LibvirtLab lab;

    @BeforeEach
    void startLab() {
        lab = LibvirtLab.start(Kind.WITH_HOOK);
    }

    @AfterEach
    void endLab() {
        lab.close();
    }

    private Result update(String name, String... where) {
        lab.write("/run/lab/group.xml", "<portgroup name='group" + System.nanoTime() + "'/>");
        return where.length == 0
                ? lab.virsh("net-update", name, "add", "portgroup", "/run/lab/group.xml", "--live", "--config")
                : lab.virsh("net-update", name, "add", "portgroup", "/run/lab/group.xml", where[0]);
    }

    @Test
    void updateOfAnActiveNetworkAppliesIt() {
        lab.countJavaRuns();
        lab.defineAndStart(LabNetwork.companion("net", 11, "<forward mode='nat'/>"));
        String table = lab.table();
        lab.sh("nft delete table inet virt_nft");

        update("net", "--live").ok();
        assertEquals(2, lab.javaRuns());
        assertEquals(table, lab.table());
        update("net").ok();
        assertEquals(table, lab.table());
        assertEquals(List.of(), lab.syslog());
    }

    @Test
    void updateOfAnInactiveNetworkDoesNothing() {
        lab.define(LabNetwork.companion("net", 11, "<forward mode='nat'/>").xml());
        update("net", "--config").ok();
        assertEquals("", lab.table());
        assertEquals(List.of(), lab.appliedBridges());

        lab.defineAndStart(LabNetwork.owner("other", 12, NAT));
        update("net", "--config").ok();
        assertEquals(List.of("vbr12"), lab.appliedBridges());
        assertFalse(lab.table().contains("vbr11"), lab::table);
    }

    @Test
    void updateOfAnActiveNetworkThatIsNotAppliedDoesNothing() {
        lab.defineAndStart(LabNetwork.companion("net", 11, "<forward mode='nat'/>"));
        lab.virtNft("remove", "net").ok();
        update("net", "--live").ok();
        assertEquals("", lab.table());
        assertEquals(List.of(), lab.appliedBridges());
    }

    @Test
    void appliedPolicySurvivesUpdatesUntilTheXmlsOwnChanges() {
        LabNetwork started = LabNetwork.owner("net", 11, NAT);
        LabNetwork edited = LabNetwork.owner("net", 11, ROUTE);
        lab.defineAndStart(started);
        assertTrue(isNat(), lab::table);

        // net-define calls no hook, and an update's XML still says what it said at start
        lab.define(edited.xml());
        update("net", "--live").ok();
        assertTrue(isNat(), lab::table);

        lab.virtNft("apply", "net").ok();
        assertTrue(isRoute(), lab::table);
        update("net", "--live").ok();
        assertTrue(isRoute(), lab::table);

        // as virNetworkSetMetadata does, which libvirt 9.0.0 lacks
        String isolated =
                LabNetwork.owner("net", 11, "<nft:forward mode='none'/>").xml();
        assertEquals(new Result(0, "", ""), lab.hook("net", "updated", isolated));
        assertTrue(lab.table().contains("\"vbr11\" : jump from_none"), lab::table);

        // the next start begins with what is defined
        lab.virsh("net-destroy", "net").ok();
        lab.virsh("net-start", "net").ok();
        assertTrue(isRoute(), lab::table);
    }

    @Test
    void updateWithXmlThatWeRefuseFailsForAnOwnerAndChangesNothing() {
        LabNetwork network = LabNetwork.owner("net", 11, NAT);
        lab.defineAndStart(network);
        String table = lab.table();
        Result result = lab.hook(
                "net", "updated", LabNetwork.owner("net", 11, "<nft:open/>").xml());
        assertEquals(1, result.status(), result::toString);
        assertEquals(1, result.err().lines().count(), result::toString);
        assertTrue(result.err().startsWith("virt-nft: network 'net': "), result::toString);
        assertEquals(table, lab.table());
    }

    private boolean isNat() {
        return lab.table().contains("\"vbr11\" : goto guest") && lab.table().contains("\"vbr11\" : jump to_none");
    }

    private boolean isRoute() {
        return !lab.table().contains("\"vbr11\" : goto guest") && lab.table().contains("\"vbr11\" : jump to_any");
    }
}
