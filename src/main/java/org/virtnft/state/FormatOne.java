package org.virtnft.state;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.Family;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.Subnet;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.Enforcement;
import org.virtnft.ruleset.Enforcement.AsDefined;
import org.virtnft.ruleset.Enforcement.Blocked;
import org.virtnft.ruleset.Enforcement.Unknown;
import org.virtnft.ruleset.NetworkElements;
import org.virtnft.ruleset.Part;
import org.virtnft.ruleset.Piece;

/**
 * The files of virt-nft 0.1.0, which kept a network's elements in its own template's words instead of the network. Read, never written: an
 * upgrade finds them in the state, in a journal, and in what is being tried.
 */
final class FormatOne {

    static final String VERSION = "1";

    /** Where the elements of a subnet came from. */
    private static final Pattern IP = Pattern.compile("<ip address='([^']*)' prefix='(\\d+)'>");

    private final String name;
    private final InterfaceName bridge;
    private final List<Element> elements;

    private FormatOne(String name, InterfaceName bridge, List<Element> elements) {
        this.name = name;
        this.bridge = bridge;
        this.elements = elements;
    }

    /**
     * @throws IllegalArgumentException when it is not what 0.1.0 wrote
     */
    static AppliedNetwork read(Map<String, List<String>> fields) {
        String name = Fields.first(fields, "name");
        InterfaceName bridge = new InterfaceName(Fields.first(fields, "bridge"));
        Source source = Source.of(Fields.first(fields, "source"));
        Optional<String> blocked = Fields.all(fields, "blocked").stream().findFirst();
        List<Element> elements = NetworkFile.elements(fields, name);
        Enforcement enforced;
        if (blocked.isPresent()) {
            enforced = new Blocked(name, bridge, blocked.get());
        } else if (source == Source.UNKNOWN) {
            enforced = new Unknown(bridge, new NetworkElements(elements));
        } else {
            enforced = new AsDefined(new FormatOne(name, bridge, elements).network(fields));
        }
        return new AppliedNetwork(
                enforced,
                source,
                NetworkFile.instant(Fields.first(fields, "since")),
                Fields.first(fields, "policy"),
                Fields.first(fields, "policy-seen"),
                Fields.all(fields, "warning"),
                DefinitionMark.NONE);
    }

    // ---- From elements to the network ------------------------------------------------------------------------------

    private VirtualNetwork network(Map<String, List<String>> fields) {
        if (in("from").isEmpty() || in("to").isEmpty()) {
            throw incomplete();
        }
        Optional<InterfaceName> uplink = in("uplink").stream().findFirst().map(element -> uplink(part(element, 1)));
        Forward forward = switch (Fields.first(fields, "mode")) {
            case "nat" -> nat(uplink);
            case "route" -> new Forward.Route(uplink);
            case "isolated" -> new Forward.Isolated();
            default -> throw new IllegalArgumentException("its mode is unknown");
        };
        return new VirtualNetwork(
                name,
                bridge,
                NetworkFile.shape(Fields.first(fields, "shape")),
                forward,
                forward instanceof Forward.Isolated ? List.of() : addresses(forward),
                Fields.first(fields, "dhcp").equals("yes"));
    }

    private Forward.Nat nat(Optional<InterfaceName> uplink) {
        boolean ipv6 =
                in("natted").stream().anyMatch(element -> part(element, 0).equals(new Part.Protocol(Family.IPV6)));
        Optional<AddressRange> pool = Optional.empty();
        PortRange ports = PortRange.UNPRIVILEGED;
        for (Element element : in("nat4", "nat6")) {
            for (Part part : element.entry().data()) {
                if (part instanceof Part.Verdict verdict && verdict.chain().startsWith("masq-")) {
                    ports = Piece.MasqueradeChain.named(verdict.chain())
                            .orElseThrow(FormatOne::incomplete)
                            .ports();
                }
            }
        }
        for (Element element : in("pool4_ports")) {
            List<Part> data = element.entry().data();
            if (data.size() != 2
                    || !(data.get(0) instanceof Part.Addresses addresses)
                    || !(data.get(1) instanceof Part.Ports range)) {
                throw incomplete();
            }
            pool = Optional.of(addresses.range());
            ports = range.range();
        }
        return new Forward.Nat(uplink, ipv6, pool, ports);
    }

    private List<BridgeAddress> addresses(Forward forward) {
        List<BridgeAddress> found = new ArrayList<>();
        for (Family family : Family.values()) {
            char digit = family == Family.IPV4 ? '4' : '6';
            // the host's own address in each
            Map<Subnet, Address> subnets = new LinkedHashMap<>();
            for (Element element : in("net" + digit)) {
                Subnet subnet = subnet(addresses(part(element, 1)));
                subnets.put(subnet, address(element).orElse(subnet.address()));
            }
            if (forward instanceof Forward.Nat nat && nat.translates(family)) {
                for (Element element : in("host" + digit, "host_uplink" + digit)) {
                    Address host = addresses(part(element, 0)).range().first();
                    found.add(around(host, subnets.keySet()));
                }
            } else {
                subnets.forEach((subnet, host) -> found.add(new BridgeAddress(host, subnet.prefixLength())));
            }
        }
        return found;
    }

    private static BridgeAddress around(Address host, Iterable<Subnet> subnets) {
        for (Subnet subnet : subnets) {
            if (subnet.contains(host)) {
                return new BridgeAddress(host, subnet.prefixLength());
            }
        }
        throw incomplete();
    }

    private static Optional<Address> address(Element element) {
        Matcher matcher = IP.matcher(element.origin().element());
        return matcher.matches() ? Optional.of(Address.parse(matcher.group(1))) : Optional.empty();
    }

    private List<Element> in(String... sets) {
        return elements.stream()
                .filter(element -> List.of(sets).contains(element.set()))
                .toList();
    }

    private static Part part(Element element, int index) {
        List<Part> key = element.entry().key();
        if (index >= key.size()) {
            throw incomplete();
        }
        return key.get(index);
    }

    private static Part.Addresses addresses(Part part) {
        if (part instanceof Part.Addresses addresses) {
            return addresses;
        }
        throw incomplete();
    }

    /** In the one spelling that 0.1.0 wrote: another is a file that somebody edited. */
    private static Subnet subnet(Part.Addresses addresses) {
        return addresses
                .subnet()
                .filter(subnet -> subnet.toString().equals(addresses.text()))
                .orElseThrow(FormatOne::incomplete);
    }

    private static InterfaceName uplink(Part part) {
        if (part instanceof Part.Interface device) {
            return device.name();
        }
        throw incomplete();
    }

    private static IllegalArgumentException incomplete() {
        return new IllegalArgumentException("its elements are incomplete");
    }

    // ---- What it leaves out ----------------------------------------------------------------------------------------

    /** What would be read of a network if 0.1.0 had written it: without what no element of 0.1.0 depended on. */
    static Enforcement known(Enforcement enforced) {
        return enforced instanceof AsDefined defined ? new AsDefined(known(defined.network())) : enforced;
    }

    private static VirtualNetwork known(VirtualNetwork network) {
        List<BridgeAddress> addresses = new ArrayList<>();
        Forward forward = network.forward();
        if (forward instanceof Forward.Nat nat) {
            forward = known(network, nat);
        }
        if (!(forward instanceof Forward.Isolated)) {
            for (Family family : Family.values()) {
                List<Subnet> subnets = network.subnets(family);
                if (network.forward() instanceof Forward.Nat nat && nat.translates(family)) {
                    network.hostAddresses(family).forEach(host -> addresses.add(around(host, subnets)));
                } else {
                    subnets.forEach(subnet -> addresses.add(first(network, subnet)));
                }
            }
        }
        return new VirtualNetwork(
                network.name(), network.bridge(), network.shape(), forward, addresses, network.dhcp());
    }

    private static Forward.Nat known(VirtualNetwork network, Forward.Nat nat) {
        boolean ipv4 = !network.subnets(Family.IPV4).isEmpty();
        boolean ipv6 = nat.ipv6() && !network.subnets(Family.IPV6).isEmpty();
        return new Forward.Nat(
                nat.uplink(),
                ipv6,
                ipv4 ? nat.pool() : Optional.empty(),
                ipv4 || ipv6 ? nat.ports() : PortRange.UNPRIVILEGED);
    }

    private static BridgeAddress first(VirtualNetwork network, Subnet subnet) {
        return network.addresses().stream()
                .filter(address -> address.subnet().equals(subnet))
                .findFirst()
                .orElseThrow();
    }
}
