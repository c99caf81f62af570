package org.virtnft.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Both ends are included. */
class AddressRangeTest {

    @Test
    void mayBeOneAddress() {
        Address address = Address.parse("203.0.113.30");

        assertEquals(address, new AddressRange(address, address).last());
    }

    @Test
    void refusesTheWrongOrder() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new AddressRange(Address.parse("203.0.113.20"), Address.parse("203.0.113.10")));
        // 128 and more: where signed numbers would turn the order around
        assertThrows(
                IllegalArgumentException.class,
                () -> new AddressRange(Address.parse("8000::"), Address.parse("7fff::")));
    }

    @Test
    void refusesTwoFamilies() {
        assertThrows(
                IllegalArgumentException.class, () -> new AddressRange(Address.parse("0.0.0.1"), Address.parse("::2")));
    }
}
