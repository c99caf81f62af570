package org.virtnft.flows;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.virtnft.network.Address;
import org.virtnft.network.Subnet;

/** Which bridge an address is behind: of two subnets that hold it the narrower one says, as with routes. */
final class Territory {

    private final Map<Subnet, String> owners = new HashMap<>();
    private final TreeSet<Integer> lengths = new TreeSet<>(Collections.reverseOrder());

    void add(Subnet subnet, String bridge) {
        owners.putIfAbsent(subnet, bridge);
        lengths.add(subnet.prefixLength());
    }

    Optional<String> of(Address address) {
        for (int length : lengths) {
            if (length <= address.family().bits()) {
                String owner = owners.get(Subnet.around(address, length));
                if (owner != null) {
                    return Optional.of(owner);
                }
            }
        }
        return Optional.empty();
    }
}
