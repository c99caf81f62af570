package org.virtnft.flows;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.Family;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.Shape;
import org.virtnft.network.Subnet;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.Enforcement;
import org.virtnft.ruleset.Enforcement.AsDefined;
import org.virtnft.ruleset.Enforcement.Unknown;
import org.virtnft.ruleset.KernelElements;
import org.virtnft.state.AppliedNetwork;

/**
 * What a network consents to.
 *
 * @param sends whether its guests may reach beyond their bridge
 * @param same whether its guests reach each other
 * @param companion whether a flow that others translated to it is left to libvirt's rules
 * @param uplink the one device that it may use
 * @param outbound its subnets
 * @param inbound those that accept new flows
 * @param translations how the guests of a subnet are translated
 */
record Consent(
        boolean sends,
        boolean same,
        boolean companion,
        Optional<InterfaceName> uplink,
        List<Subnet> outbound,
        List<Subnet> inbound,
        Map<Subnet, Translation> translations) {

    /**
     * The addresses and ports that others see.
     *
     * @param pool empty for whatever address the leaving device has
     * @param ports of TCP and UDP
     */
    record Translation(Optional<AddressRange> pool, PortRange ports) {}

    static Consent of(AppliedNetwork network) {
        return of(network.enforced());
    }

    private static Consent of(Enforcement enforced) {
        if (enforced instanceof AsDefined defined) {
            return of(defined.network());
        }
        // of a bridge that nobody knows, whose addresses are its guests' is all that can be asked
        List<Subnet> subnets = enforced instanceof Unknown unknown
                ? KernelElements.subnets(unknown.elements().elements())
                : List.of();
        return new Consent(false, false, false, Optional.empty(), subnets, List.of(), Map.of());
    }

    private static Consent of(VirtualNetwork network) {
        Forward forward = network.forward();
        List<Subnet> outbound = new ArrayList<>();
        List<Subnet> inbound = new ArrayList<>();
        Map<Subnet, Translation> translations = new HashMap<>();
        if (!(forward instanceof Forward.Isolated)) {
            for (Family family : Family.values()) {
                List<Subnet> subnets = network.subnets(family);
                outbound.addAll(subnets);
                if (forward instanceof Forward.Nat nat && nat.translates(family)) {
                    Optional<AddressRange> pool = family == Family.IPV4 ? nat.pool() : Optional.empty();
                    subnets.forEach(subnet -> translations.put(subnet, new Translation(pool, nat.ports())));
                } else {
                    inbound.addAll(subnets);
                }
            }
        }
        return new Consent(
                !(forward instanceof Forward.Isolated),
                true,
                network.shape() == Shape.COMPANION,
                forward.uplink(),
                outbound,
                inbound,
                translations);
    }

    /** The same for whoever does not care whether libvirt's rules stand beside. */
    Consent withoutShape() {
        return new Consent(sends, same, false, uplink, outbound, inbound, translations);
    }

    boolean sends(Address source) {
        return sends && holds(outbound, source);
    }

    boolean accepts(Address destination) {
        return holds(inbound, destination);
    }

    Optional<Translation> translation(Address source) {
        return translations.entrySet().stream()
                .filter(each -> each.getKey().contains(source))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static boolean holds(List<Subnet> subnets, Address address) {
        return subnets.stream().anyMatch(subnet -> subnet.contains(address));
    }
}
