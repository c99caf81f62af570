package org.virtnft.xml;

import java.util.List;
import java.util.Optional;
import org.jdom2.Element;
import org.jdom2.Namespace;
import org.virtnft.network.AddressRange;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;

/**
 * Reads {@code <forward>}: libvirt's, and ours, which has the same words in another namespace.
 *
 * <p>libvirt's rules for it: src/conf/network_conf.c, virNetworkForwardDefParseXML.
 */
final class ForwardReader {

    private final Problems problems;
    private final Attributes attributes;

    ForwardReader(Problems problems, Attributes attributes) {
        this.problems = problems;
        this.attributes = attributes;
    }

    Forward nat(Element forward, Optional<InterfaceName> uplink) {
        Namespace namespace = forward.getNamespace();
        boolean ipv6 = false;
        Optional<AddressRange> pool = Optional.empty();
        Optional<PortRange> ports = Optional.empty();
        Optional<Element> nat = only(forward, "nat", namespace);
        if (nat.isPresent()) {
            ipv6 = attributes.yes(nat.get(), "ipv6");
            pool = only(nat.get(), "address", namespace).flatMap(attributes::pool);
            ports = only(nat.get(), "port", namespace).flatMap(attributes::ports);
        }
        return new Forward.Nat(uplink, ipv6, pool, ports.orElse(PortRange.UNPRIVILEGED));
    }

    void refuseNat(Element forward) {
        for (Element nat : forward.getChildren("nat", forward.getNamespace())) {
            problems.error(nat, "only mode='nat' can have it", "remove it, or say mode='nat'");
        }
    }

    /** The device from dev= or {@code <interface dev>}: one at most, and equal where both are given. */
    Optional<InterfaceName> uplink(Element forward) {
        Optional<InterfaceName> uplink = attributes.interfaceName(forward, "dev");
        List<Element> interfaces = forward.getChildren("interface", forward.getNamespace());
        for (Element device : interfaces) {
            boolean further = !device.equals(interfaces.get(0));
            if (Attributes.text(device, "dev").isEmpty()) {
                problems.error(device, "needs dev=", "name the device");
            }
            Optional<InterfaceName> named = attributes.interfaceName(device, "dev");
            if (further) {
                problems.error(device, "modes nat and route take one device", "keep one <interface>");
            } else if (uplink.isPresent() && named.isPresent() && !uplink.equals(named)) {
                problems.error(
                        device,
                        "dev='" + named.get() + "' is not the dev='" + uplink.get() + "' of <forward>",
                        "name one device");
            }
            if (uplink.isEmpty()) {
                uplink = named;
            }
        }
        return uplink;
    }

    private Optional<Element> only(Element parent, String name, Namespace namespace) {
        List<Element> found = parent.getChildren(name, namespace);
        for (int i = 1; i < found.size(); i++) {
            problems.error(found.get(i), "there is more than one", "keep one");
        }
        return found.stream().findFirst();
    }
}
