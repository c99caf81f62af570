package org.virtnft.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.virtnft.kernel.SampleNetworks.isolated;
import static org.virtnft.kernel.SampleNetworks.nat;
import static org.virtnft.kernel.SampleNetworks.natWithPorts;
import static org.virtnft.kernel.SampleNetworks.route;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.kernel.SampleNetworks;
import org.virtnft.kernel.TestKernel;
import org.virtnft.network.PortRange;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.state.Keeper;
import org.virtnft.transaction.Scene.Picture;

/** A change that fails leaves what was before: a failure at each step of each kind of change. */
abstract class FaultsOnAnyKernel {

    abstract TestKernel newKernel();

    private static final VirtualNetwork A = nat("a", "a0", "10.1.0.1/24", "fd00:1::1/64");
    private static final VirtualNetwork B = route("b", "b0", "10.2.0.1/24", "10.2.1.1/24");
    private static final VirtualNetwork OTHER_B = isolated("b", "b0", "10.3.0.1/24");
    private static final VirtualNetwork C = natWithPorts("c", "c0", PortRange.UNPRIVILEGED, "10.4.0.1/24");
    private static final VirtualNetwork PORTS = natWithPorts("d", "d0", new PortRange(2000, 60000), "10.5.0.1/24");

    /**
     * A kind of change.
     *
     * @param before what to do first
     * @param takesSteps the steps that it takes
     */
    private record Kind(String name, Consumer<Scene> before, Change change, Set<Step> takesSteps) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String MISSING_ELEMENT = "rebuild, because somebody deleted an element that is to go";

    private static final Set<Step> ALL_STEPS = EnumSet.allOf(Step.class);

    /** Handles of rules are new after a rebuild only. */
    private static final Set<Step> WITHOUT_HANDLES = EnumSet.complementOf(EnumSet.of(Step.READ_HANDLES));

    private static final List<Kind> KINDS = List.of(
            new Kind("first apply", scene -> {}, Scene.put(A, B), ALL_STEPS),
            new Kind("elements only", scene -> scene.apply(Scene.put(A, B)), Scene.put(OTHER_B, C), WITHOUT_HANDLES),
            new Kind("removal of one", scene -> scene.apply(Scene.put(A, B)), Scene.remove("a"), WITHOUT_HANDLES),
            new Kind("removal of the last", scene -> scene.apply(Scene.put(A)), Scene.remove("a"), WITHOUT_HANDLES),
            new Kind(
                    "rebuild, because somebody altered the table",
                    scene -> {
                        scene.apply(Scene.put(SampleNetworks.everything().toArray(VirtualNetwork[]::new)));
                        Vandals.alterRules(scene.kernel());
                    },
                    Scene.put(A),
                    ALL_STEPS),
            new Kind(
                    MISSING_ELEMENT,
                    scene -> {
                        scene.apply(Scene.put(A, B));
                        scene.kernel().nft("delete element inet virt_nft inbound4 { b0 . 10.2.1.0/24 }");
                    },
                    Scene.put(OTHER_B),
                    ALL_STEPS),
            new Kind(
                    "rebuild, because the table is gone",
                    scene -> {
                        scene.apply(Scene.put(A, B));
                        scene.kernel().nft("delete table inet virt_nft");
                    },
                    Scene.put(C),
                    ALL_STEPS),
            new Kind(
                    "rebuild, because there is a table of which the state knows nothing",
                    scene -> scene.kernel()
                            .nft("add table inet virt_nft { comment \""
                                    + Keeper.of(scene.state()).comment()
                                    + "\"; }; add set inet virt_nft x { type mark; }"),
                    Scene.put(A),
                    ALL_STEPS),
            new Kind(
                    "removal of the last from a table that somebody altered",
                    scene -> {
                        scene.apply(Scene.put(A));
                        Vandals.alterRules(scene.kernel());
                    },
                    Scene.remove("a"),
                    WITHOUT_HANDLES),
            new Kind(
                    "rebuild, because a masquerade port range is new",
                    scene -> scene.apply(Scene.put(A, B)),
                    Scene.put(PORTS),
                    ALL_STEPS));

    @TempDir
    Path folder;

    private int scenes;

    private Scene scene() {
        return new Scene(folder.resolve("state" + scenes++), newKernel());
    }

    @TestFactory
    List<DynamicContainer> aFailureAtAnyStepLeavesWhatWasBefore() {
        List<DynamicContainer> containers = new ArrayList<>();
        for (Kind kind : KINDS) {
            List<DynamicNode> steps = new ArrayList<>();
            steps.add(dynamicTest("takes these steps, in this order", () -> takesItsSteps(kind)));
            for (Step step : kind.takesSteps()) {
                steps.add(dynamicTest("failure at " + step, () -> failureLeavesWhatWasBefore(kind, step)));
            }
            containers.add(dynamicContainer(kind.name(), steps));
        }
        return containers;
    }

    @Test
    void everyStepIsAmongThem() {
        Set<Step> taken = EnumSet.noneOf(Step.class);
        KINDS.forEach(kind -> taken.addAll(kind.takesSteps()));
        assertEquals(ALL_STEPS, taken);
    }

    private void takesItsSteps(Kind kind) {
        try (Scene scene = scene()) {
            kind.before().accept(scene);
            List<Step> taken = new ArrayList<>();
            scene.apply(kind.change(), taken::add);
            assertEquals(kind.takesSteps(), EnumSet.copyOf(taken));
        }
    }

    private void failureLeavesWhatWasBefore(Kind kind, Step at) {
        try (Scene scene = scene()) {
            kind.before().accept(scene);
            Picture before = scene.picture();
            List<Step> reached = new ArrayList<>();

            InjectedException failure = assertThrows(
                    InjectedException.class,
                    () -> scene.apply(kind.change(), step -> {
                        reached.add(step);
                        if (step == at) {
                            throw new InjectedException(step);
                        }
                    }));

            assertEquals(at, failure.step());
            assertTrue(reached.contains(at), "the step was reached");
            Picture after = scene.picture();
            // once found out, a table with a missing element stays one to be made anew
            before.assertSame(kind.name().equals(MISSING_ELEMENT) ? after.inForce(before.inForce()) : after);
            nextApplyWorks(scene, kind.change());
        }
    }

    /** With nothing left over of the one that failed. */
    private static void nextApplyWorks(Scene scene, Change change) {
        Result result = scene.apply(change);
        assertEquals(result.after().networks(), scene.state().read().networks());
        Result again = scene.apply(Scene.nothing());
        if (!result.after().networks().isEmpty()) {
            assertTrue(scene.rulesInForce(), "the state knows the table");
            assertFalse(again.rebuilt(), "the kernel holds what the state says, element by element");
        } else {
            assertEquals("", scene.kernel().table());
        }
        assertFalse(Files.exists(scene.folder().resolve("journal")), "no journal is left");
    }
}
