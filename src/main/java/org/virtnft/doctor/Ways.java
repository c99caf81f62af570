package org.virtnft.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whether packets may leave a host by another way than its one default route: then a rule that drops them on that way may be somebody's
 * purpose, a VPN's kill switch for example, and letting them pass there lets them out past the VPN.
 */
final class Ways {

    /** The kernel's own (fib_default_rules_init, fib6_rules_net_init); a VRF's are the first that an administrator adds. */
    private static final Pattern KERNELS_OWN =
            Pattern.compile("0: from all lookup local|32766: from all lookup main|32767: from all lookup default");

    private static final int LONGEST = 120;

    private Ways() {}

    /**
     * Why they may; empty where they may not.
     *
     * @param rules what {@code ip rule show} prints for the family
     * @param defaults what {@code ip route show default} prints for it
     * @param halves devices of routes to one half of all addresses, by which a VPN outdoes the default route without touching it
     */
    static Optional<String> of(String rules, String defaults, List<String> halves) {
        List<String> why = new ArrayList<>();
        rules.lines()
                .map(line -> line.strip().replaceAll("\\s+", " "))
                .filter(line -> !line.isEmpty() && !KERNELS_OWN.matcher(line).matches())
                .findFirst()
                .ifPresent(line -> why.add("there is policy routing ('ip rule' has '"
                        + (line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line) + "')"));
        // a multipath route says nexthop once for each of its ways
        long hops = defaults.lines().filter(line -> line.contains("nexthop ")).count();
        long routes =
                defaults.lines().filter(line -> line.startsWith("default")).count();
        if (hops > 1 || routes > 1) {
            why.add("there are several default routes");
        }
        if (!halves.isEmpty()) {
            why.add("routes by " + String.join(", ", halves) + " outdo the default route");
        }
        return why.isEmpty() ? Optional.empty() : Optional.of(String.join(", and ", why));
    }
}
