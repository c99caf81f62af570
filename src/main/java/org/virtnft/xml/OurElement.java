package org.virtnft.xml;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdom2.Attribute;
import org.jdom2.Element;
import org.jdom2.Namespace;
import org.jdom2.output.Format;
import org.jdom2.output.XMLOutputter;

/** Our element in a network's metadata: where it stands, and where it must not. What it says is {@link PolicyReader}'s. */
public final class OurElement {

    /** The namespace of our element in a network's metadata. */
    static final String NAMESPACE = "http://virt-nft.org/xmlns/libvirt/network/1.0";

    static final Namespace OURS = Namespace.getNamespace(NAMESPACE);

    /**
     * What every namespace of ours holds, of whatever version and in whatever case. Launcher, hook and package scripts look for the same:
     * a network that speaks to us in words that nobody understands must not start as one that does not.
     */
    private static final String NEARLY_OURS = "virt-nft.org/";

    private final Problems problems;
    private boolean nearly;

    OurElement(Problems problems) {
        this.problems = problems;
    }

    /** Whether a document speaks to us, as far as its text tells: the launcher and the package's scripts judge so too. */
    public static boolean speaksToUs(String xml) {
        return xml.toLowerCase(Locale.ROOT).contains(NEARLY_OURS);
    }

    static boolean isOurs(Element element) {
        return element.getNamespace().equals(OURS);
    }

    static String asText(Element element) {
        return new XMLOutputter(Format.getCompactFormat()).outputString(element);
    }

    Optional<Element> find(Element network) {
        Optional<Element> found = Optional.empty();
        for (Element metadata : network.getChildren("metadata")) {
            for (Element element : metadata.getChildren()) {
                if (!isOurs(element)) {
                    continue;
                }
                if (!element.getName().equals("network")) {
                    problems.error(element, "is not known to this version", "our element is called <network>");
                } else if (found.isPresent()) {
                    problems.error(element, "there is more than one", "keep one");
                }
                found = Optional.of(element);
            }
        }
        return found;
    }

    /** Refuses what was meant for us and does not reach us. */
    void refuseElsewhere(Element network) {
        refuseMisplaced(network);
        refuseNearlyOurs(network);
    }

    /** libvirt keeps nothing of ours but in {@code <metadata>}: elsewhere it would be lost, and the network open. */
    private void refuseMisplaced(Element element) {
        for (Element child : element.getChildren()) {
            if (isOurs(child)) {
                problems.error(child, "is not in <metadata>, as a child of it", "put it there, where libvirt keeps it");
            } else if (child.getName().equals("metadata")) {
                child.getChildren().stream().filter(foreign -> !isOurs(foreign)).forEach(this::refuseMisplaced);
            } else {
                refuseMisplaced(child);
            }
        }
    }

    private void refuseNearlyOurs(Element element) {
        Stream<Namespace> namespaces = Stream.concat(
                Stream.of(element.getNamespace()),
                element.getAttributes().stream().map(Attribute::getNamespace));
        Optional<Namespace> found = Stream.concat(namespaces, element.getAdditionalNamespaces().stream())
                .filter(namespace -> speaksToUs(namespace.getURI()) && !namespace.equals(OURS))
                .findFirst();
        if (found.isPresent()) {
            nearly = true;
            problems.error(
                    element,
                    "its namespace '" + found.get().getURI() + "' is not one that this version of virt-nft knows",
                    "it knows '" + NAMESPACE + "', letter by letter");
        } else {
            element.getChildren().forEach(this::refuseNearlyOurs);
        }
    }

    /** Whether a namespace was refused that is nearly ours. */
    boolean refusedNearlyOurs() {
        return nearly;
    }
}
