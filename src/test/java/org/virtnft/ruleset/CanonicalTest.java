package org.virtnft.ruleset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One form for all the ways in which nft, in its versions and its two output formats, writes an element. */
class CanonicalTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // a prefix, as a range, or with host bits
                "192.168.122.0/24|192.168.122.0-192.168.122.255",
                "192.168.122.0/24|192.168.122.9/24",
                "fd00::/64|fd00::-fd00::ffff:ffff:ffff:ffff",
                "0.0.0.0/0|0.0.0.0-255.255.255.255",
                // an address, with its length or as a range of itself
                "192.168.122.1|192.168.122.1/32",
                "192.168.122.1|192.168.122.1-192.168.122.1",
                "fd00::1|fd00::1/128",
                "fd00::1|FD00:0::1",
                "::ffff:1.2.3.4|::ffff:102:304",
                // within a concatenation, and as data
                "\"b\" . 10.0.0.0/8|\"b\" . 10.0.0.0-10.255.255.255",
                "\"b\" . 10.0.0.0/8 : 1.2.3.4/32|\"b\" . 10.0.0.0/8 : 1.2.3.4-1.2.3.4",
                "1.2.3.4 : 5.6.7.8 . 80|1.2.3.4 : 5.6.7.8-5.6.7.8 . 80-80",
                "\"b\"  .  10.0.0.0/8|\"b\" . 10.0.0.0/8"
            })
    void isTheSameForTwoSpellings(String one, String other) {
        assertEquals(Canonical.of(one), Canonical.of(other));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.0.0.0/8|10.0.0.0/9",
                "10.0.0.0/8|10.0.0.0",
                "\"b\" . 10.0.0.0/8|\"c\" . 10.0.0.0/8",
                "\"b\" : jump to_any|\"b\" : jump to_none",
                "1.2.3.4 : 5.6.7.8 . 80|1.2.3.4 : 5.6.7.8 . 80-81",
                "::1|0.0.0.1"
            })
    void isAnotherForAnotherElement(String one, String other) {
        assertNotEquals(Canonical.of(one), Canonical.of(other));
    }

    /** A name in quotes may look like anything. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"b\"",
                "\"1.2.3.4\"",
                "\"80\"",
                "\"a-b\"",
                "\"virbr0.100\" . \"eth0\"",
                "\"b\" : jump from_any",
                "\"b\" : goto masq-2000-60000",
                "ipv4 . \"b\""
            })
    void leavesAloneWhatIsNeitherAddressNorPort(String text) {
        assertEquals(text, Canonical.of(text));
    }
}
