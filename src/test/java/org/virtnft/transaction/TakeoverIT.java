package org.virtnft.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.virtnft.kernel.SampleNetworks.nat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.kernel.LibNftables;
import org.virtnft.kernel.NetworkNamespace;
import org.virtnft.network.InterfaceName;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Trial;

/**
 * A program whose template has another set takes over what virt-nft 0.1.0 applied: the files are those that 0.1.0 wrote for a pool, a
 * port range, a blocked network, one from a file, and an open try.
 */
class TakeoverIT {

    private static final InterfaceName FILED = new InterfaceName("br-file");

    @TempDir
    Path folder;

    private Scene scene;
    private Map<String, Set<String>> left;
    private Snapshot stored;

    @BeforeEach
    void whatWasLeft() throws Exception {
        scene = new Scene(folder.resolve("state"));
        LeftByFormatOne.copyTo(scene.state(), scene.namespace().inside(NetworkNamespace::current));
        Path listing = Files.writeString(folder.resolve("listing.nft"), LeftByFormatOne.table(scene.state()));
        assertTrue(
                scene.namespace().inside(() -> new LibNftables().run(listing)).ok());
        left = scene.elements();
        stored = scene.state().read();
        assertEquals(7, stored.networks().size());
    }

    @AfterEach
    void close() {
        scene.close();
    }

    private void assertTakenOver(String... more) {
        Map<String, Set<String>> now = scene.elements();
        left.forEach((set, elements) -> assertTrue(
                now.get(set).containsAll(elements), set + ": " + elements + " were there, " + now.get(set) + " are"));
        Set<String> bridges = new TreeSet<>(List.of(more));
        stored.networks().keySet().forEach(bridge -> bridges.add('"' + bridge.value() + '"'));
        assertEquals(bridges, new TreeSet<>(now.get("later")));
        Snapshot after = scene.state().read();
        assertEquals(Set.of(), after.earlier(), "no file of 0.1.0 is left");
        assertEquals(Set.of(), after.damaged().keySet());
        stored.networks()
                .forEach((bridge, network) ->
                        assertEquals(network, after.networks().get(bridge)));
    }

    @Test
    void theStartOfAnotherNetworkTakesAllOver() {
        Result result = scene.apply(Scene.put(nat("new", "n0", "10.9.0.1/24")), LaterRuleset.get());

        assertTrue(result.rebuilt());
        assertTakenOver("\"n0\"");
    }

    @Test
    void aChangeOfNothingTakesAllOverAndLetsNothingElsePass() {
        Result result = scene.apply(Scene.nothing(), LaterRuleset.get());

        assertTrue(result.rebuilt());
        assertTakenOver();
        Map<String, Set<String>> now = new TreeMap<>(scene.elements());
        now.remove("later");
        now.values().removeIf(Set::isEmpty);
        Map<String, Set<String>> before = new TreeMap<>(left);
        before.values().removeIf(Set::isEmpty);
        assertEquals(before, now, "each verdict is the same, and no other is there");
        assertFalse(scene.apply(Scene.nothing(), LaterRuleset.get()).rebuilt(), "once");
    }

    @Test
    void aTryOf0_1_0StillGoesBack() {
        scene.apply(Scene.nothing(), LaterRuleset.get());
        String id = Trials.open(scene.state()).orElseThrow().id();

        Trial ended = goBack(id);

        assertEquals(List.of("filed: route on br-file, as before"), ended.said());
        assertEquals(
                "route", scene.state().read().networks().get(FILED).enforced().word());
    }

    @Test
    void aTryOf0_1_0GoesBackWithoutAnyChangeBetween() {
        Trial ended = goBack(Trials.open(scene.state()).orElseThrow().id());

        assertEquals(List.of("filed: route on br-file, as before"), ended.said());
    }

    private Trial goBack(String id) {
        return scene.namespace().inside(() -> {
            Applier applier = scene.applier(new LibNftables(), StepListener.NONE, LaterRuleset.get());
            return new Trials(scene.state(), applier, () -> 0, Duration.ofSeconds(5)).goBack(id);
        });
    }

    @Test
    void aChangeThat0_1_0DidNotEndIsTakenBack() throws Exception {
        journal("journal");

        scene.apply(Scene.put(nat("new", "n0", "10.9.0.1/24")), LaterRuleset.get());

        assertEquals(
                "route", scene.state().read().networks().get(FILED).enforced().word());
        assertTrue(
                scene.elements().get("inbound4").contains("\"br-file\" . 10.6.0.0-10.6.0.255"), "" + scene.elements());
        assertEquals(Set.of(), scene.state().read().earlier());
        assertFalse(scene.state().journal().isPending());
    }

    @Test
    void whatFollowsAChangeOf0_1_0IsDone() throws Exception {
        journal("journal.done");

        scene.apply(Scene.nothing(), LaterRuleset.get());

        assertFalse(scene.state().journal().isSettled());
        assertTakenOver();
    }

    /** As 0.1.0 kept what was before its try. */
    private void journal(String name) throws IOException {
        Path journal = scene.folder().resolve(name);
        Files.createDirectories(journal.resolve("networks"));
        String line = Files.readAllLines(LeftByFormatOne.FILES.resolve("try")).stream()
                .filter(each -> each.startsWith("before: "))
                .findFirst()
                .orElseThrow();
        Files.writeString(
                journal.resolve("networks/br-file"),
                line.substring("before: ".length()).replace("\\n", "\n"));
        Files.copy(scene.folder().resolve("table"), journal.resolve("table"));
        Files.writeString(journal.resolve("namespace"), stored.table().namespace());
        Files.writeString(journal.resolve("counts"), "");
    }
}
