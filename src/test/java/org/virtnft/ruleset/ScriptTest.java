package org.virtnft.ruleset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.virtnft.network.PortRange;

/** A script has an element on a line, and knows of each where it came from: nft says which line it refuses. */
class ScriptTest {

    private static final Template TEMPLATE = Template.load();

    private static final Origin BRIDGE = new Origin("n", "<bridge name='b'>");
    private static final Origin FIRST_IP = new Origin("n", "<ip address='10.1.0.1' prefix='24'>");
    private static final Origin SECOND_IP = new Origin("n", "<ip address='10.2.0.1' prefix='24'>");

    private static final List<Element> ELEMENTS = List.of(
            Element.read("net4", "\"b\" . 10.1.0.0/24", "", FIRST_IP),
            Element.read("from", "\"b\"", "jump from_any", BRIDGE),
            Element.read("net4", "\"b\" . 10.2.0.0/24", "", SECOND_IP));

    @Test
    void hasItsSetsInTheTemplatesOrder() {
        assertEquals("""
                add element inet virt_nft from { "b" : jump from_any }
                add element inet virt_nft net4 {
                	"b" . 10.1.0.0/24,
                	"b" . 10.2.0.0/24
                }
                """, new Script(TEMPLATE).add(ELEMENTS).toString());
    }

    @Test
    void createsWhatMustNotBeThere() {
        assertTrue(new Script(TEMPLATE)
                .create(ELEMENTS)
                .toString()
                .startsWith("create element inet virt_nft from { \"b\" : jump from_any }\n"));
    }

    /** An element whose verdict somebody changed is ours all the same. */
    @Test
    void deletesAndAsksByKeyAlone() {
        assertEquals("""
                delete element inet virt_nft from { "b" }
                delete element inet virt_nft net4 {
                	"b" . 10.1.0.0/24,
                	"b" . 10.2.0.0/24
                }
                """, new Script(TEMPLATE).delete(ELEMENTS).toString());
        assertTrue(
                new Script(TEMPLATE).get(ELEMENTS).toString().startsWith("get element inet virt_nft from { \"b\" }\n"));
    }

    private static final List<Element> COUNTED = List.of(
            Element.read("from", "\"b\"", "jump from_any", BRIDGE),
            Element.read("refused", "\"b\"", "\"refused-b\"", BRIDGE),
            Element.read("refused", "\"9.-_\"", "\"refused-9.-_\"", BRIDGE));

    @Test
    void hasTheCountersThatElementsPointTo() {
        assertEquals(
                """
                add counter inet virt_nft refused-b
                add counter inet virt_nft refused-9.-_
                """, new Script(TEMPLATE).addPieces(Pieces.comingWith(COUNTED)).toString());
        assertEquals(
                """
                create counter inet virt_nft refused-b
                create counter inet virt_nft refused-9.-_
                """,
                new Script(TEMPLATE).createPieces(Pieces.comingWith(COUNTED)).toString());
        assertEquals(
                """
                delete counter inet virt_nft refused-b
                delete counter inet virt_nft refused-9.-_
                """,
                new Script(TEMPLATE).deletePieces(Pieces.comingWith(COUNTED)).toString());
        assertEquals(
                Optional.of(BRIDGE),
                new Script(TEMPLATE).addPieces(Pieces.comingWith(COUNTED)).origin(2));
    }

    @Test
    void letsACounterGoOnFromACount() {
        assertEquals(
                """
                add counter inet virt_nft refused-b { packets 18446744073709551615 bytes 60 }
                add counter inet virt_nft refused-9.-_
                """,
                new Script(TEMPLATE)
                        .restorePieces(
                                Pieces.comingWith(COUNTED),
                                Map.of("refused-b", new Count(-1, 60), "refused-other", new Count(1, 1)))
                        .toString());
    }

    @Test
    void knowsWhereEveryLineCameFrom() {
        Script script = new Script(TEMPLATE).comment("what follows is ours").add(ELEMENTS);

        assertEquals(Optional.empty(), script.origin(1));
        assertEquals(Optional.of(BRIDGE), script.origin(2));
        assertEquals(Optional.empty(), script.origin(3));
        assertEquals(Optional.of(FIRST_IP), script.origin(4));
        assertEquals(Optional.of(SECOND_IP), script.origin(5));
        assertEquals(Optional.empty(), script.origin(6));
    }

    @Test
    void knowsNothingOfLinesThatItDoesNotHave() {
        Script script = new Script(TEMPLATE).add(ELEMENTS);

        assertEquals(Optional.empty(), script.origin(0));
        assertEquals(Optional.empty(), script.origin(-1));
        assertEquals(Optional.empty(), script.origin(6));
    }

    /** The template and foreign text have lines of their own, and move what follows. */
    @Test
    void countsTheLinesOfAllItsParts() {
        Script script = new Script(TEMPLATE)
                .removeTable()
                .table()
                .addPieces(List.of(new Piece.MasqueradeChain(new PortRange(2000, 60000))))
                .verbatim("add element inet virt_nft same { \"c\" . \"c\" }\n# and another line")
                .add(ELEMENTS);
        List<String> lines = script.toString().lines().toList();

        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            Optional<Origin> expected = line.contains("10.1.0.0/24")
                    ? Optional.of(FIRST_IP)
                    : line.contains("10.2.0.0/24")
                            ? Optional.of(SECOND_IP)
                            : line.contains("jump from_any }") ? Optional.of(BRIDGE) : Optional.empty();
            assertEquals(expected, script.origin(i + 1), line);
        }
    }

    @Test
    void removesTheTableWhetherItIsThereOrNot() {
        assertEquals(
                "table inet virt_nft\ndelete table inet virt_nft\n",
                new Script(TEMPLATE).removeTable().toString());
    }

    @Test
    void givesAPortRangeAChainOfItsOwn() {
        assertEquals(
                """
                add chain inet virt_nft masq-2000-60000
                add rule inet virt_nft masq-2000-60000 jump exempt
                add rule inet virt_nft masq-2000-60000 meta l4proto { tcp, udp } masquerade to :2000-60000
                add rule inet virt_nft masq-2000-60000 masquerade
                """,
                new Script(TEMPLATE)
                        .addPieces(List.of(new Piece.MasqueradeChain(new PortRange(2000, 60000))))
                        .toString());
    }

    @Test
    void isEmptyWithoutAnything() {
        assertTrue(new Script(TEMPLATE).isEmpty());
        assertTrue(new Script(TEMPLATE)
                .add(List.of())
                .delete(List.of())
                .addPieces(List.of())
                .isEmpty());
        assertFalse(new Script(TEMPLATE).comment("").isEmpty());
    }
}
