package org.virtnft.ruleset;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.network.PortRange;
import org.virtnft.ruleset.Piece.Counter;
import org.virtnft.ruleset.Piece.MasqueradeChain;

/** What elements point to and is no element is made, taken back and known again by its own words, in whatever table. */
class PieceTest {

    private static final Origin ORIGIN = new Origin("n", "<bridge name='b'>");
    private static final TableName OTHER = new TableName("bridge", "other");

    private static Element element(String map, String key, String data) {
        return Element.read(map, key, data, ORIGIN);
    }

    @Test
    void isFoundByTheElementsThatPointToIt() {
        List<Element> elements = List.of(
                element("from", "\"b\"", "jump from_any"),
                element("same", "\"b\" . \"b\"", ""),
                element("nat4", "\"b\" . 10.0.0.0/8", "goto masq-2000-3000"),
                element("nat6", "\"b\" . fd00::/8", "goto masq-300-400"),
                element("host4", "10.0.0.1", "goto masq-2000-3000"),
                element("refused", "\"b\"", "\"refused-b\""));

        assertEquals(
                List.of(new MasqueradeChain(new PortRange(300, 400)), new MasqueradeChain(new PortRange(2000, 3000))),
                Pieces.standing(elements));
        assertEquals(List.of(new Counter("refused-b", ORIGIN)), Pieces.comingWith(elements));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "masq",
                "masq-",
                "masq-1",
                "masq-1-2-3",
                "masq-2-1",
                "masq-a-b",
                "masq-01-2",
                "masq-1024-65535",
                "x"
            })
    void aChainOfAnotherNameIsNoneOfAPortRange(String name) {
        assertEquals(Optional.empty(), MasqueradeChain.named(name));
    }

    @Test
    void isMadeInTheTableThatItIsGiven() {
        assertEquals(
                List.of("create counter bridge other c { packets 1 bytes 2 }"),
                new Counter("c", ORIGIN).made("create", OTHER, Map.of("c", new Count(1, 2))));
        assertEquals("delete counter bridge other c", new Counter("c", ORIGIN).unmade(OTHER));
        MasqueradeChain chain = MasqueradeChain.named("masq-1-2").orElseThrow();
        assertEquals(
                List.of(
                        "add chain bridge other masq-1-2",
                        "add rule bridge other masq-1-2 jump exempt",
                        "add rule bridge other masq-1-2 meta l4proto { tcp, udp } masquerade to :1-2",
                        "add rule bridge other masq-1-2 masquerade"),
                chain.made("add", OTHER, Map.of()));
        assertEquals("delete chain bridge other masq-1-2", chain.unmade(OTHER));
    }

    @Test
    void aTemplateNamesItsTable() {
        assertEquals("inet virt_nft", Template.load().table().toString());
        assertEquals(
                OTHER,
                Template.of("# about table x y {\ntable bridge other {\n}\n").table());
        assertEquals(
                "table bridge other\ndelete table bridge other\n",
                new Script(Template.of("table bridge other {\n}\n"))
                        .removeTable()
                        .toString());
    }
}
