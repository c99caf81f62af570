package org.virtnft.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.virtnft.network.Claims.Claim;

/** Who claims the same addresses as another network. */
class ClaimsTest {

    private static Claim claim(String network, String address, int prefix) {
        return new Claim(network, Subnet.around(Address.parse(address), prefix));
    }

    private static List<String> collisions(Claim... claims) {
        return Claims.collisions(List.of(claims)).stream()
                .map(each -> each.inner().network() + " " + each.inner().subnet() + " in "
                        + each.outer().network() + " " + each.outer().subnet())
                .toList();
    }

    @Test
    void aSubnetWithinAnothersIsOne() {
        assertEquals(
                List.of("a 10.1.0.0/16 in b 10.0.0.0/8"),
                collisions(claim("a", "10.1.0.0", 16), claim("b", "10.0.0.0", 8)));
    }

    @Test
    void theSameSubnetIsOne() {
        assertEquals(
                List.of("b 10.1.0.0/16 in a 10.0.0.0/8", "c 10.1.1.0/24 in b 10.1.0.0/16"),
                collisions(claim("c", "10.1.1.0", 24), claim("b", "10.1.0.0", 16), claim("a", "10.0.0.0", 8)));
    }

    @Test
    void neighboursAndOtherFamiliesAreNone() {
        assertEquals(
                List.of(),
                collisions(
                        claim("a", "10.0.0.0", 24),
                        claim("b", "10.0.1.0", 24),
                        claim("c", "::", 8),
                        claim("d", "9.255.255.0", 24)));
    }

    @Test
    void aNetworkWithItselfAndLinkLocalSubnetsAreNone() {
        assertEquals(
                List.of(),
                collisions(
                        claim("a", "10.0.0.0", 8),
                        claim("a", "10.1.0.0", 16),
                        claim("a", "fe80::", 64),
                        claim("b", "fe80::", 64)));
    }

    @Test
    void theNarrowestOfOthersIsNamed() {
        assertEquals(
                List.of("b 10.1.0.0/16 in a 10.0.0.0/8", "c 10.1.1.0/24 in b 10.1.0.0/16"),
                collisions(
                                claim("c", "10.1.1.0", 24),
                                claim("c", "10.1.0.0", 16),
                                claim("b", "10.1.0.0", 16),
                                claim("a", "10.0.0.0", 8))
                        .stream()
                        .filter(each -> !each.startsWith("c 10.1.0.0/16"))
                        .toList());
    }

    @Test
    void tenThousandAreNoMatterOfMinutes() {
        List<Claim> claims = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            claims.add(claim("n" + i, "10.0.0.0", 8));
        }
        List<Claims.Collision> found =
                assertTimeoutPreemptively(Duration.ofSeconds(20), () -> Claims.collisions(claims));
        assertEquals(9_999, found.size());
    }
}
