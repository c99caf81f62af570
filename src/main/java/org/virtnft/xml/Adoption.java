package org.virtnft.xml;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jdom2.Attribute;
import org.jdom2.Document;
import org.jdom2.Element;
import org.jdom2.JDOMException;
import org.jdom2.Namespace;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.NetworkDefinition;
import org.virtnft.network.RulelessNetwork;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;

/**
 * Rewrites a definition into the owner's shape and back: libvirt's {@code <forward>} becomes ours in the metadata, word for word,
 * and the network open for libvirt. All else stays.
 */
public final class Adoption {

    private static final Namespace PREFIXED = Namespace.getNamespace("nft", OurElement.NAMESPACE);

    private final Problems problems;

    /** Whether no address is needed; empty for a definition that was adopted before, or goes back. */
    private final Optional<BooleanSupplier> openWithoutIp;

    private Adoption(String source, Optional<BooleanSupplier> openWithoutIp) {
        this.problems = new Problems(source);
        this.openWithoutIp = openWithoutIp;
    }

    /**
     * What became of a definition.
     *
     * @param xml the rewritten definition; absent when there was an error
     * @param before what the definition said
     * @param after what it says now; the same as before when there was an error
     */
    public record Rewriting(Optional<String> xml, Reading before, Reading after, List<Problem> errors) {
        public Rewriting {
            errors = List.copyOf(errors);
        }
    }

    /**
     * Into the owner's shape, as it is to be told of to whoever wants it so.
     *
     * @param source what to call the definition in messages
     * @param openWithoutIp whether libvirt takes an open network without an address; asked where it matters
     */
    public static Rewriting adopt(String source, byte[] xml, BooleanSupplier openWithoutIp) {
        return new Adoption(source, Optional.of(openWithoutIp)).rewrite(source, xml, Shape.OWNER);
    }

    /**
     * The same of a definition that was adopted once: what came of it.
     *
     * @param source what to call the definition in messages
     */
    public static Rewriting adopt(String source, byte[] xml) {
        return new Adoption(source, Optional.empty()).rewrite(source, xml, Shape.OWNER);
    }

    /**
     * Back, computed from our metadata alone.
     *
     * @param source what to call the definition in messages
     */
    public static Rewriting release(String source, byte[] xml) {
        return new Adoption(source, Optional.empty()).rewrite(source, xml, Shape.COMPANION);
    }

    /**
     * Into the owner's shape again, of a definition that lost our element or has one in a namespace that is nearly ours.
     *
     * @param source what to call the definition in messages
     * @param policy our element as {@link Reading#metadata} gave it
     */
    public static Rewriting regain(String source, byte[] xml, String policy) {
        Reading before = NetworkReader.read(source, xml);
        Document document = documentOf(xml);
        Element network = document.getRootElement();
        Element ours;
        try {
            ours = XmlParser.parse(policy.getBytes(StandardCharsets.UTF_8)).detachRootElement();
        } catch (JDOMException | IOException e) {
            throw new IllegalStateException("it could be read a moment ago", e);
        }
        Optional<Element> metadata = Optional.ofNullable(network.getChild("metadata"));
        if (metadata.isPresent()) {
            for (Element element : List.copyOf(metadata.get().getChildren())) {
                if (OurElement.speaksToUs(element.getNamespaceURI())) {
                    Layout.remove(element);
                }
            }
            Layout.append(metadata.get(), ours);
        } else {
            Layout.before(network.getChild("forward"), new Element("metadata").addContent(ours));
        }
        String text = XmlText.of(document);
        Reading after = NetworkReader.read(source, text.getBytes(StandardCharsets.UTF_8));
        return after.errors().isEmpty()
                ? new Rewriting(Optional.of(text), before, after, List.of())
                : new Rewriting(Optional.empty(), before, after, after.errors());
    }

    /** A definition that was rewritten, or is to be, letter by letter as this class writes it: what differs then is a difference. */
    public static String asWritten(String xml) {
        return XmlText.of(documentOf(xml.getBytes(StandardCharsets.UTF_8)));
    }

    private Rewriting rewrite(String source, byte[] xml, Shape shape) {
        Reading read = NetworkReader.read(source, xml);
        // whoever adopts writes a definition
        Reading before = openWithoutIp.isPresent() ? read.strict() : read;
        if (before.network().isEmpty()) {
            return new Rewriting(Optional.empty(), before, before, before.errors());
        }
        Document document = documentOf(xml);
        Element network = document.getRootElement();
        Optional<VirtualNetwork> rules = shape == Shape.OWNER
                ? adoptable(network, before.network().get())
                : releasable(network, before.network().get());
        rules.ifPresent(each -> {
            if (shape == Shape.OWNER) {
                adopt(network, each);
            } else {
                release(network, each);
            }
        });
        if (problems.hasErrors() || rules.isEmpty()) {
            return new Rewriting(Optional.empty(), before, before, problems.all());
        }
        String text = XmlText.of(document);
        Reading after = NetworkReader.read(source, text.getBytes(StandardCharsets.UTF_8));
        VirtualNetwork wanted = rules.get();
        NetworkDefinition expected = new VirtualNetwork(
                wanted.name(),
                wanted.bridge(),
                shape,
                wanted.forward(),
                wanted.addresses(),
                wanted.dhcp(),
                wanted.portsIsolated());
        // the last look before libvirt gets it: whatever was not foreseen must not become other rules
        if (!after.network().equals(Optional.of(expected))) {
            problems.error(network, "cannot be rewritten so that it means the same", "please report this definition");
            return new Rewriting(Optional.empty(), before, before, problems.all());
        }
        return new Rewriting(Optional.of(text), before, after, List.of());
    }

    private static Document documentOf(byte[] xml) {
        try {
            Document document = XmlParser.parse(xml);
            Element network = NetworkReader.networkOf(document.getRootElement()).orElseThrow();
            if (network.isRootElement()) {
                return document;
            }
            return new Document(network.detach());
        } catch (JDOMException | IOException e) {
            throw new IllegalStateException("it could be read a moment ago", e);
        }
    }

    // ---- Into the owner's shape ----

    private Optional<VirtualNetwork> adoptable(Element network, NetworkDefinition definition) {
        Element forward = Optional.ofNullable(network.getChild("forward")).orElse(network);
        if (definition instanceof VirtualNetwork rules) {
            if (rules.shape() == Shape.COMPANION) {
                if (rules.addresses().isEmpty()
                        && openWithoutIp.filter(takes -> !takes.getAsBoolean()).isPresent()) {
                    refuseWithoutIp(network);
                }
                return Optional.of(rules);
            }
            problems.error(forward, "the network is adopted already", "'virt-nft release' is the way back");
        } else if (definition instanceof RulelessNetwork ruleless) {
            problems.error(
                    forward,
                    "a network in mode " + ruleless.mode() + " cannot be adopted, only nat, route and isolated ones",
                    ruleless.mode().equals("open")
                            ? "say in its metadata what to enforce (virt-nft-network(5))"
                            : "it has no rules, and needs none of ours: " + ruleless.why());
        }
        return Optional.empty();
    }

    /** Only isolated ones can be so; virNetworkDefParseXML refuses the open one that would come of it (libvirt 9.0.0, not 10.8). */
    private void refuseWithoutIp(Element network) {
        problems.error(
                network,
                "it has no <ip>, so it cannot be adopted: an adopted network is open for libvirt, and libvirt takes no open network"
                        + " without an <ip> before its release 10.8",
                "leave it as it is, isolated by libvirt's rules and ours; or give it an <ip>, by which its guests reach this host, and"
                        + " adopt it then");
    }

    private void adopt(Element network, VirtualNetwork rules) {
        Element open = new Element("forward").setAttribute("mode", "open");
        Element ours = new Element("forward", PREFIXED);
        boolean isolated = rules.forward() instanceof Forward.Isolated;
        ours.setAttribute("mode", isolated ? "none" : rules.forward().mode());
        rules.forward().uplink().map(InterfaceName::value).ifPresent(dev -> ours.setAttribute("dev", dev));
        Optional<Element> forward = Optional.ofNullable(network.getChild("forward"));
        if (forward.isPresent()) {
            known(forward.get(), Set.of("mode", "dev"), Set.of("nat", "interface"));
            for (Element device : forward.get().getChildren("interface")) {
                known(device, Set.of("dev", "connections"), Set.of());
            }
            for (Element nat : forward.get().getChildren("nat")) {
                checkNat(nat);
                ours.addContent(translated(nat, PREFIXED));
            }
            Layout.replace(forward.get(), open);
        } else {
            Layout.before(network.getChild("bridge"), open);
        }
        Element policy = new Element("network", PREFIXED).addContent(ours);
        Optional<Element> metadata = Optional.ofNullable(network.getChild("metadata"));
        if (metadata.isPresent()) {
            Layout.append(metadata.get(), policy);
        } else {
            Layout.before(open, new Element("metadata").addContent(policy));
        }
        if (isolated) {
            DnsmasqOptions.add(network);
        }
    }

    private void checkNat(Element nat) {
        known(nat, Set.of("ipv6"), Set.of("address", "port"));
        for (Element range : nat.getChildren()) {
            known(range, Set.of("start", "end"), Set.of());
        }
    }

    /** What a later libvirt may know and we do not would be lost, silently. */
    private void known(Element element, Set<String> attributes, Set<String> children) {
        for (Attribute attribute : element.getAttributes()) {
            if (attribute.getNamespace().equals(Namespace.NO_NAMESPACE) && !attributes.contains(attribute.getName())) {
                problems.error(
                        element,
                        attribute.getName() + "= is not known to this version, and would be lost",
                        "remove it, if it can be done without");
            }
        }
        for (Element child : element.getChildren()) {
            if (child.getNamespace().equals(Namespace.NO_NAMESPACE) && !children.contains(child.getName())) {
                problems.error(
                        child,
                        "is not known to this version, and would be lost",
                        "remove it, if it can be done without");
            }
        }
    }

    // ---- And back ----

    private Optional<VirtualNetwork> releasable(Element network, NetworkDefinition definition) {
        if (definition instanceof VirtualNetwork rules && rules.shape() == Shape.OWNER) {
            return Optional.of(rules);
        }
        problems.error(
                Optional.ofNullable(network.getChild("forward")).orElse(network),
                "the network is not adopted: there is no element of ours in its metadata",
                "");
        return Optional.empty();
    }

    private void release(Element network, VirtualNetwork rules) {
        Element policy = policyOf(network);
        for (Element child : policy.getChildren()) {
            if (!child.getName().equals("forward")) {
                problems.error(child, "libvirt has no such word for this network", "remove it first");
            }
        }
        Element forward = network.getChild("forward");
        if (rules.forward() instanceof Forward.Isolated) {
            List<String> missing = DnsmasqOptions.remove(network);
            if (!missing.isEmpty() && network.getChild("ip") != null) {
                problems.error(
                        network,
                        "its guests get a default route or answers from other name servers, which an isolated network of"
                                + " libvirt's never gives: <dnsmasq:options> lacks " + String.join(", ", missing),
                        "add these options ('virsh net-edit')");
            }
            Layout.remove(forward);
        } else {
            Element ours = policy.getChild("forward", OurElement.OURS);
            Layout.replace(forward, translated(ours, Namespace.NO_NAMESPACE));
        }
        Element metadata = policy.getParentElement();
        Layout.remove(policy);
        if (metadata.getChildren().isEmpty()) {
            Layout.remove(metadata);
        }
    }

    private static Element policyOf(Element network) {
        return network.getChildren("metadata").stream()
                .flatMap(metadata -> metadata.getChildren("network", OurElement.OURS).stream())
                .findFirst()
                .orElseThrow();
    }

    /** The same words in another namespace. */
    private static Element translated(Element element, Namespace namespace) {
        Element copy = new Element(element.getName(), namespace);
        for (Attribute attribute : element.getAttributes()) {
            if (attribute.getNamespace().equals(Namespace.NO_NAMESPACE)) {
                copy.setAttribute(attribute.getName(), attribute.getValue());
            }
        }
        element.getChildren().forEach(child -> copy.addContent(translated(child, namespace)));
        return copy;
    }
}
