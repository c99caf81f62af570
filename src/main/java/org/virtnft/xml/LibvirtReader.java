package org.virtnft.xml;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jdom2.Element;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.Printable;

/**
 * Reads libvirt's own words of a {@code <network>}, with its defaults and checks. A word that libvirt does not know either is nobody's
 * business here. What is asked for first is told of first.
 */
final class LibvirtReader {

    /** Modes in which guests are on the host's own network, and libvirt makes no rule. */
    private static final Map<String, String> HOST_MODES = Map.of(
            "bridge", "its guests are on a bridge of the host",
            "private", "its guests are on a device of the host by macvtap",
            "vepa", "its guests are on a device of the host by macvtap",
            "passthrough", "its guests are on devices of the host by macvtap",
            "hostdev", "its guests have network devices of the host");

    private final Element network;
    private final Optional<Element> forward;
    private final Problems problems;
    private final Attributes attributes;
    private final ForwardReader forwards;
    private final AddressReader addressReader;

    LibvirtReader(Element network, Problems problems, Attributes attributes, ForwardReader forwards) {
        this.network = network;
        this.forward = Optional.ofNullable(network.getChild("forward"));
        this.problems = problems;
        this.attributes = attributes;
        this.forwards = forwards;
        this.addressReader = new AddressReader(problems, attributes);
    }

    /** "" when it has none. */
    String name() {
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

    /** libvirt takes others' spellings of one, and writes it in lower case with hyphens (src/util/viruuid.c). */
    Optional<String> uuid() {
        String digits = String.valueOf(network.getChildTextTrim("uuid"))
                .replaceAll("[\\s-]", "")
                .toLowerCase(Locale.ROOT);
        return digits.matches("[0-9a-f]{32}")
                ? Optional.of(digits.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5"))
                : Optional.empty();
    }

    /** libvirt refuses other values (virNetworkDefParseXML); no rule of ours comes of it. */
    void checkIpv6() {
        attributes.yes(network, "ipv6");
    }

    /** "none" for isolated. */
    String mode() {
        network.getChildren("forward").stream()
                .skip(1)
                .forEach(more -> problems.error(more, "there is more than one", "keep one"));
        return forward.map(each -> each.getAttributeValue("mode", "nat")).orElse("none");
    }

    /** Why there is no rule to be made in a mode; empty in those where there is. */
    static Optional<String> onHostsOwnNetwork(String mode) {
        return Optional.ofNullable(HOST_MODES.get(mode));
    }

    /** No rule will name it, so any name is fine; a safe one may have belonged to a network that has rules. */
    Optional<InterfaceName> bridgeOfRuleless() {
        try {
            return Optional.ofNullable(network.getChild("bridge"))
                    .flatMap(element -> Attributes.text(element, "name"))
                    .map(InterfaceName::new);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * The bridge that rules name.
     *
     * @param name the network's name, for the remedy
     */
    Optional<InterfaceName> bridge(String name) {
        Element element = network.getChild("bridge");
        if (element == null || Attributes.text(element, "name").isEmpty()) {
            problems.error(
                    element == null ? network : element,
                    "has no <bridge name=>, which libvirt chooses when the network is defined",
                    "use the output of 'virsh net-dumpxml " + Printable.printable(name.isEmpty() ? "NETWORK" : name, 64)
                            + "'");
            return Optional.empty();
        }
        Optional<InterfaceName> read = attributes.interfaceName(element, "name");
        if (read.filter(each -> each.value().equals("lo")).isPresent()) {
            problems.unfit(element, "lo is the loopback device of every host, and no bridge", "give it another name");
        }
        return read;
    }

    /** The bridge's; what else stands there and bears on no rule is checked with them. */
    List<BridgeAddress> addresses() {
        List<BridgeAddress> addresses = addressReader.addresses(network);
        problems.ofNoRule(() -> {
            addressReader.routes(network, addresses);
            refuseVlans();
        });
        refuseLostNat();
        return addresses;
    }

    /** Whether one of the addresses that were read serves IPv4 addresses. */
    boolean servesDhcp() {
        return addressReader.servesDhcp();
    }

    boolean hasIp() {
        return network.getChild("ip") != null;
    }

    /** The {@code <ip>} that an address was read from, by its index. */
    Element placeOfAddress(int index) {
        return addressReader.place(index);
    }

    /** networkValidate in libvirt's bridge_driver.c: its own bridges carry no VLAN tags. */
    private void refuseVlans() {
        for (Element vlan : network.getChildren("vlan")) {
            problems.error(vlan, "this forward mode takes no VLAN", "remove it");
        }
        for (Element group : network.getChildren("portgroup")) {
            for (Element vlan : group.getChildren("vlan")) {
                problems.error(vlan, "this forward mode takes no VLAN", "remove it");
            }
        }
    }

    /** libvirt looks for it in {@code <forward>} alone, and drops it when the network is defined. */
    private void refuseLostNat() {
        for (Element nat : network.getChildren("nat")) {
            problems.unfit(
                    nat,
                    "stands beside <forward>, where libvirt does not look for it",
                    "put it into <forward mode='nat'>");
        }
    }

    /** virNetworkPortOptionsParseXML; a bridge's, so not one that libvirt does not make. */
    boolean portsIsolated() {
        return Optional.ofNullable(network.getChild("port"))
                .map(port -> attributes.yes(port, "isolated"))
                .orElse(false);
    }

    /** What libvirt's mode makes of the network's packets; empty for an open network, where that is nothing, and for no mode. */
    Optional<Forward> forward(String mode) {
        Element at = placeOfForward();
        return switch (mode) {
            case "none" -> {
                forward.ifPresent(forwards::refuseNat);
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
                yield Optional.empty();
            }
            default -> {
                problems.error(at, "mode='" + mode + "' is no forward mode", "libvirt knows nat, route and open");
                yield Optional.empty();
            }
        };
    }

    /** The {@code <forward>}, or the network that has none. */
    Element placeOfForward() {
        return forward.orElse(network);
    }
}
