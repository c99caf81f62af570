package org.virtnft.network;

import java.util.Optional;

/** How a network's guests reach beyond their bridge: libvirt's {@code <forward>}, or ours in the metadata. */
public sealed interface Forward {

    /** The word that users write: nat, route, isolated. */
    String mode();

    /** The one device that guests may use, where there is one. */
    Optional<InterfaceName> uplink();

    /**
     * Guests reach out under an address of the host.
     *
     * @param ipv6 whether IPv6 is translated too; where it is not, it is routed, and open inbound: libvirt's meaning
     * @param pool the IPv4 addresses to appear under; IPv6 never has one
     * @param ports the source ports of TCP and UDP to appear under
     */
    record Nat(Optional<InterfaceName> uplink, boolean ipv6, Optional<AddressRange> pool, PortRange ports)
            implements Forward {
        @Override
        public String mode() {
            return "nat";
        }

        /** Whether packets of this family are translated. */
        public boolean translates(Family family) {
            return family == Family.IPV4 || ipv6;
        }
    }

    /** Guests reach out and are reached under their own addresses. */
    record Route(Optional<InterfaceName> uplink) implements Forward {
        @Override
        public String mode() {
            return "route";
        }
    }

    /** Guests reach each other and the host. */
    record Isolated() implements Forward {
        @Override
        public String mode() {
            return "isolated";
        }

        @Override
        public Optional<InterfaceName> uplink() {
            return Optional.empty();
        }
    }
}
