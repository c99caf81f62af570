package org.virtnft.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An address is read as inet_pton(3) reads it, and printed as inet_ntop(3) prints it: nft does, and we compare with nft. */
class AddressTest {

    /** The right column is what glibc 2.36 made of the left one. */
    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 0.0.0.0",
        "192.168.122.1, 192.168.122.1",
        "255.255.255.255, 255.255.255.255",
        "::, ::",
        "::1, ::1",
        "1::, 1::",
        "0:0:0:0:0:0:0:0, ::",
        "FD00:0ABC::00FF, fd00:abc::ff",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        // the longest run of zeros is shortened, of equals the first
        "2001:db8:0:0:0:0:0:1, 2001:db8::1",
        "2001:db8:0:1:0:0:0:1, 2001:db8:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "1:0:0:2:0:0:0:3, 1:0:0:2::3",
        "1:0:0:0:2:0:0:3, 1::2:0:0:3",
        "0:0:1:2:3:4:5:6, ::1:2:3:4:5:6",
        "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
        // a single zero is not
        "1:0:2:0:3:0:4:0, 1:0:2:0:3:0:4:0",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
        // an IPv4 tail behind six groups of zeros, or five and ffff; nowhere else
        "::1.2.3.4, ::1.2.3.4",
        "::ffff:1.2.3.4, ::ffff:1.2.3.4",
        "0:0:0:0:0:ffff:0:0, ::ffff:0.0.0.0",
        "::1:0, ::0.1.0.0",
        "::ffff, ::ffff",
        "::2:0:0, ::2:0:0",
        "::fffe:1.2.3.4, ::fffe:102:304",
        "::ffff:0:1.2.3.4, ::ffff:0:102:304",
        "64:ff9b::192.0.2.1, 64:ff9b::c000:201",
        "1:2:3:4:5:6:1.2.3.4, 1:2:3:4:5:6:102:304"
    })
    void isPrintedAsGlibcPrintsIt(String text, String printed) {
        assertEquals(printed, Address.parse(text).toString());
    }

    /** glibc refuses all of these too; what a looser reader makes of some of them is another address. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "localhost",
                "1.2.3",
                "1.2.3.4.",
                ".1.2.3",
                "1..2.3",
                "1.2.3.256",
                "1.2.3.1000",
                "01.2.3.4",
                "1.2.3.04",
                "1.2.3.00",
                "0x1.2.3.4",
                "1.2.3.-4",
                "+1.2.3.4",
                " 1.2.3.4",
                "1.2.3.4 ",
                "1.2.3.4\n",
                "1.2.3.4/24",
                "3232266753",
                "\u0661.2.3.4", // a digit, but not one of ours
                ":",
                ":::",
                ":1::",
                "1:",
                "::1:",
                "1::2::3",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "::1:2:3:4:5:6:7:8",
                "00001::",
                "g::",
                "\uff11::",
                "::1.2.3",
                "::01.2.3.4",
                "::256.1.1.1",
                "::1.2.3.4.5",
                "::1.2.3.4:5",
                "1.2.3.4::",
                "1:2:3:4:5:6:7:1.2.3.4",
                "fe80::1%lo",
                "[::1]",
                "::1/64"
            })
    void refusesWhatIsNoAddressInFullNumbers(String text) {
        assertThrows(IllegalArgumentException.class, () -> Address.parse(text));
    }

    @Test
    void isANumber() {
        assertEquals(
                BigInteger.valueOf(0xc0a87a01L), Address.parse("192.168.122.1").toNumber());
        assertEquals(
                BigInteger.ONE.shiftLeft(128).subtract(BigInteger.ONE),
                Address.parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff").toNumber());
    }

    @Test
    void isOrderedAsANumberAndIpv4ComesFirst() {
        List<Address> sorted = new ArrayList<>();
        for (String text :
                List.of("0.0.0.0", "127.0.0.1", "128.0.0.0", "::", "::1", "7fff::", "8000::", "8000::1", "ffff::")) {
            sorted.add(Address.parse(text));
        }
        List<Address> shuffled = new ArrayList<>(sorted);
        Collections.reverse(shuffled);
        Collections.sort(shuffled);

        assertEquals(sorted, shuffled);
        assertTrue(sorted.get(0).compareTo(Address.parse("0.0.0.0")) == 0);
    }
}
