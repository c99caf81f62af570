package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.virtnft.libvirt.LibvirtLab.Kind;
import org.virtnft.libvirt.LibvirtLab.Result;

/** Several networks at once, and lives of libvirtd. */
class SeveralNetworksIT {

    /** Each start is a JVM's: more of them at once than a small machine runs in the hook's deadline would fail. */
    private static final int AT_ONCE = 5;

    private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    private LibvirtLab lab;

    @BeforeEach
    void startLab() {
        lab = LibvirtLab.start(Kind.WITH_HOOK);
    }

    @AfterEach
    void endLab() {
        threads.shutdownNow();
        lab.close();
    }

    private static List<LabNetwork> networks(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> i % 2 == 0
                        ? LabNetwork.owner("net" + i, 10 + i, "<nft:forward mode='nat'/>")
                        : LabNetwork.companion("net" + i, 10 + i, "<forward mode='nat'/>"))
                .toList();
    }

    /** Each in a virsh of its own. */
    private Stream<CompletableFuture<Result>> begin(String command, List<LabNetwork> networks) {
        return networks.stream()
                .map(network -> CompletableFuture.supplyAsync(() -> lab.virsh(command, network.name()), threads))
                .toList()
                .stream();
    }

    private void atOnce(String command, List<LabNetwork> networks) {
        begin(command, networks).forEach(each -> each.join().ok());
    }

    private static List<String> bridges(List<LabNetwork> networks) {
        return networks.stream().map(LabNetwork::bridge).sorted().toList();
    }

    @Test
    void twoNetworksStartAtOnce() {
        List<LabNetwork> both = networks(2);
        both.forEach(network -> lab.define(network.xml()));
        atOnce("net-start", both);
        assertEquals(bridges(both), lab.appliedBridges());
        String table = lab.table();
        both.forEach(network -> assertTrue(table.contains("\"" + network.bridge() + "\" : goto guest"), table));
        assertEquals(List.of(), lab.syslog());
    }

    @Test
    void tenNetworksStartAndStopInAnyOrder() {
        List<LabNetwork> all = networks(10);
        List<LabNetwork> first = all.subList(0, 5);
        List<LabNetwork> second = all.subList(5, 10);
        all.forEach(network -> lab.define(network.xml()));
        atOnce("net-start", all);
        assertEquals(bridges(all), lab.appliedBridges());
        String table = lab.table();
        all.forEach(network -> assertTrue(table.contains("\"" + network.bridge() + "\" : goto guest"), table));

        atOnce("net-destroy", first);
        assertEquals(bridges(second), lab.appliedBridges());
        Stream.of(begin("net-start", first), begin("net-destroy", second))
                .flatMap(each -> each)
                .forEach(each -> each.join().ok());
        assertEquals(bridges(first), lab.appliedBridges());
        atOnce("net-destroy", first);
        assertEquals("", lab.table());
        assertEquals(List.of(), lab.appliedBridges());
        assertEquals(List.of(), lab.syslog());
    }

    /** As libvirt does for one network while our hook runs for another. */
    @Test
    void othersMayChangeTheirRulesAtAnyMoment() {
        lab.launch("sh", "-c", "yes 'add table ip other; add chain ip other c; delete table ip other' | nft -i");
        LabNetwork stays = networks(2).get(0);
        LabNetwork comes = networks(2).get(1);
        assertEquals(new Result(0, "", ""), lab.hook(stays.name(), "start", stays.xml()));
        // beside another network only the elements of one are changed, and read back
        for (int i = 0; i < 3; i++) {
            assertEquals(new Result(0, "", ""), lab.hook(comes.name(), "start", comes.xml()));
            assertEquals(bridges(networks(2)), lab.appliedBridges());
            assertEquals(new Result(0, "", ""), lab.hook(comes.name(), "stopped", comes.xml()));
            assertEquals(bridges(List.of(stays)), lab.appliedBridges());
        }
        assertEquals(List.of(), lab.syslog());
    }

    @Test
    void autostartAppliesAndKeepsAnOwnerDownThatIsRefused() {
        List<LabNetwork> both = networks(2);
        LabNetwork refused = LabNetwork.owner("refused", 20, "<nft:forward mode='nat'/><nft:surprise/>");
        both.forEach(network -> lab.define(network.xml()));
        lab.define(refused.xml());
        for (String name : List.of("net0", "net1", "refused")) {
            lab.virsh("net-autostart", name).ok();
        }
        lab.stopDaemon();
        lab.sh("rm -f /run/libvirt/network/autostarted");
        lab.startDaemon();
        LibvirtLab.await(
                java.time.Duration.ofSeconds(20),
                "autostart",
                () -> bridges(both).equals(lab.appliedBridges())
                        && lab.hasInterface("vbr10")
                        && lab.hasInterface("vbr11"));
        String active = lab.virsh("net-list", "--name").ok();
        assertTrue(active.contains("net0"), active);
        assertTrue(active.contains("net1"), active);
        assertFalse(active.contains("refused"), active);
        assertFalse(lab.hasInterface("vbr20"));
        assertTrue(lab.read("/var/log/libvirtd.log").contains("virt-nft: network 'refused': "));
    }

    @Test
    void restartOfLibvirtdChangesNothing() {
        List<LabNetwork> both = networks(2);
        both.forEach(lab::defineAndStart);
        String table = lab.table();
        lab.countJavaRuns();
        lab.stopDaemon();
        assertEquals(table, lab.table());
        lab.startDaemon();
        assertEquals(table, lab.table());
        assertEquals(0, lab.javaRuns());
        String status = lab.virtNft("status").ok();
        assertFalse(status.contains("the hook is younger"), status);
        lab.virtNft("apply", "--all").ok();
        assertEquals(bridges(both), lab.appliedBridges());
        both.forEach(network -> lab.virsh("net-destroy", network.name()).ok());
        assertEquals("", lab.table());
    }
}
