package org.virtnft.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A subnet is a network address and a prefix length, and prints as nft writes prefixes. */
class SubnetTest {

    @ParameterizedTest
    @CsvSource({
        "192.168.122.77, 24, 192.168.122.0/24, 192.168.122.0, 192.168.122.255",
        "192.168.116.201, 26, 192.168.116.192/26, 192.168.116.192, 192.168.116.255",
        "172.22.131.7, 18, 172.22.128.0/18, 172.22.128.0, 172.22.191.255",
        "192.168.116.5, 31, 192.168.116.4/31, 192.168.116.4, 192.168.116.5",
        "192.168.116.1, 32, 192.168.116.1/32, 192.168.116.1, 192.168.116.1",
        "200.1.2.3, 1, 128.0.0.0/1, 128.0.0.0, 255.255.255.255",
        "10.1.2.3, 0, 0.0.0.0/0, 0.0.0.0, 255.255.255.255",
        "2001:db8:1:8181::1, 49, 2001:db8:1:8000::/49, 2001:db8:1:8000::, 2001:db8:1:ffff:ffff:ffff:ffff:ffff",
        "fd00::1:2:3:4, 64, fd00::/64, fd00::, fd00::ffff:ffff:ffff:ffff",
        "fd00::1, 65, fd00::/65, fd00::, fd00::7fff:ffff:ffff:ffff",
        "fd00::1, 63, fd00::/63, fd00::, fd00:0:0:1:ffff:ffff:ffff:ffff",
        "fd00::11, 127, fd00::10/127, fd00::10, fd00::11",
        "fd00::11, 128, fd00::11/128, fd00::11, fd00::11",
        "fd00::1, 0, ::/0, ::, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    })
    void liesAroundAnAddress(String address, int prefixLength, String subnet, String first, String last) {
        Subnet around = Subnet.around(Address.parse(address), prefixLength);

        assertEquals(subnet, around.toString());
        assertEquals(new AddressRange(Address.parse(first), Address.parse(last)), around.range());
        assertTrue(around.contains(Address.parse(address)));
    }

    @Test
    void refusesHostBitsAndLengthsThatTheFamilyDoesNotHave() {
        assertThrows(IllegalArgumentException.class, () -> new Subnet(Address.parse("192.168.122.1"), 24));
        assertThrows(IllegalArgumentException.class, () -> new Subnet(Address.parse("fd00::1"), 64));
        assertThrows(IllegalArgumentException.class, () -> new Subnet(Address.parse("0.0.0.0"), 33));
        assertThrows(IllegalArgumentException.class, () -> new Subnet(Address.parse("::"), 129));
        assertThrows(IllegalArgumentException.class, () -> new Subnet(Address.parse("::"), -1));
    }

    @Test
    void containsAddressesOfItsOwnFamily() {
        Subnet subnet = subnet("10.1.0.0/16");

        assertTrue(subnet.contains(Address.parse("10.1.255.255")));
        assertFalse(subnet.contains(Address.parse("10.2.0.0")));
        assertFalse(subnet.contains(Address.parse("10.0.255.255")));
        assertFalse(subnet("0.0.0.0/0").contains(Address.parse("::")));
        assertFalse(subnet("::/0").contains(Address.parse("10.1.0.0")));
    }

    @Test
    void containsItselfAndNarrowerOnes() {
        assertTrue(subnet("10.1.0.0/16").contains(subnet("10.1.0.0/16")));
        assertTrue(subnet("10.1.0.0/16").contains(subnet("10.1.7.0/24")));
        assertFalse(subnet("10.1.0.0/16").contains(subnet("10.0.0.0/8")));
        assertFalse(subnet("10.1.0.0/16").contains(subnet("10.0.0.0/15")));
        assertFalse(subnet("10.1.0.0/16").contains(subnet("10.2.0.0/24")));
        assertFalse(subnet("::/0").contains(subnet("10.2.0.0/24")));
    }

    @Test
    void isOrderedByAddressThenWideBeforeNarrow() {
        List<Subnet> sorted = Stream.of("10.0.0.0/8", "10.0.0.0/16", "10.0.1.0/24", "fd00::/8", "fd00::/64")
                .map(SubnetTest::subnet)
                .toList();

        assertEquals(sorted, sorted.stream().sorted().toList());
        assertEquals(
                sorted,
                Stream.of(sorted.get(4), sorted.get(2), sorted.get(1), sorted.get(0), sorted.get(3))
                        .sorted()
                        .toList());
    }

    static Subnet subnet(String text) {
        int slash = text.indexOf('/');
        return new Subnet(Address.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }
}
