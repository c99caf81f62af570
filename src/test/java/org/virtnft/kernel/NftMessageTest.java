package org.virtnft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What nft 1.0.6 writes about a script, and what of it is worth telling. */
class NftMessageTest {

    @Test
    void theLineAndWhatIsWrongWithIt() {
        assertEquals(List.of(new NftMessage(3, "Could not process rule: File exists")), NftMessage.parse("""
                        /run/virt-nft/transaction.nft:3:44-49: Error: Could not process rule: File exists
                        create element inet virt_nft from { "a" : accept }
                                                            ^^^^^^
                        """));
    }

    @Test
    void several() {
        assertEquals(
                List.of(
                        new NftMessage(1, "syntax error, unexpected '}'"),
                        new NftMessage(20, "No symbol type information")),
                NftMessage.parse("""
                        f:1:1-1: Error: syntax error, unexpected '}'
                        }
                        ^
                        f:20:7-9: Error: No symbol type information
                        x y z
                        """));
    }

    @Test
    void aPathMayHoldColonsAndSpaces() {
        assertEquals(List.of(new NftMessage(7, "no")), NftMessage.parse("/tmp/a: b:1/c:7:1-2: Error: no\n"));
    }

    @Test
    void anErrorOfNoLine() {
        assertEquals(
                List.of(new NftMessage(0, "Could not process rule: Operation not permitted")),
                NftMessage.parse("internal:0:0-0: Error: Could not process rule: Operation not permitted\n\n\n"));
        assertEquals(List.of(new NftMessage(0, "no")), NftMessage.parse("Error: no"));
        assertEquals(List.of(new NftMessage(0, "no")), NftMessage.parse("f:x:1-2: Error: no"));
    }

    @Test
    void whatLooksLikeNoErrorIsToldAsItIs() {
        assertEquals(
                List.of(new NftMessage(0, "netlink: cache initialization failed\\u{a}twice")),
                NftMessage.parse("netlink: cache initialization failed\ntwice\n"));
        assertEquals(List.of(), NftMessage.parse(""));
        assertEquals(List.of(), NftMessage.parse(" \n"));
    }

    @Test
    void anErrorIsOneLineForATerminalToo() {
        NftMessage message = NftMessage.parse("f:1:1-2: Error: bad \u001b[31m\"x" + "y".repeat(2000) + "\n")
                .get(0);
        assertTrue(message.text().startsWith("bad \\u{1b}[31m\"xyyy"), message.text());
        assertTrue(message.text().endsWith("y..."), message.text());
        assertEquals(512, message.text().length());
    }

    /** A name of a guest's network cannot make an error of a line of its own. */
    @Test
    void anExcerptThatHoldsTheWordError() {
        assertEquals(
                List.of(new NftMessage(1, "first"), new NftMessage(0, "second\"")),
                NftMessage.parse("f:1:1-2: Error: first\n# network 'Error: second\"\n"));
    }
}
