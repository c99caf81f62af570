package org.virtnft.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.kernel.SampleNetworks;
import org.virtnft.kernel.TestKernel;
import org.virtnft.ruleset.Translation;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.transaction.BridgeHolders.Claimant;
import org.virtnft.transaction.Scene.Picture;

/** Whatever a change was, its inverse brings the table back. */
abstract class InverseOnAnyKernel {

    abstract TestKernel newKernel();

    private static final int CHANGES = 25;

    @TempDir
    Path folder;

    @Test
    void theInverseOfARandomChangeRestoresTheTable() {
        long seed = Long.getLong("virtnft.seed", System.nanoTime());
        Random random = new Random(seed);
        try (Scene scene = new Scene(folder.resolve("state"), newKernel())) {
            for (int i = 0; i < CHANGES; i++) {
                Change change = randomChange(random);
                Picture before = scene.picture();
                assertThrows(
                        InjectedException.class,
                        () -> scene.apply(change, step -> {
                            if (step == Step.CLOSE_JOURNAL) {
                                throw new InjectedException(step);
                            }
                        }));
                before.assertSame(scene.picture());

                String table = scene.kernel().table();
                Result result = scene.apply(change);
                assertEquals(result.after().networks(), scene.state().read().networks());
                assertEquals(
                        needsNewTable(result, table), result.rebuilt(), "made anew when it must be, and only then");
                assertFalse(scene.apply(Scene.nothing()).rebuilt(), "element by element");
            }
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("with -Dvirtnft.seed=" + seed + ": " + e.getMessage(), e);
        }
    }

    private static boolean needsNewTable(Result result, String before) {
        boolean none = result.before().networks().isEmpty();
        boolean noneLeft = result.after().networks().isEmpty();
        boolean newRange = Translated.of(
                        Translation.own(), result.after().networks().values())
                .standing()
                .stream()
                .anyMatch(piece -> !before.contains(piece.title() + " {"));
        return none ? !noneLeft : noneLeft || newRange;
    }

    /** Some networks come, some change, some go. */
    private static Change randomChange(Random random) {
        List<AppliedNetwork> come = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            int number = random.nextInt(8);
            come.removeIf(other -> other.name().equals("network " + number));
            come.add(Scene.applied(SampleNetworks.random(random, number)));
        }
        int gone = random.nextInt(4);
        boolean all = random.nextInt(10) == 0;
        return before -> {
            BridgeHolders holders = BridgeHolders.of(before);
            holders.leave(network -> all || network.name().equals("network " + gone));
            come.forEach(network -> holders.take(network, Claimant.RUNNING));
            return holders.after();
        };
    }
}
