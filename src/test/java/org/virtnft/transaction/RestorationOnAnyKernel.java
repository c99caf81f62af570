package org.virtnft.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.virtnft.kernel.SampleNetworks.isolated;
import static org.virtnft.kernel.SampleNetworks.nat;
import static org.virtnft.kernel.SampleNetworks.natWithPorts;
import static org.virtnft.kernel.SampleNetworks.route;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.kernel.NetworkNamespace;
import org.virtnft.kernel.TestKernel;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Source;

/** The state is gone, or says less than was applied: nothing that protects guests goes for that reason. */
abstract class RestorationOnAnyKernel {

    abstract TestKernel newKernel();

    private static final VirtualNetwork A = nat("a", "a0", "10.1.0.1/24", "fd00:1::1/64");
    private static final VirtualNetwork B = natWithPorts("b", "b0", new PortRange(2000, 60000), "10.2.0.1/24");
    private static final VirtualNetwork C = route("c", "c0", "10.3.0.1/24");

    @TempDir
    Path folder;

    private Scene scene;
    private Map<String, Set<String>> asApplied;

    @BeforeEach
    void twoOfThreeBridgesAreThere() {
        scene = new Scene(folder.resolve("state"), newKernel());
        for (String bridge : List.of("a0", "b0")) {
            scene.kernel().addBridge(bridge);
        }
        scene.apply(Scene.put(A, B, C));
        asApplied = scene.elements();
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    void elementsStayAsLongAsTheirBridgeDoesWhenTheWholeStateIsGone() {
        delete(scene.folder());

        Result result = scene.apply(Scene.put(isolated("d", "d0", "10.4.0.1/24")));

        assertEquals(List.of("a0", "b0", "d0"), bridges());
        assertEquals(of("a0", asApplied), of("a0", scene.elements()));
        assertEquals(of("b0", asApplied), of("b0", scene.elements()));
        assertTrue(scene.kernel().table().contains("chain masq-2000-60000 {"));
        // the host's own packets are known by an address
        assertTrue(scene.elements().get("host4").stream().anyMatch(element -> element.startsWith("10.1.0.1")));
        assertFalse(
                scene.elements().get("net4").stream().anyMatch(element -> element.contains("c0")),
                "its bridge is gone");
        assertEquals(2, result.remarks().size(), () -> result.remarks().toString());
        assertTrue(
                result.remarks().get(0).startsWith("unknown a0: "),
                result.remarks().get(0));
    }

    @Test
    void whatIsUnknownStaysThroughRebuildsAndUntilItsBridgeGoes() {
        delete(scene.folder());
        scene.apply(Scene.nothing());
        assertEquals(List.of("a0", "b0"), bridges());
        scene.kernel().nft("flush ruleset");

        assertTrue(scene.apply(Scene.nothing()).rebuilt());
        assertEquals(of("b0", asApplied), of("b0", scene.elements()));

        scene.kernel().removeBridge("b0");
        scene.apply(Scene.nothing());
        assertEquals(List.of("a0"), bridges());
        assertEquals(Set.of(), of("b0", scene.elements()));
    }

    @Test
    void aNetworkTakesItsBridgeBackFromTheUnknown() {
        delete(scene.folder());

        scene.apply(Scene.put(A));

        AppliedNetwork again = scene.state().read().networks().get(A.bridge());
        assertEquals("a", again.name());
        assertEquals(Source.FILE, again.source());
        assertEquals(of("a0", asApplied), of("a0", scene.elements()));
    }

    @Test
    void elementsThatSomebodyAddsForAnInterfaceStayToo() {
        scene.kernel().addBridge("x0");
        scene.kernel().nft("add element inet virt_nft from { x0 comment \"a guard\" : jump from_none }");

        scene.apply(Scene.remove("c"));
        scene.kernel().nft("flush ruleset");
        scene.apply(Scene.nothing());

        assertEquals(List.of("a0", "b0", "x0"), bridges());
        assertEquals(Set.of("from \"x0\" : jump from_none"), of("x0", scene.elements()));
        assertFalse(scene.apply(Scene.nothing()).rebuilt(), "it is settled");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage", "virt-nft network: 9\nname: a\n"})
    void whatADamagedFileSaidIsStillInTheKernel(String text) throws Exception {
        Files.writeString(scene.folder().resolve("networks/a0"), text);

        Result result = scene.apply(Scene.nothing());

        assertEquals(asApplied, scene.elements());
        assertEquals(
                Source.UNKNOWN, scene.state().read().networks().get(A.bridge()).source());
        assertTrue(
                result.remarks().get(0).startsWith("unknown a0: "),
                result.remarks().toString());
        assertFalse(scene.apply(Scene.nothing()).rebuilt());
    }

    @Test
    void whereTheKernelHasForgottenItTooTheBridgeIsBlocked() throws Exception {
        Files.writeString(scene.folder().resolve("networks/a0"), "");
        scene.kernel().nft("flush ruleset");

        Result result = scene.apply(Scene.nothing());

        assertEquals(
                Set.of("from \"a0\" : jump from_none", "to \"a0\" : jump to_none", "refused \"a0\" : \"refused-a0\""),
                of("a0", scene.elements()));
        assertTrue(
                result.remarks().toString().contains("a0 is blocked"),
                result.remarks().toString());
        assertEquals(of("b0", asApplied), of("b0", scene.elements()));
    }

    @Test
    void aRecordThatIsDamagedIsMadeAnew() throws Exception {
        Files.writeString(scene.folder().resolve("table"), "garbage");

        scene.apply(Scene.nothing());

        assertEquals(asApplied, scene.elements());
        assertTrue(scene.rulesInForce());
    }

    @Test
    void aChangeThatFailsLeavesADamagedStateAsItWas() throws Exception {
        Files.writeString(scene.folder().resolve("networks/a0"), "garbage");
        String table = scene.kernel().table();

        assertThrows(
                InjectedException.class,
                () -> scene.apply(Scene.nothing(), step -> {
                    if (step == Step.SAVE_TABLE) {
                        throw new InjectedException(step);
                    }
                }));

        assertEquals("garbage", Files.readString(scene.folder().resolve("networks/a0")));
        assertEquals(asApplied, scene.elements());
        assertEquals(table, scene.kernel().table());
    }

    /** What a killed command leaves that was mending a damaged file. */
    @Test
    void theJournalOfADamagedFileIsNoDamagedJournal() throws Exception {
        Files.writeString(scene.folder().resolve("networks/a0"), "garbage");
        Path journal = scene.folder().resolve("journal");
        scene.kernel().inside(() -> {
            scene.state()
                    .journal()
                    .begin(NetworkNamespace.current(), List.of(new InterfaceName("a0")), Optional.of(""), Map.of());
            return null;
        });
        assertTrue(Files.isDirectory(journal));
        scene.kernel().inside(() -> scene.applier().dryRun().of(Scene.nothing()));
        scene.apply(Scene.nothing());
        assertEquals(asApplied, scene.elements());
    }

    private List<String> bridges() {
        return scene.state().read().networks().keySet().stream()
                .map(InterfaceName::value)
                .toList();
    }

    /** The elements that name a bridge, each after its set. */
    private static Set<String> of(String bridge, Map<String, Set<String>> elements) {
        Set<String> found = new TreeSet<>();
        elements.forEach((set, each) -> each.stream()
                .filter(element -> element.contains('"' + bridge + '"'))
                .forEach(element -> found.add(set + " " + element)));
        return found;
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
