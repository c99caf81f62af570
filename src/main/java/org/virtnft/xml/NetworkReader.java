package org.virtnft.xml;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdom2.Document;
import org.jdom2.Element;
import org.jdom2.JDOMException;
import org.jdom2.Namespace;
import org.jdom2.input.JDOMParseException;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.Family;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.NetworkDefinition;
import org.virtnft.network.RulelessNetwork;
import org.virtnft.network.Shape;
import org.virtnft.network.Subnet;
import org.virtnft.network.VirtualNetwork;

/**
 * Reads a {@code <network>}, alone, in the {@code <hookData>} that libvirt gives a hook, or in the {@code <networkstatus>} of
 * libvirt's own files, to the model.
 *
 * <p>What libvirt refuses is an error here too, for a file need not have met libvirt yet. What bears on no rule is not read.
 */
public final class NetworkReader {

    private final Problems problems;
    private final LibvirtReader libvirt;
    private final OurElement ours;
    private final PolicyReader policies;
    private String name = "";
    private Optional<InterfaceName> bridge = Optional.empty();
    private String mode = "";

    private NetworkReader(Problems problems, Element network) {
        Attributes attributes = new Attributes(problems);
        ForwardReader forwards = new ForwardReader(problems, attributes);
        this.problems = problems;
        this.libvirt = new LibvirtReader(network, problems, attributes, forwards);
        this.ours = new OurElement(problems);
        this.policies = new PolicyReader(problems, forwards);
    }

    /**
     * Reads one document.
     *
     * @param source what to call it in messages: a file's path
     */
    public static Reading read(String source, byte[] xml) {
        return read(source, xml, Optional.empty());
    }

    /**
     * Reads one document, with our element taken from elsewhere: the live XML of a running network keeps the metadata of its
     * start, while the policy in force may be a newer one.
     *
     * @param policy the text of our element as {@link Reading#metadata} gave it, "" for none
     */
    public static Reading read(String source, byte[] xml, Optional<String> policy) {
        return read(new XmlParser(), source, xml, policy);
    }

    static Reading read(XmlParser parser, String source, byte[] xml, Optional<String> policy) {
        Problems problems = new Problems(source);
        Element root;
        Optional<Element> replacement = Optional.empty();
        try {
            root = parser.read(xml).getRootElement();
            if (policy.isPresent() && !policy.get().isEmpty()) {
                Document other = parser.read(policy.get().getBytes(java.nio.charset.StandardCharsets.UTF_8));
                replacement = Optional.of(other.detachRootElement());
            }
        } catch (JDOMParseException e) {
            problems.unreadable(
                    e.getLineNumber(),
                    refusal(rootMessage(e)),
                    "libvirt's own form is printed by 'virsh net-dumpxml NETWORK'");
            return unreadable(problems);
        } catch (JDOMException | IOException e) {
            problems.unreadable(0, "" + e.getMessage(), "give the definition of one network");
            return unreadable(problems);
        }
        Optional<Element> network = networkOf(root);
        if (network.isEmpty()) {
            problems.error(root, "this is no network", "the document must be a <network>, or a <hookData> with one");
            return unreadable(problems);
        }
        return new NetworkReader(problems, network.get()).reading(network.get(), policy.isPresent(), replacement);
    }

    private static Reading unreadable(Problems problems) {
        return Reading.unreadable(problems.all());
    }

    /** The parser's word for what it refuses, in ours where its own speaks of its settings. */
    private static String refusal(String message) {
        if (message.startsWith("DOCTYPE ")) {
            return "a DOCTYPE is not allowed";
        }
        return message.startsWith("JAXP00010006") ? "elements are nested deeper than " + XmlParser.DEEPEST : message;
    }

    private static String rootMessage(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return "" + cause.getMessage();
    }

    static Optional<Element> networkOf(Element root) {
        if (root.getName().equals("hookData") || root.getName().equals("networkstatus")) {
            return Optional.ofNullable(root.getChild("network"));
        }
        return root.getName().equals("network") && root.getNamespace().equals(Namespace.NO_NAMESPACE)
                ? Optional.of(root)
                : Optional.empty();
    }

    private Reading reading(Element network, boolean policyIsGiven, Optional<Element> given) {
        Optional<Element> own = ours.find(network);
        Optional<Element> policy = policyIsGiven ? given : own;
        name = libvirt.name();
        libvirt.checkIpv6();
        ours.refuseElsewhere(network);
        mode = libvirt.mode();
        Optional<NetworkDefinition> definition = definition(policy);
        return new Reading(
                problems.hasErrors() ? Optional.empty() : definition,
                name.isEmpty() ? Optional.empty() : Optional.of(name),
                libvirt.uuid(),
                bridge,
                mode,
                policy.isPresent() || ours.refusedNearlyOurs(),
                own.map(OurElement::asText).orElse(""),
                problems.all());
    }

    // ---- Put together by shape ----

    private Optional<NetworkDefinition> definition(Optional<Element> policy) {
        boolean open = mode.equals("open");
        if (policy.isPresent() && !open) {
            problems.error(
                    policy.get(),
                    "libvirt has mode '" + mode + "' for this network, and its own rules with it",
                    "say <forward mode='open'/>, or remove our element");
        }
        Optional<String> onHosts = LibvirtReader.onHostsOwnNetwork(mode);
        if (onHosts.isPresent()) {
            bridge = policy.isPresent() ? Optional.empty() : libvirt.bridgeOfRuleless();
            return Optional.of(new RulelessNetwork(name, mode, onHosts.get()));
        }
        return open && policy.isEmpty() ? openWithoutUs() : withRules(policy);
    }

    private Optional<NetworkDefinition> openWithoutUs() {
        bridge = libvirt.bridgeOfRuleless();
        libvirt.addresses();
        libvirt.portsIsolated();
        libvirt.forward(mode);
        return Optional.of(new RulelessNetwork(name, mode, "its packets pass as the rest of this host lets them"));
    }

    private Optional<NetworkDefinition> withRules(Optional<Element> policy) {
        bridge = libvirt.bridge(name);
        List<BridgeAddress> addresses = libvirt.addresses();
        boolean portsIsolated = libvirt.portsIsolated();
        Optional<Forward> forward = libvirt.forward(mode);
        if (mode.equals("open")) {
            forward = policy.flatMap(policies::forward);
        }
        Element meaning = policy.flatMap(PolicyReader::placeOfForward).orElse(libvirt.placeOfForward());
        boolean needsIp = forward.isPresent() && !(forward.get() instanceof Forward.Isolated);
        if (needsIp && !libvirt.hasIp()) {
            problems.error(
                    meaning, forward.get().mode() + " needs an <ip>, and there is none", "give the network an <ip>");
        }
        if (forward.isEmpty() || bridge.isEmpty()) {
            return Optional.empty();
        }
        Shape shape = policy.isPresent() ? Shape.OWNER : Shape.COMPANION;
        VirtualNetwork found = new VirtualNetwork(
                name, bridge.get(), shape, forward.get(), addresses, libvirt.servesDhcp(), portsIsolated);
        warnOfSurprises(meaning, found);
        return Optional.of(found);
    }

    private void warnOfSurprises(Element at, VirtualNetwork network) {
        Forward forward = network.forward();
        boolean hasIpv6 = !network.subnets(Family.IPV6).isEmpty();
        if (forward instanceof Forward.Nat nat) {
            if (!nat.ipv6() && hasIpv6) {
                problems.warning(
                        at,
                        "IPv6 is routed, not translated, and open to new connections from outside",
                        "say <nat ipv6='yes'/> to translate it");
            }
            if (nat.pool().isPresent() && network.subnets(Family.IPV4).isEmpty()) {
                problems.warning(at, "<address> is for IPv4, which this network does not have", "");
            }
        }
        List<Subnet> kept = new ArrayList<>(network.subnets(Family.IPV4));
        kept.addAll(network.subnets(Family.IPV6));
        for (int i = 0; i < network.addresses().size(); i++) {
            Subnet subnet = network.addresses().get(i).subnet();
            if (!kept.contains(subnet)) {
                problems.warning(
                        libvirt.placeOfAddress(i), "subnet " + subnet + " lies within another one of this network", "");
            }
        }
    }
}
