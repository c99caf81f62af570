package org.virtnft.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.virtnft.kernel.SampleNetworks.nat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.kernel.LibNftables;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;
import org.virtnft.state.StateException;
import org.virtnft.state.Trial;
import org.virtnft.state.Trial.Phase;
import org.virtnft.transaction.Scene.Picture;

/** Going back takes back what was tried, and nothing that others did. */
class TrialsIT {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    private Scene scene;
    private Picture before;
    private long uptime = 1_000;

    @BeforeEach
    void open() {
        scene = new Scene(folder.resolve("state"));
        scene.apply(Scene.put(nat("a", "a0", "10.1.0.1/24"), nat("b", "b0", "10.2.0.1/24")));
        before = scene.picture();
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    void onlyWhatWasTriedGoesBack() {
        begin(put(nat("a", "a0", "10.9.0.1/24")), Scene.remove("b"), put(nat("c", "c0", "10.3.0.1/24")));
        scene.apply(put(nat("d", "d0", "10.4.0.1/24")));

        Trial ended = goBack();

        assertEquals(Phase.BACK, ended.phase());
        assertEquals(
                List.of("a: nat on a0, as before", "b: nat on b0, as before", "c: not applied, as before"),
                ended.said());
        assertEquals(List.of("a", "b", "d"), scene.picture().networks());
        assertSameAfter(Scene.remove("d"));
    }

    @Test
    void aNetworkThatMovedToAnotherBridge() {
        begin(Scene.remove("a"), put(nat("a", "a9", "10.1.0.1/24")));
        goBack();
        assertSameAfter(Scene.nothing());
    }

    @Test
    void aNetworkThatMovedAndWasThenChangedIsNotThereTwice() {
        begin(Scene.remove("a"), put(nat("a", "a9", "10.1.0.1/24")));
        scene.apply(put(nat("a", "a9", "10.7.0.1/24")));

        assertEquals(List.of("a: changed by something else meanwhile, stays so"), goBack().said());

        assertEquals(
                List.of("a", "b"), scene.picture().networks().stream().sorted().toList());
        assertTrue(scene.namespace().table().contains("10.7.0.0/24"));
    }

    @Test
    void whatMovedAndWhoseFormerBridgeIsAnothersNowIsNotSaidToBeAsBefore() {
        begin(Scene.remove("a"), put(nat("a", "a9", "10.1.0.1/24")));
        scene.apply(put(nat("heir", "a0", "10.7.0.1/24")));

        assertEquals(
                List.of(
                        "heir: changed by something else meanwhile, stays so",
                        "a: cannot be as before, for something else took its place meanwhile: run 'virt-nft apply --all'"),
                goBack().said());
    }

    /** Nothing but ours protects an owner network: it is not left open because another has its addresses now. */
    @Test
    void whatCannotComeBackIsBlockedWhenNothingElseProtectsIt() {
        scene.apply(Scene.put(owner("a", "a0", "10.1.0.1/24")));
        begin(Scene.remove("a"), Scene.remove("b"));
        scene.apply(put(nat("thief", "t0", "10.1.0.1/24")));

        Trial ended = goBack();

        assertEquals(
                List.of(
                        "a: cannot be as before, for something else took its place meanwhile: run 'virt-nft apply --all'",
                        "b: nat on b0, as before"),
                ended.said());
        assertEquals("blocked", applied("a0").orElseThrow().enforced().word());
        assertEquals("thief", applied("t0").orElseThrow().name());
        assertEquals("b", applied("b0").orElseThrow().name());
    }

    @Test
    void aChangeThatDiedHalfwayIsNoReasonNotToGoBack() {
        trials(trials -> trials.begin("one"));
        assertThrows(
                InjectedException.class,
                () -> scene.apply(trials().recorded("one", MINUTE, put(nat("c", "c0", "10.3.0.1/24"))), step -> {
                    if (step == Step.COMMIT) {
                        throw new InjectedException(step);
                    }
                }));

        assertEquals(List.of("c: not applied, as before"), goBack().said());
        assertSameAfter(Scene.nothing());
    }

    /** The way of a journal: the kernel has the change, its process was killed before it could write that down. */
    @Test
    void whatIsAsBeforeAlreadyIsToldLikeWhatGoesBack() {
        begin(put(nat("a", "a0", "10.9.0.1/24")), Scene.remove("b"), put(nat("c", "c0", "10.3.0.1/24")));
        scene.apply(Scene.remove("c"));
        scene.apply(Scene.put(nat("a", "a0", "10.1.0.1/24"), nat("b", "b0", "10.2.0.1/24")));

        assertEquals(
                List.of("a: nat on a0, as before", "b: nat on b0, as before", "c: not applied, as before"),
                goBack().said());
        assertSameAfter(Scene.nothing());
    }

    @Test
    void goingBackTwiceDoesNothing() {
        begin(Scene.remove("a"));
        Trial ended = goBack();
        scene.apply(Scene.remove("b"));

        assertEquals(ended, goBack());
        assertEquals(List.of("a"), scene.picture().networks());
    }

    @Test
    void whatIsConfirmedDoesNotGoBack() {
        begin(Scene.remove("a"));
        assertEquals(Phase.CONFIRMED, trials(trials -> trials.confirm("one")).phase());

        assertEquals(Phase.CONFIRMED, goBack().phase());
        assertEquals(List.of("b"), scene.picture().networks());
    }

    @Test
    void whatIsNotAppliedCannotBeConfirmedAndWhatEndedCannotBeApplied() {
        trials(trials -> trials.begin("one"));
        assertThrows(StateException.class, () -> trials(trials -> trials.confirm("one")));

        goBack();
        assertThrows(StateException.class, () -> scene.apply(trials().recorded("one", MINUTE, Scene.remove("a"))));
        assertSameAfter(Scene.nothing());
    }

    @Test
    void oneThatDiedBeforeItChangedAnythingIsInNobodysWay() {
        assertEquals("one", trials(trials -> trials.begin("one")).id());
        assertEquals("one", trials(trials -> trials.begin("two")).id(), "it may still be starting");
        uptime += Duration.ofMinutes(2).toMillis();
        assertEquals("two", trials(trials -> trials.begin("two")).id());
    }

    @Test
    void oneThatIsAppliedStaysUntilSomebodyEndsIt() {
        begin(Scene.remove("a"));
        assertEquals(MINUTE, trials(trials -> trials.left(trials.get("one"))));
        uptime += Duration.ofDays(1).toMillis();
        assertEquals("one", trials(trials -> trials.begin("two")).id());
        trials(trials -> {
            trials.stuck("one", "the kernel does not answer");
            return trials;
        });
        assertEquals("one", trials(trials -> trials.begin("two")).id());
        goBack();
        assertSameAfter(Scene.nothing());
    }

    // ---- the pieces ------------------------------------------------------------------------------------------------

    private Trials trials() {
        return new Trials(
                scene.state(),
                scene.applier(new LibNftables(), StepListener.NONE),
                () -> uptime,
                Duration.ofSeconds(5));
    }

    private <T> T trials(Function<Trials, T> use) {
        return scene.namespace().inside(() -> use.apply(trials()));
    }

    private Trial goBack() {
        return trials(trials -> trials.goBack("one"));
    }

    private void begin(Change... changes) {
        trials(trials -> trials.begin("one"));
        scene.apply(trials().recorded("one", MINUTE, snapshot -> {
            Snapshot after = snapshot;
            for (Change change : changes) {
                after = change.after(after);
            }
            return after;
        }));
    }

    /** Applied at another time than what the scene applies: by something else. */
    private Change put(VirtualNetwork network) {
        Instant later = Scene.NOW.plusSeconds(++uptime);
        return Scene.put(AppliedNetwork.of(network, Source.FILE, later, "", "", List.of()));
    }

    private static AppliedNetwork owner(String name, String bridge, String address) {
        VirtualNetwork companion = nat(name, bridge, address);
        return Scene.applied(
                new VirtualNetwork(name, companion.bridge(), Shape.OWNER, companion.forward(), companion.addresses()));
    }

    private Optional<AppliedNetwork> applied(String bridge) {
        return Optional.ofNullable(scene.state().read().networks().get(new InterfaceName(bridge)));
    }

    private void assertSameAfter(Change last) {
        scene.apply(last);
        Picture now = scene.picture();
        now.files().remove("try");
        before.assertSame(now);
    }
}
