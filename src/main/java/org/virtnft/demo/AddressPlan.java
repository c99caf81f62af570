package org.virtnft.demo;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.Family;
import org.virtnft.network.Forward;
import org.virtnft.network.Subnet;
import org.virtnft.network.VirtualNetwork;

/** Gives addresses to guests and to the world outside, none of them twice and none that a network claims. */
public final class AddressPlan {

    /** Where to look for a guest's address: from here, so that it does not look like a host's. */
    private static final int FIRST_GUEST = 10;

    private final List<AddressRange> taken = new ArrayList<>();
    private final Set<Address> used = new HashSet<>();

    /** Keeps away from all that these networks claim. */
    public AddressPlan(List<VirtualNetwork> networks) {
        for (VirtualNetwork network : networks) {
            for (BridgeAddress each : network.addresses()) {
                taken.add(each.subnet().range());
                used.add(each.address());
            }
            if (network.forward() instanceof Forward.Nat nat) {
                nat.pool().ifPresent(taken::add);
            }
        }
    }

    /** The next address for a guest; absent when the subnet has no room for one. */
    public Optional<BridgeAddress> guest(Subnet subnet) {
        if (subnet.family() == Family.IPV6 && !Addresses.isIpv6(Addresses.parse(subnet.toString()))) {
            return Optional.empty(); // ::ffff:a.b.c.d, which Java takes for IPv4
        }
        for (int from : List.of(FIRST_GUEST, 1, 0)) {
            for (int i = from; i < from + 100; i++) {
                Address candidate = plus(subnet.address(), i);
                if (isForHosts(subnet, candidate) && used.add(candidate)) {
                    return Optional.of(new BridgeAddress(candidate, subnet.prefixLength()));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isForHosts(Subnet subnet, Address address) {
        boolean small = subnet.family().bits() - subnet.prefixLength() < 2;
        return subnet.contains(address)
                && (small
                        || (!address.equals(subnet.range().first())
                                && !address.equals(subnet.range().last())));
    }

    /** A subnet that is nobody's, from those that are set aside for documentation and tests; each time another one. */
    Subnet free(Family family) {
        List<Subnet> candidates = new ArrayList<>();
        if (family == Family.IPV4) {
            for (String each : List.of("203.0.113.0", "198.51.100.0", "192.0.2.0")) {
                candidates.add(Subnet.around(Address.parse(each), 24));
            }
            for (int i = 0; i < 512; i++) {
                candidates.add(Subnet.around(plus(Address.parse("198.18.0.0"), i << 8), 24));
            }
        } else {
            for (int i = 1; i < 512; i++) {
                candidates.add(Subnet.around(Address.parse("2001:db8:" + Integer.toHexString(i) + "::"), 64));
            }
        }
        for (Subnet candidate : candidates) {
            if (taken.stream().noneMatch(other -> overlap(other, candidate.range()))) {
                taken.add(candidate.range());
                return candidate;
            }
        }
        throw new LabException("the networks leave no address for a host outside");
    }

    static boolean overlap(AddressRange one, AddressRange other) {
        return one.first().family() == other.first().family()
                && one.first().compareTo(other.last()) <= 0
                && other.first().compareTo(one.last()) <= 0;
    }

    /** For small numbers: nothing is carried into an IPv6 address's upper half. */
    static Address plus(Address address, int count) {
        return new Address(address.family(), address.high(), address.low() + count);
    }
}
