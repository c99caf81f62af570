package org.virtnft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.NetworkElements;
import org.virtnft.ruleset.Pieces;
import org.virtnft.ruleset.Script;
import org.virtnft.ruleset.Template;

/** What we read of the kernel's own listings: the elements are those that we wrote, whatever form nft gives them. */
class ListingIT {

    @TempDir
    Path folder;

    private final Template template = Template.load();
    private TestNamespace namespace;

    @BeforeEach
    void open() {
        namespace = TestNamespace.create();
    }

    @AfterEach
    void close() {
        namespace.close();
    }

    private Nft.Answer run(Script script) throws Exception {
        Path file = Files.writeString(folder.resolve("script.nft"), script.toString());
        Nft.Answer answer = namespace.inside(() -> new LibNftables().run(file));
        assertTrue(answer.ok(), answer.errors());
        return answer;
    }

    private Nft.Answer ask(String commands) {
        return namespace.inside(() -> new LibNftables().ask(commands));
    }

    private static List<Element> elements(List<VirtualNetwork> networks) {
        List<Element> all = new ArrayList<>();
        networks.forEach(network -> all.addAll(NetworkElements.of(network).elements()));
        return all;
    }

    private void load(List<VirtualNetwork> networks) throws Exception {
        run(new Script(template)
                .removeTable()
                .table()
                .addPieces(Pieces.standing(elements(networks)))
                .createPieces(Pieces.comingWith(elements(networks)))
                .create(elements(networks)));
    }

    /** By set, as {@link Listing#elements} gives them; every set of the template. */
    private Map<String, Set<String>> expected(List<Element> elements, boolean alsoEmptySets) {
        Map<String, Set<String>> bySet = new LinkedHashMap<>();
        template.sets().forEach(set -> bySet.put(set, new HashSet<>()));
        elements.forEach(element -> bySet.get(element.set()).add(element.canonical()));
        if (!alsoEmptySets) {
            bySet.values().removeIf(Set::isEmpty);
        }
        return bySet;
    }

    @Test
    void everySetAndMapOfTheTemplateIsReadBack() throws Exception {
        List<VirtualNetwork> networks = SampleNetworks.everything();
        load(networks);
        List<Element> all = elements(networks);

        Map<String, Set<String>> found =
                Listed.elements(ask("list table " + template.table()).output());

        assertEquals(expected(all, true), found);
        found.forEach((set, members) -> assertFalse(members.isEmpty(), () -> "no network uses " + set));
        // as after a change of one network: by its keys alone
        for (VirtualNetwork network : networks) {
            List<Element> own = NetworkElements.of(network).elements();
            Nft.Answer answer = ask(new Script(template).get(own).toString());
            assertTrue(answer.ok(), answer.errors());
            assertEquals(expected(own, false), Listed.elements(answer.output()));
        }
    }

    @Test
    void anElementThatIsNotThereIsNotAnswered() throws Exception {
        List<VirtualNetwork> networks = SampleNetworks.everything();
        load(networks);
        List<Element> own = NetworkElements.of(networks.get(0)).elements();
        namespace.nft("delete element inet virt_nft net4 { ev0 . 10.200.0.0/24 }");

        Nft.Answer answer = ask(new Script(template).get(own).toString());

        Element gone = own.stream()
                .filter(element -> element.set().equals("net4"))
                .findFirst()
                .orElseThrow();
        Map<String, Set<String>> found = Listed.elements(answer.output());
        assertFalse(found.getOrDefault("net4", Set.of()).contains(gone.canonical()));
    }

    @Test
    void aWiderIntervalIsAnotherElement() throws Exception {
        VirtualNetwork narrow = SampleNetworks.nat("narrow", "w0", "10.1.0.1/24");
        load(List.of(SampleNetworks.nat("wide", "w0", "10.1.0.1/16")));

        // the kernel answers with the interval that covers a key
        Nft.Answer answer = ask("get element inet virt_nft net4 { \"w0\" . 10.1.0.0/24 }");

        Element asked = NetworkElements.of(narrow).elements().stream()
                .filter(element -> element.set().equals("net4"))
                .findFirst()
                .orElseThrow();
        assertFalse(
                Listed.elements(answer.output()).getOrDefault("net4", Set.of()).contains(asked.canonical()),
                answer.output());
    }

    @Test
    void manyElementsAreWrappedOverLines() throws Exception {
        List<VirtualNetwork> networks = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            networks.add(
                    SampleNetworks.nat("network " + i, "virbr" + i, "10." + i + ".0.1/24", "fd00:" + i + "::1/64"));
        }
        load(networks);
        String listing = ask("list table " + template.table()).output();
        assertTrue(listing.contains(",\n"), "nft wraps");

        assertEquals(expected(elements(networks), true), Listed.elements(listing));
    }

    @Test
    void randomNetworks() throws Exception {
        long seed = Long.getLong("virtnft.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 10; round++) {
            List<VirtualNetwork> networks = new ArrayList<>();
            for (int i = 0; i < 25; i++) {
                networks.add(SampleNetworks.random(random, i));
            }
            try {
                load(networks);
                String listing = ask("list table " + template.table()).output();
                assertEquals(expected(elements(networks), true), Listed.elements(listing));
                List<Element> own = NetworkElements.of(networks.get(0)).elements();
                String got = ask(new Script(template).get(own).toString()).output();
                assertEquals(expected(own, false), Listed.elements(got));
                loadsAgain(listing);
            } catch (AssertionError e) {
                throw new AssertionError("with -Dvirtnft.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /** The way back from a table that somebody altered is its listing. */
    private void loadsAgain(String listing) throws Exception {
        run(new Script(template).removeTable().verbatim(listing));
        assertEquals(
                TableText.normalised(listing),
                TableText.normalised(ask("list table " + template.table()).output()));
    }

    @Test
    void theFingerprintIsTheSameUntilSomethingChanges() throws Exception {
        load(SampleNetworks.everything());
        String before = fingerprint();
        namespace.nft("delete element inet virt_nft companion { ev0 }");
        namespace.nft("add element inet virt_nft companion { x0 }");
        assertEquals(before, fingerprint(), "elements have no part in it");

        load(SampleNetworks.everything());
        assertNotEquals(before, fingerprint(), "the same rules again are others");
    }

    private String fingerprint() {
        Nft.Answer answer = namespace.inside(() -> new LibNftables().list(template.table()));
        assertTrue(answer.ok(), answer.errors());
        return Listed.fingerprint(answer.output());
    }
}
