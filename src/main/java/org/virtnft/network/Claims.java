package org.virtnft.network;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Networks that claim the same addresses: the host's routes send a packet for them to one of the bridges only. libvirt refuses a start
 * where a route of the host has exactly the same subnet (networkCheckRouteCollision), and takes any that lies within another's.
 */
public final class Claims {

    /** Each link of a host has it. */
    private static final Subnet LINK_LOCAL = Subnet.around(Address.parse("fe80::"), 10);

    private Claims() {}

    /**
     * One network's claim.
     *
     * @param network its name
     */
    public record Claim(String network, Subnet subnet) {}

    /** Two that cannot both be: {@code inner} lies within {@code outer}, or is the same. */
    public record Collision(Claim outer, Claim inner) {}

    /** What a network claims. */
    public static List<Claim> of(VirtualNetwork network) {
        List<Claim> claims = new ArrayList<>();
        for (BridgeAddress address : network.addresses()) {
            claims.add(new Claim(network.name(), address.subnet()));
        }
        return claims;
    }

    /** For each claim the narrowest one of another network that it lies in: a thousand networks on one subnet are a thousand lines. */
    public static List<Collision> collisions(List<Claim> claims) {
        List<Claim> sorted = new ArrayList<>(claims);
        // prefixes lie in each other or apart, so whatever holds one comes before it, and is open still
        sorted.sort(Comparator.comparing(Claim::subnet).thenComparing(Claim::network));
        Deque<Claim> open = new ArrayDeque<>();
        List<Collision> found = new ArrayList<>();
        for (Claim claim : sorted) {
            if (LINK_LOCAL.contains(claim.subnet())) {
                continue;
            }
            while (!open.isEmpty() && !open.getFirst().subnet().contains(claim.subnet())) {
                open.removeFirst();
            }
            Optional<Claim> outer = open.stream()
                    .filter(each -> !each.network().equals(claim.network()))
                    .findFirst();
            outer.ifPresent(each -> found.add(new Collision(each, claim)));
            open.addFirst(claim);
        }
        return found;
    }
}
