package org.virtnft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.virtnft.kernel.Interfaces.Traffic;
import org.virtnft.ruleset.Count;

/** The kernel's table of interfaces, with their own statistics. */
class InterfacesTest {

    @Test
    void theFirstTwoNumbersOfEachDirection() {
        assertEquals(
                Map.of(
                        "lo", new Traffic(new Count(1, 84), new Count(1, 84)),
                        "a.b-c_d12345678", new Traffic(new Count(-1, 20), new Count(30, 40))),
                Interfaces.traffic("""
                        Inter-|   Receive                                                |  Transmit
                         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                            lo:      84       1    0    0    0     0          0         0       84       1    0    0    0     0       0          0
                        a.b-c_d12345678:20 18446744073709551615 3 4 5 6 7 8 40 30 9 9 9 9 9 9
                        """));
    }
}
