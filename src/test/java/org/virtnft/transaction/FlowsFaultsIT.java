package org.virtnft.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.virtnft.kernel.SampleNetworks.isolated;
import static org.virtnft.kernel.SampleNetworks.nat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.flows.Flows;
import org.virtnft.kernel.Conntrack;
import org.virtnft.kernel.Flow;
import org.virtnft.kernel.KernelException;
import org.virtnft.kernel.LibNftables;
import org.virtnft.kernel.RouteNetlink;
import org.virtnft.kernel.TestFlows;
import org.virtnft.network.Address;
import org.virtnft.ruleset.Ruleset;

/** Established connections are ended last; where that fails or the process dies there, the change stands. */
class FlowsFaultsIT {

    /** From a guest of network a to somebody outside. */
    private static final Flow FLOW = new Flow(
            17,
            Address.parse("10.1.0.5"),
            Address.parse("198.51.100.1"),
            Address.parse("198.51.100.9"),
            40000,
            true,
            false,
            true,
            false);

    private static final Change TIGHTENED = Scene.put(isolated("a", "a0", "10.1.0.1/24"));

    @TempDir
    Path folder;

    private Scene scene;
    private final List<String> warnings = new ArrayList<>();
    private final List<Flow> deleted = new ArrayList<>();
    private int asked;

    @BeforeEach
    void open() {
        scene = new Scene(folder.resolve("state"));
        scene.apply(Scene.put(nat("a", "a0", "10.1.0.1/24"), nat("b", "b0", "10.2.0.1/24")));
    }

    @AfterEach
    void close() {
        scene.close();
    }

    private Result apply(Change change, Conntrack conntrack) {
        Flows flows = new Flows(conntrack, new RouteNetlink(), bridge -> false, warnings::add);
        return scene.namespace()
                .inside(() -> new Applier(
                                scene.state(),
                                new LibNftables(),
                                Ruleset.own(),
                                StepListener.NONE,
                                Duration.ofSeconds(5),
                                flows::end,
                                TestFlows.restoration())
                        .apply(change));
    }

    private int working(Predicate<Flow> condemned) {
        asked++;
        if (condemned.test(FLOW)) {
            deleted.add(FLOW);
        }
        return deleted.size();
    }

    @Test
    void theKernelIsAskedOnlyWhereANetworkSaysSomethingElse() {
        apply(Scene.nothing(), this::working);
        apply(Scene.put(nat("a", "a0", "10.1.0.1/24")), this::working);
        // at its start a network's bridge is not there yet
        apply(Scene.put(nat("c", "c0", "10.3.0.1/24")), this::working);
        assertEquals(0, asked);

        apply(Scene.remove("b"), this::working);
        assertEquals(1, asked);
        assertEquals(List.of(), deleted);
        apply(TIGHTENED, this::working);
        assertEquals(2, asked);
        assertEquals(List.of(FLOW), deleted);
    }

    @Test
    void aKernelThatRefusesIsAWarningAndTheChangeStands() {
        apply(TIGHTENED, condemned -> {
            throw new KernelException("the kernel does not answer by netlink: error 22");
        });
        assertEquals(
                List.of("network 'a': the change is in force, but connections that it no longer allows may go on"
                        + " (the kernel does not answer by netlink: error 22); 'conntrack -D -s SUBNET' and '-D -r SUBNET'"
                        + " end them"),
                warnings);
        assertStands();
    }

    @Test
    void aProcessThatDiesThereLeavesItToTheNextOne() {
        class Death extends Error {
            private static final long serialVersionUID = 1;
        }
        assertThrows(
                Death.class,
                () -> apply(TIGHTENED, condemned -> {
                    throw new Death();
                }));
        assertTrue(scene.namespace().table().contains("\"a0\" : jump from_none"), "the change stands");
        assertTrue(scene.rulesInForce(), "the change stands");

        apply(Scene.put(nat("c", "c0", "10.3.0.1/24")), this::working);
        assertEquals(List.of(FLOW), deleted);
        apply(Scene.remove("c"), this::working);
        assertEquals(List.of(FLOW), deleted, "once");
        assertStands();
    }

    @Test
    void aProcessThatDiesWhileItForgetsHasDoneIt() throws Exception {
        // begun to be cleared: names in no order
        Files.createDirectories(folder.resolve("state/journal.done/networks"));
        Files.writeString(folder.resolve("state/journal.done/networks/a0"), "");
        apply(Scene.nothing(), this::working);
        assertEquals(List.of(), deleted);
        assertFalse(Files.exists(folder.resolve("state/journal.done")));
    }

    private void assertStands() {
        assertTrue(scene.namespace().table().contains("\"a0\" : jump from_none"), "the change stands");
        assertTrue(scene.rulesInForce());
        assertFalse(Files.exists(folder.resolve("state/journal")));
        assertFalse(Files.exists(folder.resolve("state/journal.done")));
    }
}
