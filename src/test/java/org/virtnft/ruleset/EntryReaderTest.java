package org.virtnft.ruleset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.network.Address;
import org.virtnft.network.Family;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.Subnet;

/** One form for all the ways in which nft, in its versions and its two output formats, writes an element. */
class EntryReaderTest {

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
        assertEquals(EntryReader.read(one), EntryReader.read(other));
        assertEquals(EntryReader.read(one).hashCode(), EntryReader.read(other).hashCode());
        assertEquals(EntryReader.read(one).canonical(), EntryReader.read(other).canonical());
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
        assertNotEquals(EntryReader.read(one), EntryReader.read(other));
        assertNotEquals(
                EntryReader.read(one).canonical(), EntryReader.read(other).canonical());
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
        assertEquals(text, EntryReader.read(text).canonical());
    }

    /** The state keeps what was listed, in its words. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"b\" . 10.0.0.1/32 : goto masq",
                "\"b\" . 10.0.0.1",
                "fd00::1-fd00::1 : 198.51.100.7-198.51.100.7 . 80",
                "\"b\" comment \"a : b . c\" : jump from_any",
                "192.0.2.0/24 timeout 3h",
                "garbage } ; $x",
                "\"not closed",
                "",
            })
    void keepsTheSpelling(String text) {
        assertEquals(text, EntryReader.read(text).text());
    }

    @Test
    void tellsTheParts() {
        Address address = Address.parse("10.0.0.1");
        assertEquals(
                new Entry(
                        List.of(
                                new Part.Protocol(Family.IPV4),
                                new Part.Interface(new InterfaceName("b")),
                                Part.Addresses.of(Subnet.around(address, 8))),
                        List.of(
                                Part.Addresses.of(address),
                                Part.Ports.of(new PortRange(80, 81)),
                                new Part.Verdict(Part.Verdict.Way.JUMP, "x"),
                                new Part.CounterName("c")),
                        ""),
                EntryReader.read("ipv4 . \"b\" . 10.0.0.0/8 : 10.0.0.1 . 80-81 . jump x . \"c\""));
    }

    @Test
    void aCommentIsNoPartOfTheKeyAndMakesAnotherElement() {
        Entry ours = EntryReader.read("\"b\" : jump from_any");
        Entry theirs = EntryReader.read("\"b\" comment \"x\" : jump from_any");
        assertNotEquals(ours, theirs);
        assertEquals(ours, theirs.bare());
        assertEquals(Optional.of(new InterfaceName("b")), theirs.firstInterface());
        assertEquals("\"b\"", theirs.keyText());
    }

    @Test
    void aPrefixIsKnownInWhateverSpelling() {
        for (String text : List.of("10.0.0.0/8", "10.0.0.0-10.255.255.255")) {
            Part.Addresses addresses =
                    (Part.Addresses) EntryReader.read(text).key().get(0);
            assertEquals(Optional.of("10.0.0.0/8"), addresses.subnet().map(Subnet::toString));
        }
        Part.Addresses none =
                (Part.Addresses) EntryReader.read("10.0.0.0-10.0.0.2").key().get(0);
        assertEquals(Optional.empty(), none.subnet());
    }
}
