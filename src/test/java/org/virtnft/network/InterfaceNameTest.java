package org.virtnft.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What may stand between the quotes of an nft script, and as a file's name. */
class InterfaceNameTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"virbr0", "eth0.100", "br-lan", "_", "0", "12", "...", ".x", "a-", "fifteen.letters", "ABCxyz"})
    void takesLettersDigitsUnderscoreDotAndDash(String name) {
        assertEquals(name, new InterfaceName(name).toString());
    }

    /** The kernel takes most of these as names of bridges, and libvirt passes all of them on. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "-x",
                "sixteen.letters!",
                "sixteen.letters1",
                "x*",
                "*",
                "\\*",
                "a\"b",
                "a'b",
                "a;b",
                "a{b}",
                "a$b",
                "a#b",
                "a,b",
                "@br",
                "\\",
                "a b",
                "a\tb",
                "a\nb",
                "a\0b",
                "a/b",
                "a:b",
                "virbr%d",
                "eth+",
                "brücke",
                "\u0661", // a digit of another script
                "\uff41", // a wide a
                "lo ; delete table ip x"
            })
    void refusesTheRest(String name) {
        assertThrows(IllegalArgumentException.class, () -> new InterfaceName(name));
    }

    /** Whoever shows the message makes it printable: twice would show backslashes that are not there. */
    @Test
    void saysWhatItRefusedAsItIsAndNotAllOfIt() {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> new InterfaceName("a\nb" + "c".repeat(5000)))
                .getMessage();

        assertTrue(message.startsWith("'a\nbccc"), message);
        assertTrue(message.length() < 200, message);
    }

    @Test
    void isOrderedAsItsText() {
        assertTrue(new InterfaceName("virbr1").compareTo(new InterfaceName("virbr2")) < 0);
    }
}
