package org.virtnft.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ports as nft writes them; both ends are included. */
class PortRangeTest {

    @Test
    void isWrittenAsNftWritesIt() {
        assertEquals("1024-65535", PortRange.UNPRIVILEGED.toString());
        assertEquals("0-65535", new PortRange(0, 65535).toString());
    }

    @ParameterizedTest
    @CsvSource({"-1, 5", "5, 65536", "6, 5", "-2, -1"})
    void refusesWhatIsNoRangeOfPorts(int first, int last) {
        assertThrows(IllegalArgumentException.class, () -> new PortRange(first, last));
    }

    @Test
    void isOrderedByFirstThenByLast() {
        assertTrue(new PortRange(1, 9).compareTo(new PortRange(2, 3)) < 0);
        assertTrue(new PortRange(1, 9).compareTo(new PortRange(1, 8)) > 0);
        assertEquals(0, new PortRange(1, 9).compareTo(new PortRange(1, 9)));
    }
}
