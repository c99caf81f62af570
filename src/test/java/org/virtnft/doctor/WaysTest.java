package org.virtnft.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** By which ways packets may leave a host, in the words of iproute2 6.1. */
class WaysTest {

    private static final String RULES = """
            0:\tfrom all lookup local
            32766:\tfrom all lookup main
            32767:\tfrom all lookup default
            """;

    private static final String RULES6 = "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n";
    private static final String ONE = "default via 192.0.2.1 dev eth0 proto dhcp src 192.0.2.9 metric 100 \n";

    @Test
    void theKernelsOwnRulesAndOneDefaultRouteAreNothing() {
        assertEquals(Optional.empty(), Ways.of(RULES, ONE, List.of()));
        assertEquals(Optional.empty(), Ways.of(RULES6, "", List.of()));
    }

    @Test
    void aRuleOfOthersIsPolicyRouting() {
        assertEquals(
                Optional.of("there is policy routing ('ip rule' has '32765: not from all fwmark 0xca6c lookup 51820')"),
                Ways.of("32765:\tnot from all fwmark 0xca6c lookup 51820\n" + RULES, ONE, List.of()));
    }

    @Test
    void severalDefaultRoutesAreTold() {
        Optional<String> several = Optional.of("there are several default routes");
        assertEquals(several, Ways.of(RULES, ONE + "default via 198.51.100.1 dev wlan0 metric 600 \n", List.of()));
        String multipath =
                "default \n\tnexthop via 192.0.2.1 dev eth0 weight 1 \n\tnexthop via 198.51.100.1 dev eth1 weight 1 \n";
        assertEquals(several, Ways.of(RULES, multipath, List.of()));
        assertEquals(
                Optional.of("routes by tun0 outdo the default route"),
                Ways.of(RULES, ONE, List.of("tun0")),
                "two of /1");
    }
}
