package org.virtnft.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Text of others on one line of ours. */
class PrintableTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {"default|default", "é\"{|é\"{", "a b|a b", "日本|日本", "😀|😀", "100 %|100 %"})
    void leavesReadableTextAsItIs(String text, String shown) {
        assertEquals(shown, Printable.printable(text, 64));
    }

    @Test
    void escapesWhatSteersATerminalOrALog() {
        assertEquals("a\\u{a}b", Printable.printable("a\nb", 64), "a second line");
        assertEquals("\\u{d}", Printable.printable("\r", 64), "the same line again");
        assertEquals("\\u{1b}[2J", Printable.printable("\u001b[2J", 64), "an escape sequence");
        assertEquals("\\u{9b}2J", Printable.printable("\u009b2J", 64), "one of a single character");
        assertEquals("\\u{202e}evil", Printable.printable("\u202eevil", 64), "the other direction");
        assertEquals("\\u{2028}\\u{2029}", Printable.printable("\u2028\u2029", 64), "Unicode's own line ends");
        assertEquals("\\u{200b}", Printable.printable("\u200b", 64), "what nobody sees");
        assertEquals("\\u{e0041}", Printable.printable(Character.toString(0xe0041), 64), "a tag, beyond 16 bits");
        assertEquals("\\u{0}", Printable.printable("\0", 64));
        assertEquals("\\u{d800}", Printable.printable("\ud800", 64), "half a character");
    }

    /** Otherwise an escape and the text that looks like one could not be told apart. */
    @Test
    void escapesTheBackslashItself() {
        assertEquals("\\\\u{a}", Printable.printable("\\u{a}", 64));
    }

    @Test
    void cutsAtBytesAndNeverWithinACharacter() {
        assertEquals("abcdefgh", Printable.printable("abcdefgh", 8));
        assertEquals("abcde...", Printable.printable("abcdefghi", 8));
        assertEquals("éé...", Printable.printable("ééééé", 8));
        assertEquals("😀...", Printable.printable("😀😀😀", 8));
        assertEquals("ab...", Printable.printable("ab\u202ecd", 8), "an escape is whole, or not there");
    }

    @Test
    void isShortAndPlainWhateverComes() {
        Gen.forAll(5_000, gen -> {
            String text = gen.text(300);
            int bytes = gen.number(3, 200);

            String shown = Printable.printable(text, bytes);

            assertTrue(shown.getBytes(StandardCharsets.UTF_8).length <= bytes, shown);
            assertFalse(shown.chars().anyMatch(Character::isISOControl), shown);
            assertEquals(1, shown.lines().count() + (shown.isEmpty() ? 1 : 0));
        });
    }
}
