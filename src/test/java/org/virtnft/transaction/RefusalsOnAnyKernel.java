package org.virtnft.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.virtnft.kernel.SampleNetworks.nat;
import static org.virtnft.kernel.SampleNetworks.natWithPorts;
import static org.virtnft.kernel.SampleNetworks.route;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.kernel.NetworkNamespace;
import org.virtnft.kernel.Nft;
import org.virtnft.kernel.PassingNft;
import org.virtnft.kernel.TestKernel;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.NetworkElements;
import org.virtnft.ruleset.Origin;
import org.virtnft.ruleset.Ruleset;
import org.virtnft.ruleset.Template;
import org.virtnft.ruleset.Translation;
import org.virtnft.state.StateDirectory;
import org.virtnft.state.StateException;
import org.virtnft.transaction.ChangeException.Outcome;
import org.virtnft.transaction.Scene.Picture;

/** What the kernel, nft or the disk refuse: an error about the network and its element, and nothing changed. */
abstract class RefusalsOnAnyKernel {

    abstract TestKernel newKernel();

    private static final VirtualNetwork A = nat("a", "a0", "10.1.0.1/24");
    private static final VirtualNetwork B = route("b", "b0", "10.2.0.1/24");
    private static final VirtualNetwork BAD = natWithPorts("bad", "bad0", new PortRange(2000, 3000), "10.9.0.1/24");

    @TempDir
    Path folder;

    private Scene scene;

    @BeforeEach
    void open() {
        scene = new Scene(folder.resolve("state"), newKernel());
    }

    @AfterEach
    void close() {
        scene.close();
    }

    /** From which state a refused change starts, and so by which way it goes. */
    enum Way {
        FIRST {
            @Override
            void prepare(Scene scene) {}
        },
        ELEMENTS {
            @Override
            void prepare(Scene scene) {
                scene.apply(Scene.put(A, B));
                // the chain of the port range is there already
                scene.apply(Scene.put(BAD));
                scene.apply(Scene.remove("bad"));
            }
        },
        REBUILD {
            @Override
            void prepare(Scene scene) {
                scene.apply(Scene.put(A, B));
                Vandals.alterRules(scene.kernel());
            }
        };

        abstract void prepare(Scene scene);
    }

    @ParameterizedTest
    @EnumSource
    void theKernelRefusesTheLastLineOfTheTransaction(Way way) {
        way.prepare(scene);
        Picture before = scene.picture();
        // two values for one key of the template's last map: nft finds nothing wrong, the kernel does
        Element first = Element.read("host_pool4_ports", "10.9.0.1", "198.51.100.7 . 1-2", from("<ip>"));
        Element last = Element.read("host_pool4_ports", "10.9.0.1", "198.51.100.8 . 1-2", from("<last>"));

        ChangeException refusal = refused(elements -> {
            elements.add(first);
            elements.add(last);
            return elements;
        });

        assertEquals(
                List.of("network 'bad', <last>: nftables refuses it: Could not process rule: File exists"),
                refusal.messages());
        before.assertSame(scene.picture());
        theNextChangeWorks();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "\"bad0\" . 10.9.0.0/33",
                "\"bad0\" . 10.9.0.0/24 }; flush ruleset; add element inet virt_nft x { 1",
                "\"bad0\" . $undefined",
                "\"bad0",
                "}",
                "",
                "include \"/etc/passwd\"",
                "\"a name that is far too long\" . 10.9.0.0/24",
                "10.9.0.0/24 . \"bad0\"",
                "\"bad0\" . 10.9.0.255-10.9.0.0",
            })
    void anElementCorruptedAfterValidation(String nonsense) {
        scene.apply(Scene.put(A, B));
        Picture before = scene.picture();

        ChangeException refusal = refused(elements -> {
            elements.replaceAll(element ->
                    element.set().equals("net4") ? Element.read("net4", nonsense, "", element.origin()) : element);
            return elements;
        });

        String message = refusal.messages().get(0);
        assertTrue(
                message.startsWith("network 'bad', <ip address='10.9.0.1' prefix='24'>: nftables refuses it: "),
                message);
        assertEquals(Set.of("bad"), refusal.networks());
        before.assertSame(scene.picture());
        theNextChangeWorks();
    }

    @Test
    void everyOneOfSeveralCorruptedElementsIsTold() {
        scene.apply(Scene.put(A));

        ChangeException refusal = refused(elements -> {
            elements.replaceAll(element -> element.set().startsWith("host")
                    ? Element.read(element.set(), "10.9.0.0.1", element.entry().dataText(), element.origin())
                    : element);
            return elements;
        });

        assertTrue(refusal.messages().size() >= 1);
        refusal.messages()
                .forEach(message -> assertTrue(message.startsWith("network 'bad', <ip address='10.9.0.1'>"), message));
    }

    @Test
    void twoNetworksOnOneAddressAreBothNamed() {
        scene.apply(Scene.put(A, B));
        Picture before = scene.picture();

        ChangeException conflict =
                assertThrows(ChangeException.class, () -> scene.apply(Scene.put(nat("rival", "r0", "10.1.0.1/16"))));

        assertEquals(Outcome.CONFLICT, conflict.outcome());
        assertEquals(
                "network 'rival', <ip address='10.1.0.1'>: network 'a', <ip address='10.1.0.1'> is the same;"
                        + " two networks cannot share it",
                conflict.messages().get(0));
        assertEquals(Set.of("rival"), conflict.networks());
        before.assertSame(scene.picture());
    }

    @Test
    void theKernelForgetsAnElementThatItWasGiven() {
        scene.apply(Scene.put(A));
        Picture before = scene.picture();
        Nft forgetful = new PassingNft(scene.kernel().library()) {
            @Override
            public Answer ask(String commands) {
                Answer answer = super.ask(commands);
                return new Answer(answer.ok(), answer.output().replace("10.2.0.0/24", "10.2.0.0/25"), answer.errors());
            }
        };

        ChangeException failure =
                assertThrows(ChangeException.class, () -> scene.apply(Scene.put(B), forgetful, StepListener.NONE));

        assertEquals(Outcome.UNCHANGED, failure.outcome());
        assertEquals(
                "network 'b', <ip address='10.2.0.1' prefix='24'>: the kernel does not hold net4 { \"b0\" . 10.2.0.0/24 }"
                        + " after the transaction",
                failure.messages().get(0));
        before.assertSame(scene.picture());
        theNextChangeWorks();
    }

    @Test
    void aFileThatCannotBeWrittenTakesTheKernelBackToo() throws Exception {
        scene.apply(Scene.put(A));
        Picture before = scene.picture();
        Path obstacle = Files.createDirectories(scene.folder().resolve("networks/b0+new/x"));

        assertThrows(StateException.class, () -> scene.apply(Scene.put(B)));

        before.assertSame(scene.picture());
        Files.delete(obstacle);
        Files.delete(obstacle.getParent());
        theNextChangeWorks();
    }

    @Test
    void aTableOfAnotherStateDirectoryIsLeftAlone() {
        scene.apply(Scene.put(A));
        Picture before = scene.picture();
        StateDirectory other = new StateDirectory(folder.resolve("other"));
        Applier applier = scene.applier(other, scene.kernel().library(), StepListener.NONE, Ruleset.own());

        for (Change change : List.of(Scene.put(B), Scene.nothing(), Scene.remove("a"))) {
            StateException refusal =
                    assertThrows(StateException.class, () -> scene.kernel().inside(() -> applier.apply(change)));
            assertEquals(
                    "the table inet virt_nft in this network namespace is kept by the state in " + scene.folder()
                            + ", not in " + other.path() + ": say --state-dir " + scene.folder()
                            + ", or take that table out first ('virt-nft remove --all --state-dir " + scene.folder()
                            + "')",
                    refusal.getMessage());
            before.assertSame(scene.picture());
        }
        assertThrows(
                StateException.class,
                () -> scene.kernel().inside(() -> applier.dryRun().of(Scene.put(B))));
        assertThrows(
                StateException.class,
                () -> scene.kernel().inside(() -> applier.survey().observe(other::read)));
    }

    /** Whoever goes back would delete the table that is there now. */
    @Test
    void theWayBackOfAnInterruptedChangeLeavesATableOfAnotherStateDirectoryAlone() {
        scene.apply(Scene.put(A));
        String here = scene.kernel().inside(NetworkNamespace::current);
        scene.state().journal().begin(here, List.of(), Optional.of("delete table inet virt_nft\n"), Map.of());
        scene.kernel().nft("delete table inet virt_nft; add table inet virt_nft { comment \"" + folder + "\"; }");

        assertThrows(StateException.class, () -> scene.apply(Scene.nothing()));

        assertTrue(scene.kernel().table().contains(folder.toString()));
    }

    @Test
    void aTableThatDoesNotSayWhoseItIsIsForTheDefaultDirectoryAlone() {
        scene.kernel().nft("add table inet virt_nft; add set inet virt_nft x { type mark; }");
        String table = scene.kernel().table();

        StateException refusal = assertThrows(StateException.class, () -> scene.apply(Scene.put(A)));

        assertEquals(
                "the table inet virt_nft in this network namespace does not say whose it is, so only the state in"
                        + " /run/virt-nft may change it: go without --state-dir, or take it out by 'nft delete table inet"
                        + " virt_nft'",
                refusal.getMessage());
        assertEquals(table, scene.kernel().table());
        scene.kernel().nft("delete table inet virt_nft");
        assertEquals("", scene.kernel().table());
        scene.apply(Scene.put(A));
    }

    @Test
    void theWayBackFailsToo() {
        scene.apply(Scene.put(A));
        Picture before = scene.picture();
        Nft breaking = new PassingNft(scene.kernel().library()) {
            private int runs;

            @Override
            public Answer run(Path script) {
                return ++runs == 1 ? super.run(script) : new Answer(false, "", "Error: no");
            }
        };

        ChangeException failure =
                assertThrows(ChangeException.class, () -> scene.apply(Scene.put(B), breaking, failAt(Step.SAVE_TABLE)));

        assertEquals(Outcome.UNCERTAIN, failure.outcome());
        // what failed first, for that has to be mended, and what failed then
        assertEquals(
                List.of("injected at SAVE_TABLE; and the way back failed too (nftables: nftables refuses it: no):"
                        + " run 'virt-nft apply --all'"),
                failure.messages());
        // and whatever runs next goes back first
        scene.apply(Scene.nothing());
        before.assertSame(scene.picture());
    }

    @Test
    void tryingOutAsksTheKernelAndChangesNothing() {
        scene.apply(Scene.put(A));
        Picture before = scene.picture();

        Result result = scene.kernel().inside(() -> scene.applier().dryRun().of(Scene.put(B)));

        assertTrue(result.script().contains("create element inet virt_nft"), result.script());
        before.assertSame(scene.picture());
        assertThrows(
                DryRunException.class,
                () -> scene.kernel()
                        .inside(() -> scene.applier(
                                        scene.kernel().library(), StepListener.NONE, corrupting(elements -> {
                                            elements.add(Element.read("from", "}", "", from("<bridge>")));
                                            return elements;
                                        }))
                                .dryRun()
                                .of(Scene.put(BAD))));
        before.assertSame(scene.picture());
    }

    private static StepListener failAt(Step at) {
        return step -> {
            if (step == at) {
                throw new InjectedException(step);
            }
        };
    }

    private static Origin from(String element) {
        return new Origin("bad", element);
    }

    private ChangeException refused(Function<List<Element>, List<Element>> corruption) {
        ChangeException refusal =
                assertThrows(ChangeException.class, () -> scene.apply(Scene.put(BAD), corrupting(corruption)));
        assertEquals(Outcome.UNCHANGED, refusal.outcome());
        return refusal;
    }

    /** A program that gets the elements of one network wrong. */
    private static Ruleset corrupting(Function<List<Element>, List<Element>> corruption) {
        return new Ruleset(Template.load(), networks -> {
            NavigableMap<InterfaceName, NetworkElements> all =
                    new TreeMap<>(Translation.own().of(networks));
            all.computeIfPresent(
                    BAD.bridge(),
                    (bridge, valid) -> new NetworkElements(corruption.apply(new ArrayList<>(valid.elements()))));
            return all;
        });
    }

    private void theNextChangeWorks() {
        scene.apply(Scene.put(BAD));
        assertTrue(scene.rulesInForce());
        assertTrue(scene.picture().networks().contains("bad"));
    }
}
