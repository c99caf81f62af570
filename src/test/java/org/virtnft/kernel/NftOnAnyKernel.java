package org.virtnft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.NetworkElements;
import org.virtnft.ruleset.Pieces;
import org.virtnft.ruleset.Script;
import org.virtnft.ruleset.Template;

/** What nft takes, refuses and lists of scripts like ours: what transactions count on. */
abstract class NftOnAnyKernel {

    private static final Template TEMPLATE = Template.load();

    @TempDir
    Path folder;

    private TestKernel kernel;

    abstract TestKernel newKernel();

    @BeforeEach
    void aTableWithEverything() {
        kernel = newKernel();
        List<Element> elements = SampleNetworks.everything().stream()
                .flatMap(network -> NetworkElements.of(network).elements().stream())
                .toList();
        Nft.Answer answer = run(new Script(TEMPLATE)
                .removeTable()
                .table("a comment")
                .addPieces(Pieces.standing(elements))
                .createPieces(Pieces.comingWith(elements))
                .create(elements)
                .toString());
        assertTrue(answer.ok(), answer.errors());
    }

    @AfterEach
    void close() {
        kernel.close();
    }

    private Path file(String script) {
        try {
            return Files.writeString(folder.resolve("script.nft"), script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Nft.Answer run(String script) {
        Path file = file(script);
        return kernel.inside(() -> kernel.library().run(file));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "create element T from { \"ev0\" : jump from_any } | File exists",
                "add element T from { \"ev0\" : jump from_none } | File exists",
                "create element T net4 { \"ev0\" . 10.200.0.0/24 } | File exists",
                "create element T net4 { \"ev0\" . 10.200.0.128/25 } | File exists",
                "delete element T from { \"x0\" } | No such file",
                "delete element T net4 { \"ev0\" . 10.201.0.0/25 } | No such file",
                "create element T nowhere { \"x0\" } | No such file",
                "create element T from { \"x0\" : jump nowhere } | No such file",
                "create element T refused { \"x0\" : \"nothing\" } | No such file",
                "create counter T refused-ev0 | File exists",
                "delete counter T refused-ev0 | busy",
                "delete counter T nothing | No such file",
                "delete chain T from_any | busy",
                "delete chain T masq-2000-60000 | busy",
                "delete chain T nowhere | No such file",
                "create chain T forward | File exists",
                "add rule T nowhere accept | No such file",
                "add rule T forward jump nowhere | ",
                "add rule T forward iifname @nowhere accept | No such file",
                "delete set T net4 | busy",
                "delete table inet nothing | No such file",
                "create element T from { } | syntax error",
                "create element T net4 { \"x0\" . 10.0.0.0/33 } | ",
                "create element T net4 { \"x0\" } | ",
                "create element T host4 { 10.0.0.0/24 : goto masq } | ",
                "create element T companion { \"a name that is far too long\" } | ",
                "nonsense T | syntax error",
            })
    void refusesAScriptByTheLineAndDoesNothingOfIt(String command, String why) {
        String before = kernel.table();
        String script = "add element T companion { \"x9\" }\n\n" + command + "\n";

        Nft.Answer answer = run(script.replace(" T ", " inet virt_nft "));

        assertFalse(answer.ok());
        NftMessage message = NftMessage.parse(answer.errors()).get(0);
        assertEquals(3, message.line(), answer.errors());
        assertTrue(message.text().contains(why == null ? "" : why), answer.errors());
        assertEquals(before, kernel.table());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "add element T from { \"ev0\" : jump from_any }",
                // the interval that holds it goes
                "delete element T net4 { \"ev0\" . 10.200.0.0/25 }; create element T net4 { \"ev0\" . 10.200.0.0/24 }",
                // of another bridge, and beside the other
                "create element T net4 { \"x0\" . 10.200.0.0/24, \"ev0\" . 10.200.1.0/24 }",
                "create element T companion { x0 comment \"theirs\" }",
                "add counter T refused-ev0",
                "delete element T refused { \"ev0\" }; delete counter T refused-ev0",
                "add chain T forward",
                "add chain T theirs; delete chain T theirs",
                "flush chain T from_none",
                "table inet virt_nft; delete table inet virt_nft; table inet virt_nft",
            })
    void takesWhatIsPossible(String script) {
        Nft.Answer answer = run(script.replace(" T ", " inet virt_nft ") + "\n");
        assertTrue(answer.ok(), answer.errors());
    }

    @Test
    void tryingOutChangesNothing() {
        String before = kernel.table();
        Path file = file("add element inet virt_nft companion { \"x9\" }\n");
        assertTrue(kernel.inside(() -> kernel.library().tryOut(file)).ok());
        assertEquals(before, kernel.table());
        Path bad = file("delete element inet virt_nft companion { \"x9\" }\n");
        assertFalse(kernel.inside(() -> kernel.library().tryOut(bad)).ok());
    }

    @Test
    void listsWhatItWasGiven() {
        Set<String> given = new TreeSet<>();
        for (VirtualNetwork network : SampleNetworks.everything()) {
            NetworkElements.of(network)
                    .elements()
                    .forEach(element -> given.add(element.set() + " " + element.canonical()));
        }
        String listing =
                kernel.inside(() -> kernel.library().list(TEMPLATE.table())).output();

        Set<String> found = new TreeSet<>();
        Listed.elements(listing).forEach((set, each) -> each.forEach(element -> found.add(set + " " + element)));
        assertEquals(given, found);
        assertEquals("a comment", Listing.comment(listing));
        Set<String> titles = Listing.parts(listing).titles();
        assertTrue(
                titles.containsAll(Set.of("chain masq-2000-60000", "chain forward", "counter refused-ev0", "map from")),
                titles.toString());
        assertEquals(7, Listed.counts(listing).size());
    }

    /** The way back from a table that somebody altered is its listing. */
    @Test
    void takesItsOwnListing() {
        kernel.load(
                "add element inet virt_nft companion { x0 comment \"theirs\" }; insert rule inet virt_nft forward accept");
        String listing =
                kernel.inside(() -> kernel.library().list(TEMPLATE.table())).output();

        Nft.Answer answer =
                run(new Script(TEMPLATE).removeTable().verbatim(listing).toString());

        assertTrue(answer.ok(), answer.errors());
        String again =
                kernel.inside(() -> kernel.library().list(TEMPLATE.table())).output();
        assertEquals(TableText.normalised(listing), TableText.normalised(again));
        assertFalse(Listed.fingerprint(listing).equals(Listed.fingerprint(again)), "another table");
    }

    @Test
    void answersByTheKeyWithTheElementThatHoldsIt() {
        Nft.Answer answer = kernel.inside(() -> kernel.library().ask("""
                get element inet virt_nft from { "ev0" }
                get element inet virt_nft net4 { "ev0" . 10.200.0.0/25 }
                """));

        assertTrue(answer.ok(), answer.errors());
        assertEquals(
                Set.of("\"ev0\" : jump from_any"),
                Listed.elements(answer.output()).get("from"));
        assertEquals(
                Set.of("\"ev0\" . 10.200.0.0-10.200.0.255"),
                Listed.elements(answer.output()).get("net4"));
        assertFalse(kernel.inside(() -> kernel.library().ask("get element inet virt_nft from { \"x0\" }"))
                .ok());
    }

    @Test
    void saysThatThereIsNoTable() {
        kernel.nft("delete table inet virt_nft");
        Nft.Answer answer = kernel.inside(() -> kernel.library().list(TEMPLATE.table()));
        assertFalse(answer.ok());
        assertTrue(answer.errors().contains("No such file or directory"), answer.errors());
    }
}
