package org.virtnft.report;

import java.util.ArrayList;
import java.util.List;
import org.virtnft.network.Family;
import org.virtnft.network.Forward;
import org.virtnft.network.NetworkDefinition;
import org.virtnft.network.PortRange;
import org.virtnft.network.RulelessNetwork;
import org.virtnft.network.Shape;
import org.virtnft.network.Subnet;
import org.virtnft.network.VirtualNetwork;

/** What a network's definition lets its guests do, in sentences. */
public final class DefinitionText {

    private DefinitionText() {}

    public static List<String> of(NetworkDefinition definition) {
        if (definition instanceof RulelessNetwork ruleless) {
            return List.of(ruleless.mode() + ": no rules, " + ruleless.why());
        }
        if (!(definition instanceof VirtualNetwork network)) {
            throw new IllegalArgumentException("unknown definition " + definition);
        }
        List<String> lines = new ArrayList<>();
        Forward forward = network.forward();
        lines.add(forward.mode() + " on bridge " + network.bridge() + ", " + shape(network.shape()));
        if (forward instanceof Forward.Isolated) {
            lines.add(
                    network.portsIsolated()
                            ? "its guests reach this host, and nobody else"
                            : "its guests reach each other and this host, and nobody else");
            lines.addAll(apart(network));
            return lines;
        }
        String way =
                forward.uplink().map(uplink -> " through " + uplink + " only").orElse("");
        for (Family family : Family.values()) {
            for (Subnet subnet : network.subnets(family)) {
                lines.add(subnet + subnetMeaning(forward, family, way));
            }
        }
        if (network.subnets(Family.IPV6).isEmpty()) {
            lines.add("IPv6 stays on the bridge: the network has no IPv6 address");
        }
        lines.addAll(apart(network));
        return lines;
    }

    private static List<String> apart(VirtualNetwork network) {
        return network.portsIsolated()
                ? List.of(
                        "on the bridge its guests do not reach each other: their ports are isolated, which libvirt sees to")
                : List.of();
    }

    private static String shape(Shape shape) {
        return shape == Shape.OWNER
                ? "owner: libvirt makes no rules for it"
                : "companion: libvirt's own rules remain beside these";
    }

    private static String subnetMeaning(Forward forward, Family family, String way) {
        if (forward instanceof Forward.Nat nat && nat.translates(family)) {
            String ports = ", TCP and UDP from ports " + nat.ports();
            String seen = family == Family.IPV4 && nat.pool().isPresent()
                    ? nat.pool().get().first() + " to " + nat.pool().get().last()
                    : "the address of the device they leave by";
            boolean said = !nat.ports().equals(PortRange.UNPRIVILEGED);
            return " reaches out" + way + ", seen as " + seen + (said ? ports : "") + "; nobody reaches in";
        }
        return " reaches out" + way + " under its own addresses, and is reached" + (way.isEmpty() ? "" : way)
                + " from outside";
    }
}
