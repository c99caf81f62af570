package org.virtnft.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.virtnft.kernel.SampleNetworks.isolated;
import static org.virtnft.kernel.SampleNetworks.nat;
import static org.virtnft.kernel.SampleNetworks.natWithPorts;
import static org.virtnft.kernel.SampleNetworks.route;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.kernel.Listed;
import org.virtnft.kernel.PassingNft;
import org.virtnft.kernel.TestKernel;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.Count;
import org.virtnft.state.AppliedNetwork;

/**
 * What was counted stays counted, whatever is changed: a network's counter begins with it, and ends with it. Counts are put there by
 * hand here; RefusedIT has packets.
 */
abstract class CountersOnAnyKernel {

    abstract TestKernel newKernel();

    private static final VirtualNetwork A = nat("a", "a0", "10.1.0.1/24", "fd00:1::1/64");
    private static final VirtualNetwork B = route("b", "b0", "10.2.0.1/24");
    private static final VirtualNetwork OTHER_B = isolated("b", "b0", "10.3.0.1/24");
    private static final VirtualNetwork NEXT_ON_B0 = route("next", "b0", "10.2.0.1/24");
    private static final VirtualNetwork PORTS = natWithPorts("d", "d0", new PortRange(2000, 60000), "10.5.0.1/24");

    private static final Count FIVE = new Count(5, 300);
    private static final Count SEVEN = new Count(7, 420);
    private static final Count EIGHT = new Count(8, 480);

    @TempDir
    Path folder;

    private Scene scene;

    @BeforeEach
    void open() {
        scene = new Scene(folder.resolve("state"), newKernel());
        scene.apply(Scene.put(A, B));
        assertCounts(Count.NONE, Count.NONE);
        hasCounted("a0", FIVE);
        hasCounted("b0", SEVEN);
        assertCounts(FIVE, SEVEN);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    /** As packets would do it. */
    private void hasCounted(String bridge, Count count) {
        scene.kernel().load("""
                delete element inet virt_nft refused { "BRIDGE" }
                delete counter inet virt_nft refused-BRIDGE
                add counter inet virt_nft refused-BRIDGE { COUNT }
                add element inet virt_nft refused { "BRIDGE" : "refused-BRIDGE" }
                """.replace("BRIDGE", bridge).replace("COUNT", count.toString()));
    }

    private Map<String, Count> counts() {
        return new TreeMap<>(Listed.counts(scene.kernel().table()));
    }

    private void assertCounts(Count a, Count b) {
        assertEquals(Map.of("refused-a0", a, "refused-b0", b), counts());
        assertFalse(scene.apply(Scene.nothing()).rebuilt(), "the table is the one of the state");
        assertEquals(Map.of("refused-a0", a, "refused-b0", b), counts(), "and looking at it changes nothing");
    }

    // ---- Changes --------------------------------------------------------------------------------------------------

    @Test
    void aChangeOfAnotherNetworkAndOfItself() {
        assertFalse(scene.apply(Scene.put(OTHER_B)).rebuilt());
        assertCounts(FIVE, SEVEN);
        scene.apply(Scene.put(B));
        assertCounts(FIVE, SEVEN);
    }

    @Test
    void beingBlockedAndBack() {
        scene.apply(Scene.put(AppliedNetwork.blocked("b", new InterfaceName("b0"), Scene.NOW, "a test says so")));
        assertCounts(FIVE, SEVEN);
        scene.apply(Scene.put(B));
        assertCounts(FIVE, SEVEN);
    }

    @Test
    void aNetworkThatGoesTakesItsCounterWithIt() {
        scene.apply(Scene.remove("b"));
        assertEquals(Map.of("refused-a0", FIVE), counts());
        scene.apply(Scene.put(B));
        assertCounts(FIVE, Count.NONE);
    }

    @Test
    void anotherNetworkOnTheSameBridgeBeginsAnew() {
        assertFalse(scene.apply(Scene.put(NEXT_ON_B0)).rebuilt());
        assertCounts(FIVE, Count.NONE);
    }

    // ---- A new table ----------------------------------------------------------------------------------------------

    @Test
    void aNewMasqueradePortRange() {
        assertTrue(scene.apply(Scene.put(PORTS)).rebuilt());
        assertEquals(Map.of("refused-a0", FIVE, "refused-b0", SEVEN, "refused-d0", Count.NONE), counts());
    }

    @Test
    void rulesThatSomebodyChanged() {
        Vandals.alterRules(scene.kernel());
        assertTrue(scene.apply(Scene.put(OTHER_B)).rebuilt());
        assertCounts(FIVE, SEVEN);
    }

    @Test
    void anotherNetworkOnTheSameBridgeBeginsAnewInANewTableToo() {
        Vandals.alterRules(scene.kernel());
        assertTrue(scene.apply(Scene.put(NEXT_ON_B0)).rebuilt());
        assertCounts(FIVE, Count.NONE);
    }

    @Test
    void aStateThatIsGone() {
        scene.state().forget(new InterfaceName("a0"));
        scene.state().forget(new InterfaceName("b0"));
        assertTrue(scene.apply(Scene.put(A, B)).rebuilt());
        assertCounts(FIVE, SEVEN);
    }

    @Test
    void aCounterThatSomebodyDeletedIsMissedAndComesBack() {
        deleteCounterOfB();
        assertTrue(scene.apply(Scene.nothing()).rebuilt());
        assertCounts(FIVE, Count.NONE);
    }

    /** What the hook does: it looks at its own network alone. */
    @Test
    void aChangeOfTheNetworkWhoseCounterSomebodyDeleted() {
        deleteCounterOfB();
        assertTrue(scene.apply(Scene.put(OTHER_B)).rebuilt());
        assertCounts(FIVE, Count.NONE);
    }

    private void deleteCounterOfB() {
        scene.kernel().nft("delete element inet virt_nft refused { b0 }; delete counter inet virt_nft refused-b0");
    }

    @Test
    void countersOfOthersAreInNobodysWay() {
        scene.kernel().nft("add counter inet virt_nft refused-c0; add counter inet virt_nft theirs");
        assertTrue(scene.rulesInForce());

        scene.apply(Scene.put(nat("c", "c0", "10.5.0.1/24")));
        assertEquals(Map.of("refused-a0", FIVE, "refused-b0", SEVEN, "refused-c0", Count.NONE), counts());
    }

    // ---- The way back ---------------------------------------------------------------------------------------------

    /** After the commit, so that there is something to take back. */
    private void fails(Change change) {
        assertThrows(
                InjectedException.class,
                () -> scene.apply(change, step -> {
                    if (step == Step.CLOSE_JOURNAL) {
                        throw new InjectedException(step);
                    }
                }));
    }

    @Test
    void failedChangesOfElements() {
        fails(Scene.put(OTHER_B));
        assertCounts(FIVE, SEVEN);
        fails(Scene.remove("b"));
        assertCounts(FIVE, SEVEN);
        fails(Scene.put(NEXT_ON_B0));
        assertCounts(FIVE, SEVEN);
    }

    @Test
    void failedChangesThatNeedANewTable() {
        fails(Scene.put(PORTS));
        assertCounts(FIVE, SEVEN);
        fails(Scene.remove("a", "b"));
        assertCounts(FIVE, SEVEN);
        Vandals.alterRules(scene.kernel());
        fails(Scene.put(NEXT_ON_B0));
        assertEquals(Map.of("refused-a0", FIVE, "refused-b0", SEVEN), counts());
    }

    // ---- A process that died --------------------------------------------------------------------------------------

    /** As a death after the commit leaves it: the change is in the kernel, the journal open, and nobody went back. */
    private void dies(Change change) {
        PassingNft dying = new PassingNft(scene.kernel().library()) {
            private boolean committed;

            @Override
            public Answer run(Path script) {
                Answer answer = committed ? new Answer(false, "", "Error: dead") : super.run(script);
                committed = true;
                return answer;
            }
        };
        ChangeException failure = assertThrows(
                ChangeException.class,
                () -> scene.apply(change, dying, step -> {
                    if (step == Step.SAVE_NETWORKS) {
                        throw new InjectedException(step);
                    }
                }));
        assertEquals(ChangeException.Outcome.UNCERTAIN, failure.outcome());
    }

    @Test
    void whatIsCountedUntilTheNextCommandIsNotLost() {
        dies(Scene.put(OTHER_B));
        hasCounted("b0", EIGHT);
        scene.apply(Scene.nothing());
        assertCounts(FIVE, EIGHT);

        dies(Scene.put(PORTS));
        hasCounted("a0", EIGHT);
        scene.apply(Scene.nothing());
        assertCounts(EIGHT, EIGHT);
    }

    @Test
    void theCounterOfANetworkThatWasAlreadyGone() {
        dies(Scene.remove("b"));
        assertEquals(Map.of("refused-a0", FIVE), counts());
        scene.apply(Scene.nothing());
        assertCounts(FIVE, SEVEN);

        dies(Scene.put(NEXT_ON_B0));
        scene.apply(Scene.nothing());
        assertCounts(FIVE, SEVEN);

        dies(Scene.remove("a", "b"));
        assertEquals(Map.of(), counts());
        scene.apply(Scene.nothing());
        assertCounts(FIVE, SEVEN);
    }

    @Test
    void whatIsCountedByATableThatTookTheOneOfSomebodyElsesPlace() {
        Vandals.alterRules(scene.kernel());
        dies(Scene.put(OTHER_B));
        hasCounted("b0", EIGHT);

        assertTrue(scene.apply(Scene.nothing()).rebuilt());
        assertCounts(FIVE, EIGHT);
    }
}
