package org.virtnft.xml;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jdom2.Element;
import org.jdom2.Namespace;

/**
 * What libvirt tells dnsmasq for an isolated network and for no other (src/network/bridge_driver.c,
 * networkDnsmasqConfContents): no default route by DHCP, no forwarding of questions, no default route by router advertisements.
 * For an open network the same is said by {@code <dnsmasq:options>}.
 */
final class DnsmasqOptions {

    static final Namespace NAMESPACE =
            Namespace.getNamespace("dnsmasq", "http://libvirt.org/schemas/network/dnsmasq/1.0");

    /** In libvirt's order. */
    static final List<String> OF_ISOLATED = List.of("dhcp-option=3", "no-resolv", "ra-param=*,0,0");

    private DnsmasqOptions() {}

    /** Says them ahead of the administrator's own, where libvirt has them too: what comes later may speak of the same thing. */
    static void add(Element network) {
        Optional<Element> found = Optional.ofNullable(network.getChild("options", NAMESPACE));
        Element options = found.orElseGet(() -> new Element("options", NAMESPACE));
        List<Element> fresh = new ArrayList<>();
        for (String value : OF_ISOLATED) {
            fresh.add(new Element("option", options.getNamespace()).setAttribute("value", value));
        }
        if (found.isEmpty()) {
            options.addContent(fresh);
            if (network.getNamespace(NAMESPACE.getPrefix()) == null) {
                network.addNamespaceDeclaration(NAMESPACE); // where libvirt itself writes it
            }
            Layout.append(network, options);
            return;
        }
        Collections.reverse(fresh);
        fresh.forEach(option -> Layout.prepend(options, option));
    }

    /** Takes them out, each once; returns those that were not there. */
    static List<String> remove(Element network) {
        List<String> missing = new ArrayList<>();
        for (String value : OF_ISOLATED) {
            Optional<Element> option = network.getChildren("options", NAMESPACE).stream()
                    .flatMap(options -> options.getChildren("option", NAMESPACE).stream())
                    .filter(each -> value.equals(each.getAttributeValue("value")))
                    .findFirst();
            option.ifPresentOrElse(Layout::remove, () -> missing.add(value));
        }
        for (Element options : List.copyOf(network.getChildren("options", NAMESPACE))) {
            if (options.getChildren().isEmpty()) {
                Layout.remove(options);
            }
        }
        if (network.getChildren("options", NAMESPACE).isEmpty()) {
            for (Namespace declared : List.copyOf(network.getAdditionalNamespaces())) {
                if (declared.getURI().equals(NAMESPACE.getURI())) {
                    network.removeNamespaceDeclaration(declared);
                }
            }
        }
        return missing;
    }
}
