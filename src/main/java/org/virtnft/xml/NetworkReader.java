package org.virtnft.xml;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdom2.Attribute;
import org.jdom2.Document;
import org.jdom2.Element;
import org.jdom2.JDOMException;
import org.jdom2.Namespace;
import org.jdom2.input.JDOMParseException;
import org.jdom2.output.Format;
import org.jdom2.output.XMLOutputter;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.Family;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.NetworkDefinition;
import org.virtnft.network.RulelessNetwork;
import org.virtnft.network.Shape;
import org.virtnft.network.Subnet;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.network.Words;

/**
 * Reads a {@code <network>}, alone, in the {@code <hookData>} that libvirt gives a hook, or in the {@code <networkstatus>} of
 * libvirt's own files, to the model.
 *
 * <p>What libvirt refuses is an error here too, for a file need not have met libvirt yet. What bears on no rule is not read.
 */
public final class NetworkReader {

    /** The namespace of our element in a network's metadata. */
    public static final String NAMESPACE = "http://virt-nft.org/xmlns/libvirt/network/1.0";

    static final Namespace OURS = Namespace.getNamespace(NAMESPACE);

    /**
     * What every namespace of ours holds, of whatever version and in whatever case. Launcher, hook and package scripts look for the same:
     * a network that speaks to us in words that nobody understands must not start as one that does not.
     */
    private static final String NEARLY_OURS = "virt-nft.org/";

    /** Modes in which guests are on the host's own network, and libvirt makes no rule. */
    private static final Map<String, String> HOST_MODES = Map.of(
            "bridge", "its guests are on a bridge of the host",
            "private", "its guests are on a device of the host by macvtap",
            "vepa", "its guests are on a device of the host by macvtap",
            "passthrough", "its guests are on devices of the host by macvtap",
            "hostdev", "its guests have network devices of the host");

    private final Problems problems;
    private final Attributes attributes;
    private final ForwardReader forwards;
    private final AddressReader addressReader;
    private String name = "";
    private Optional<InterfaceName> bridge = Optional.empty();
    private String mode = "";
    private boolean nearly;

    private NetworkReader(Problems problems) {
        this.problems = problems;
        this.attributes = new Attributes(problems);
        this.forwards = new ForwardReader(problems, attributes);
        this.addressReader = new AddressReader(problems, attributes);
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
        NetworkReader reader = new NetworkReader(problems);
        Optional<Element> network = networkOf(root);
        if (network.isEmpty()) {
            problems.error(root, "this is no network", "the document must be a <network>, or a <hookData> with one");
            return unreadable(problems);
        }
        Optional<Element> own = reader.ours(network.get());
        Optional<Element> used = policy.isPresent() ? replacement : own;
        Optional<NetworkDefinition> definition = reader.network(network.get(), used);
        return new Reading(
                problems.hasErrors() ? Optional.empty() : definition,
                reader.name.isEmpty() ? Optional.empty() : Optional.of(reader.name),
                uuid(network.get()),
                reader.bridge,
                reader.mode,
                used.isPresent() || reader.nearly,
                own.map(NetworkReader::asText).orElse(""),
                problems.all());
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

    /** libvirt takes others' spellings of one, and writes it in lower case with hyphens (src/util/viruuid.c). */
    private static Optional<String> uuid(Element network) {
        String digits = String.valueOf(network.getChildTextTrim("uuid"))
                .replaceAll("[\\s-]", "")
                .toLowerCase(Locale.ROOT);
        return digits.matches("[0-9a-f]{32}")
                ? Optional.of(digits.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5"))
                : Optional.empty();
    }

    private static String asText(Element element) {
        return new XMLOutputter(Format.getCompactFormat()).outputString(element);
    }

    private Optional<Element> ours(Element network) {
        Optional<Element> found = Optional.empty();
        for (Element metadata : network.getChildren("metadata")) {
            for (Element element : metadata.getChildren()) {
                if (!element.getNamespace().equals(OURS)) {
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

    /** Whether a document speaks to us, as far as its text tells: the launcher and the package's scripts judge so too. */
    public static boolean speaksToUs(String xml) {
        return xml.toLowerCase(Locale.ROOT).contains(NEARLY_OURS);
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

    /** libvirt keeps nothing of ours but in {@code <metadata>}: elsewhere it would be lost, and the network open. */
    private void refuseOurs(Element element) {
        for (Element child : element.getChildren()) {
            if (child.getNamespace().equals(OURS)) {
                problems.error(child, "is not in <metadata>, as a child of it", "put it there, where libvirt keeps it");
            } else if (child.getName().equals("metadata")) {
                child.getChildren().stream()
                        .filter(foreign -> !foreign.getNamespace().equals(OURS))
                        .forEach(this::refuseOurs);
            } else {
                refuseOurs(child);
            }
        }
    }

    private Optional<NetworkDefinition> network(Element network, Optional<Element> policy) {
        name = readName(network);
        attributes.yes(network, "ipv6");
        refuseOurs(network);
        refuseNearlyOurs(network);
        Element forward = network.getChild("forward");
        network.getChildren("forward").stream()
                .skip(1)
                .forEach(more -> problems.error(more, "there is more than one", "keep one"));
        mode = forward == null ? "none" : forward.getAttributeValue("mode", "nat");
        if (policy.isEmpty() && (HOST_MODES.containsKey(mode) || mode.equals("open"))) {
            bridge = bridgeOfRuleless(network);
        }
        if (policy.isPresent() && !mode.equals("open")) {
            problems.error(
                    policy.get(),
                    "libvirt has mode '" + mode + "' for this network, and its own rules with it",
                    "say <forward mode='open'/>, or remove our element");
        }
        if (HOST_MODES.containsKey(mode)) {
            return Optional.of(new RulelessNetwork(name, mode, HOST_MODES.getOrDefault(mode, "")));
        }
        Element at = forward == null ? network : forward;
        if (policy.isPresent() || !mode.equals("open")) {
            bridge = readBridge(network);
        }
        List<BridgeAddress> addresses = addressReader.addresses(network);
        problems.ofNoRule(() -> {
            addressReader.routes(network, addresses);
            refuseVlans(network);
        });
        lookForLostNat(network);
        boolean portsIsolated = isolatesPorts(network);
        Optional<Forward> rules = switch (mode) {
            case "none" -> {
                if (forward != null) {
                    forwards.refuseNat(forward);
                }
                yield Optional.of(new Forward.Isolated());
            }
            case "nat" -> Optional.of(forwards.nat(at, forwards.uplink(at)));
            case "route" -> {
                forwards.refuseNat(at);
                yield Optional.of(new Forward.Route(forwards.uplink(at)));
            }
            case "open" -> {
                forwards.refuseNat(at);
                if (forwards.uplink(at).isPresent()) {
                    problems.error(at, "an open network takes no device", "put it into our <forward dev=>");
                }
                yield policy.flatMap(this::policyForward);
            }
            default -> {
                problems.error(at, "mode='" + mode + "' is no forward mode", "libvirt knows nat, route and open");
                yield Optional.empty();
            }
        };
        if (mode.equals("open") && policy.isEmpty()) {
            return Optional.of(
                    new RulelessNetwork(name, "open", "its packets pass as the rest of this host lets them"));
        }
        Element meaning = policy.flatMap(ours -> Optional.ofNullable(ours.getChild("forward", OURS)))
                .orElse(at);
        boolean needsIp = rules.isPresent() && !(rules.get() instanceof Forward.Isolated);
        if (needsIp && network.getChild("ip") == null) {
            problems.error(
                    meaning, rules.get().mode() + " needs an <ip>, and there is none", "give the network an <ip>");
        }
        if (rules.isEmpty() || bridge.isEmpty()) {
            return Optional.empty();
        }
        Shape shape = policy.isPresent() ? Shape.OWNER : Shape.COMPANION;
        VirtualNetwork found = new VirtualNetwork(
                name, bridge.get(), shape, rules.get(), addresses, addressReader.servesDhcp(), portsIsolated);
        checkMeaning(meaning, found);
        return Optional.of(found);
    }

    private Optional<Forward> policyForward(Element policy) {
        if (!policy.getName().equals("network")) {
            return Optional.empty();
        }
        List<Element> found = policy.getChildren("forward", OURS);
        if (found.size() != 1) {
            problems.error(
                    policy,
                    found.isEmpty() ? "says no <forward>: what is to be enforced?" : "has more than one <forward>",
                    "give it one <forward mode='nat'/>, 'route' or 'none'");
        }
        for (Element child : policy.getChildren()) {
            if (!child.getName().equals("forward") || !child.getNamespace().equals(OURS)) {
                problems.error(child, "is not known to this version", "remove or correct it");
            }
        }
        for (Attribute attribute : policy.getAttributes()) {
            problems.error(policy, attribute.getName() + "= is not known to this version", "remove it");
        }
        return found.isEmpty() ? Optional.empty() : forwards.ours(found.get(0));
    }

    private void checkMeaning(Element at, VirtualNetwork network) {
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
                        addressReader.place(i), "subnet " + subnet + " lies within another one of this network", "");
            }
        }
    }

    private String readName(Element network) {
        String text = network.getChildText("name");
        if (text == null || text.isEmpty()) {
            problems.error(network, "has no <name>", "give it one");
            return "";
        }
        if (text.indexOf('/') >= 0 || text.indexOf('\n') >= 0) {
            problems.error(
                    network.getChild("name"), "'" + text + "' holds a slash or a newline", "libvirt refuses these");
        }
        return text;
    }

    /** No rule will name it, so any name is fine; a safe one may have belonged to a network that has rules. */
    private static Optional<InterfaceName> bridgeOfRuleless(Element network) {
        try {
            return Optional.ofNullable(network.getChild("bridge"))
                    .flatMap(element -> Attributes.text(element, "name"))
                    .map(InterfaceName::new);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Optional<InterfaceName> readBridge(Element network) {
        Element element = network.getChild("bridge");
        if (element == null || Attributes.text(element, "name").isEmpty()) {
            problems.error(
                    element == null ? network : element,
                    "has no <bridge name=>, which libvirt chooses when the network is defined",
                    "use the output of 'virsh net-dumpxml " + Words.printable(name.isEmpty() ? "NETWORK" : name, 64)
                            + "'");
            return Optional.empty();
        }
        Optional<InterfaceName> read = attributes.interfaceName(element, "name");
        if (read.filter(each -> each.value().equals("lo")).isPresent()) {
            problems.unfit(element, "lo is the loopback device of every host, and no bridge", "give it another name");
        }
        return read;
    }

    /** libvirt looks for it in {@code <forward>} alone, and drops it when the network is defined. */
    private void lookForLostNat(Element network) {
        for (Element nat : network.getChildren("nat")) {
            problems.unfit(
                    nat,
                    "stands beside <forward>, where libvirt does not look for it",
                    "put it into <forward mode='nat'>");
        }
    }

    /** virNetworkPortOptionsParseXML; a bridge's, so not one that libvirt does not make. */
    private boolean isolatesPorts(Element network) {
        return Optional.ofNullable(network.getChild("port"))
                .map(port -> attributes.yes(port, "isolated"))
                .orElse(false);
    }

    /** networkValidate in libvirt's bridge_driver.c: its own bridges carry no VLAN tags. */
    private void refuseVlans(Element network) {
        for (Element vlan : network.getChildren("vlan")) {
            problems.error(vlan, "this forward mode takes no VLAN", "remove it");
        }
        for (Element group : network.getChildren("portgroup")) {
            for (Element vlan : group.getChildren("vlan")) {
                problems.error(vlan, "this forward mode takes no VLAN", "remove it");
            }
        }
    }
}
