package org.virtnft.xml;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jdom2.Attribute;
import org.jdom2.Element;
import org.jdom2.JDOMException;
import org.jdom2.Namespace;

/**
 * One form for the many spellings of a definition: what libvirt gives back is not what it was given letter by letter. Without
 * comments, layout, prefixes, order of attributes and of a network's parts; and with libvirt's own habits for {@code <forward>}
 * (src/conf/network_conf.c: the device stands in dev= and in {@code <interface>}, no mode is nat, mode none is no element).
 */
public record CanonicalDefinition(Optional<String> uuid, List<String> lines) {

    public CanonicalDefinition {
        lines = List.copyOf(lines);
    }

    /**
     * The form of one document.
     *
     * @throws IllegalArgumentException when it holds no network
     */
    public static CanonicalDefinition of(String xml) {
        try {
            Element network = NetworkReader.networkOf(XmlParser.parse(xml.getBytes(StandardCharsets.UTF_8))
                            .getRootElement())
                    .orElseThrow(() -> new IllegalArgumentException("this is no network"));
            List<String> lines = new ArrayList<>();
            add(lines, normalized(network.clone()), "");
            return new CanonicalDefinition(Optional.ofNullable(network.getChildText("uuid")), lines);
        } catch (JDOMException | IOException e) {
            throw new IllegalArgumentException("this cannot be read: " + e.getMessage(), e);
        }
    }

    /** Whether two documents say the same. */
    public boolean saysTheSame(CanonicalDefinition other) {
        return lines.equals(other.lines);
    }

    private static Element normalized(Element network) {
        network.removeAttribute("connections"); // how many guests it has at the moment
        for (Element forward : List.copyOf(network.getChildren("forward"))) {
            normalizeForward(forward);
        }
        for (Element metadata : List.copyOf(network.getChildren("metadata"))) {
            detachIfEmpty(metadata);
        }
        for (Element options : List.copyOf(network.getChildren("options", DnsmasqOptions.NAMESPACE))) {
            detachIfEmpty(options);
        }
        network.sortChildren(Comparator.comparing(Element::getNamespaceURI).thenComparing(Element::getName));
        return network;
    }

    private static void normalizeForward(Element forward) {
        String mode = forward.getAttributeValue("mode", "nat");
        if (mode.equals("none")) {
            forward.detach();
            return;
        }
        forward.setAttribute("mode", mode);
        if (!mode.equals("nat") && !mode.equals("route")) {
            return;
        }
        for (Element device : List.copyOf(forward.getChildren("interface"))) {
            Optional<String> name = Attributes.text(device, "dev");
            if (name.isPresent() && name.equals(Attributes.text(forward, "dev").or(() -> name))) {
                forward.setAttribute("dev", name.get());
                device.detach();
            }
        }
        for (Element nat : List.copyOf(forward.getChildren("nat"))) {
            detachIfEmpty(nat);
        }
    }

    private static void detachIfEmpty(Element element) {
        if (element.getChildren().isEmpty() && element.getAttributes().isEmpty()) {
            element.detach();
        }
    }

    private static void add(List<String> lines, Element element, String indent) {
        StringBuilder line = new StringBuilder(indent).append(named(element.getNamespace(), element.getName()));
        TreeMap<String, String> attributes = new TreeMap<>();
        for (Attribute attribute : element.getAttributes()) {
            attributes.put(named(attribute.getNamespace(), attribute.getName()), attribute.getValue());
        }
        attributes.forEach(
                (name, value) -> line.append(' ').append(name).append('=').append(quoted(value)));
        String text = element.getTextTrim();
        if (!text.isEmpty()) {
            line.append(": ").append(quoted(text));
        }
        lines.add(line.toString());
        for (Element child : element.getChildren()) {
            add(lines, child, indent + "  ");
        }
    }

    private static String named(Namespace namespace, String name) {
        return namespace.getURI().isEmpty() ? name : "{" + namespace.getURI() + "}" + name;
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
