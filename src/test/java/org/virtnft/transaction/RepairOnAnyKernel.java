package org.virtnft.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.virtnft.kernel.SampleNetworks.isolated;
import static org.virtnft.kernel.SampleNetworks.nat;
import static org.virtnft.kernel.SampleNetworks.route;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.kernel.TestKernel;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.transaction.Scene.Picture;

/** Somebody else changed our table: the next change makes it anew, and nobody has to find out what was changed. */
abstract class RepairOnAnyKernel {

    abstract TestKernel newKernel();

    private static final VirtualNetwork A = nat("a", "a0", "10.1.0.1/24", "fd00:1::1/64");
    private static final VirtualNetwork B = route("b", "b0", "10.2.0.1/24", "10.2.1.1/24");
    private static final VirtualNetwork OTHER_B = isolated("b", "b0", "10.3.0.1/24");

    @TempDir
    Path folder;

    private Scene scene;
    private Picture asApplied;

    @BeforeEach
    void open() {
        scene = new Scene(folder.resolve("state"), newKernel());
        scene.apply(Scene.put(A, B));
        asApplied = scene.picture();
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "insert rule inet virt_nft forward accept",
                "add rule inet virt_nft to_none accept",
                "flush chain inet virt_nft from_none",
                "flush table inet virt_nft",
                "delete table inet virt_nft",
                "flush chain inet virt_nft nat_before; delete chain inet virt_nft nat_before",
                "add chain inet virt_nft theirs",
                "add set inet virt_nft theirs { type mark; }",
                "rename chain inet virt_nft masq mask",
                "add chain inet virt_nft forward { type filter hook forward priority filter; policy drop; }",
                "add table inet virt_nft { flags dormant; }",
            })
    void rulesThatAreNotTheOnesOfTheState(String vandalism) {
        scene.kernel().nft(vandalism);
        assertFalse(scene.rulesInForce(), "it is seen");

        Result result = scene.apply(Scene.nothing());

        assertTrue(result.rebuilt());
        asApplied.assertSame(scene.picture());
    }

    @Test
    void oneRuleWasDeleted() {
        String listing = scene.kernel().nft("-a", "list", "chain", "inet", "virt_nft", "from_none");
        String handle = listing.replaceAll("(?s).*reject[a-z -]* # handle (\\d+).*", "$1");
        scene.kernel().nft("delete rule inet virt_nft from_none handle " + handle);
        assertFalse(scene.rulesInForce(), "it is seen");

        assertTrue(scene.apply(Scene.nothing()).rebuilt());
        asApplied.assertSame(scene.picture());
    }

    @Test
    void oneRuleWasReplaced() {
        String listing = scene.kernel().nft("-a", "list", "chain", "inet", "virt_nft", "from_none");
        String handle = listing.replaceAll("(?s).*reject[a-z -]* # handle (\\d+).*", "$1");
        scene.kernel().nft("replace rule inet virt_nft from_none handle " + handle + " accept");
        assertFalse(scene.rulesInForce(), "it is seen");

        assertTrue(scene.apply(Scene.nothing()).rebuilt());
        asApplied.assertSame(scene.picture());
    }

    @Test
    void theTableWasLoadedAgainFromAListing() {
        String listing = scene.kernel().nft("list", "table", "inet", "virt_nft");
        scene.kernel().load("delete table inet virt_nft\n" + listing);
        assertEquals(asApplied.table(), scene.picture().table());
        assertFalse(scene.rulesInForce(), "a copy is not the table");

        assertTrue(scene.apply(Scene.nothing()).rebuilt());
        asApplied.assertSame(scene.picture());
    }

    @Test
    void theWholeRulesetWasFlushed() {
        scene.kernel().nft("flush ruleset");
        assertFalse(scene.rulesInForce(), "it is seen");

        assertTrue(scene.apply(Scene.nothing()).rebuilt());
        assertEquals(
                asApplied.table(),
                org.virtnft.kernel.TableText.normalised(scene.kernel().table()));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "delete element inet virt_nft from { a0 }",
                "delete element inet virt_nft from { a0 }; add element inet virt_nft from { a0 : jump from_none }",
                "add element inet virt_nft same { a0 . b0 }",
                "add element inet virt_nft uplink { b0 . eth9 }",
                "add element inet virt_nft net4 { z0 . 10.0.0.0/8 }",
                "add element inet virt_nft companion { c0 comment \"not ours, {really}\" }",
                "flush map inet virt_nft nat4",
            })
    void elementsThatAreNotTheOnesOfTheState(String vandalism) {
        scene.kernel().nft(vandalism);
        assertTrue(scene.rulesInForce(), "rules alone do not tell");

        // whoever touches the table, the hook too
        assertTrue(scene.apply(Scene.nothing()).rebuilt());
        asApplied.assertSame(scene.picture());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                // gone, changed or already there: what the change itself is about
                "delete element inet virt_nft from { b0 }",
                "delete element inet virt_nft from { b0 }; add element inet virt_nft from { b0 : jump from_none }",
                "flush set inet virt_nft net4",
                "add element inet virt_nft companion { b0 }",
            })
    void elementsOfTheNetworkThatIsChanged(String vandalism) {
        scene.apply(Scene.put(OTHER_B));
        Picture wanted = scene.picture();
        scene.apply(Scene.put(B));
        scene.kernel().nft(vandalism);

        scene.apply(Scene.put(OTHER_B));

        wanted.assertSame(scene.picture());
    }

    @Test
    void anUnchangedTableIsLeftAlone() {
        assertFalse(scene.apply(Scene.nothing()).rebuilt());
        assertFalse(scene.apply(Scene.put(OTHER_B)).rebuilt());
        assertFalse(scene.apply(Scene.put(B)).rebuilt());
        asApplied.assertSame(scene.picture());
    }

    @Test
    void aFirstChangeThatHasNothingToDo() {
        try (Scene fresh = new Scene(folder.resolve("fresh"), newKernel())) {
            fresh.apply(Scene.remove("a"));
            fresh.apply(Scene.put(A, B));
            assertEquals(
                    asApplied
                            .table()
                            .replace(scene.folder().toString(), fresh.folder().toString()),
                    fresh.picture().table());
            assertTrue(fresh.rulesInForce());
        }
    }

    @Test
    void afterTheLastNetworkTheTableGoes() {
        scene.apply(Scene.remove("a", "b"));
        assertEquals("", scene.kernel().table());
        assertFalse(scene.apply(Scene.nothing()).rebuilt(), "nothing to do");
    }
}
