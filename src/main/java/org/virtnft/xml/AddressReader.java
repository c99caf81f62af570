package org.virtnft.xml;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdom2.Element;
import org.virtnft.network.Address;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.Family;
import org.virtnft.network.Subnet;

/**
 * Reads {@code <ip>} and {@code <route>}, with libvirt's defaults and checks (src/conf/networkcommon_conf.c, network_conf.c).
 */
final class AddressReader {

    /** What is made of them grows with the square of their number: a hostile document must not have 200,000. */
    private static final int MOST_ADDRESSES = 256;

    private static final List<Subnet> MULTICAST = subnets("224.0.0.0", 4, "ff00::", 8);
    private static final List<Subnet> LOOPBACK = subnets("127.0.0.0", 8, "::1", 128);
    private static final List<Address> UNSPECIFIED = List.of(Address.parse("0.0.0.0"), Address.parse("::"));
    private static final Address EVERYBODY = Address.parse("255.255.255.255");

    private static List<Subnet> subnets(String ipv4, int bits4, String ipv6, int bits6) {
        return List.of(Subnet.around(Address.parse(ipv4), bits4), Subnet.around(Address.parse(ipv6), bits6));
    }

    private final Problems problems;
    private final Attributes attributes;
    private final List<Element> places = new ArrayList<>();
    private boolean servesDhcp;

    AddressReader(Problems problems, Attributes attributes) {
        this.problems = problems;
        this.attributes = attributes;
    }

    List<BridgeAddress> addresses(Element network) {
        List<BridgeAddress> found = new ArrayList<>();
        Set<Family> withDhcp = EnumSet.noneOf(Family.class);
        int count = 0;
        for (Element ip : network.getChildren("ip")) {
            if (++count > MOST_ADDRESSES) {
                problems.error(ip, "there are more than " + MOST_ADDRESSES, "use wider subnets, or several networks");
                break;
            }
            Optional<BridgeAddress> address = prefixed(ip, true);
            if (address.isPresent()) {
                found.add(address.get());
                places.add(ip);
                check(ip, address.get());
            }
            Family family = address.map(BridgeAddress::family).orElse(Family.IPV4);
            for (Element dhcp : ip.getChildren("dhcp")) {
                // as libvirt decides whether to repair checksums (src/network/bridge_driver_linux.c); only IPv4's
                servesDhcp |=
                        family == Family.IPV4 && (dhcp.getChild("range") != null || dhcp.getChild("host") != null);
                if (!withDhcp.add(family)) {
                    problems.error(
                            dhcp, "one <ip> of a family can have it", "keep one <dhcp> for IPv4 and one for IPv6");
                }
            }
            for (Element tftp : ip.getChildren("tftp")) {
                if (family == Family.IPV6) {
                    problems.unfit(tftp, "only an IPv4 <ip> can have it", "remove it");
                }
            }
        }
        return found;
    }

    /** libvirt gives the bridge whatever address it reads (9.0.0 to 11.3), and guests find nobody there. */
    private void check(Element ip, BridgeAddress given) {
        Address address = given.address();
        Subnet subnet = given.subnet();
        boolean hasBroadcast = given.family() == Family.IPV4 && given.prefixLength() < 31;
        String what = "";
        if (MULTICAST.stream().anyMatch(each -> each.contains(address))) {
            what = "a multicast address";
        } else if (LOOPBACK.stream().anyMatch(each -> each.contains(address))) {
            what = "a loopback address";
        } else if (UNSPECIFIED.contains(address)) {
            what = "the address that says none";
        } else if (address.equals(EVERYBODY)
                || (hasBroadcast && address.equals(subnet.range().last()))) {
            what = "the broadcast address of " + (address.equals(EVERYBODY) ? "every subnet" : subnet);
        }
        if (!what.isEmpty()) {
            problems.unfit(
                    ip,
                    "'" + address + "' is " + what + ", and no guest reaches this host by it",
                    "give the bridge another address");
        }
    }

    /** Whether one of those read serves IPv4 addresses. */
    boolean servesDhcp() {
        return servesDhcp;
    }

    /** The {@code <ip>} that an address was read from, by its index. */
    Element place(int index) {
        return places.get(index);
    }

    /** Checks {@code <route>}; no rule of the firewall comes from it. */
    void routes(Element network, List<BridgeAddress> addresses) {
        // a gateway may be in the subnet of an <ip> that could not be read
        boolean allRead = addresses.size() == network.getChildren("ip").size();
        for (Element route : network.getChildren("route")) {
            Optional<BridgeAddress> target = prefixed(route, false);
            if (target.isPresent()
                    && !target.get().subnet().address().equals(target.get().address())) {
                problems.error(
                        route,
                        "address='" + target.get().address() + "' has host bits set for its prefix of "
                                + target.get().prefixLength(),
                        target.get().prefixLength() == 0
                                ? "say prefix=, libvirt knows no default here"
                                : "write address='" + target.get().subnet().address() + "'");
            }
            if (Attributes.text(route, "metric").isPresent()) {
                attributes.number(route, "metric", 1, Integer.MAX_VALUE);
            }
            if (Attributes.text(route, "gateway").isEmpty()) {
                problems.error(route, "needs gateway=", "name the guest that routes");
                continue;
            }
            Optional<Address> gateway = attributes.address(route, "gateway");
            if (gateway.isEmpty()) {
                continue;
            }
            boolean reachable = !allRead;
            for (BridgeAddress address : addresses) {
                reachable |= address.subnet().contains(gateway.get());
            }
            if (target.isPresent() && target.get().family() != gateway.get().family()) {
                problems.error(route, "address= and gateway= are of two families", "use one family");
            } else if (!reachable) {
                problems.error(
                        route,
                        "gateway='" + gateway.get() + "' is in no subnet of this network",
                        "use the address of a guest");
            }
        }
    }

    private Optional<BridgeAddress> prefixed(Element element, boolean hasDefault) {
        if (Attributes.text(element, "address").isEmpty()) {
            problems.error(element, "needs address=", "give it one");
            return Optional.empty();
        }
        Optional<Address> address = attributes.address(element, "address");
        if (address.isEmpty()) {
            return Optional.empty();
        }
        String said = Attributes.text(element, "family").orElse("ipv4");
        Family family = address.get().family();
        if (!said.equals("ipv4") && !said.equals("ipv6")) {
            problems.error(element, "family='" + said + "' is neither ipv4 nor ipv6", "correct it");
            return Optional.empty();
        }
        if (said.equals("ipv6") != (family == Family.IPV6)) {
            problems.error(
                    element,
                    "'" + address.get() + "' is not an address of family " + said,
                    family == Family.IPV6 ? "say family='ipv6'" : "say family='ipv4', or nothing");
            return Optional.empty();
        }
        return prefixLength(element, address.get(), hasDefault).map(bits -> new BridgeAddress(address.get(), bits));
    }

    private Optional<Integer> prefixLength(Element element, Address address, boolean hasDefault) {
        Family family = address.family();
        boolean hasPrefix = Attributes.text(element, "prefix").isPresent();
        boolean hasNetmask = Attributes.text(element, "netmask").isPresent();
        if (hasNetmask && family == Family.IPV6) {
            problems.error(element, "IPv6 has no netmask=", "say prefix=");
            return Optional.empty();
        }
        if (hasNetmask && hasPrefix) {
            problems.error(element, "has netmask= and prefix=", "keep one of them");
            return Optional.empty();
        }
        if (hasNetmask) {
            return netmask(element);
        }
        Optional<Integer> prefix = attributes.number(element, "prefix", 0, family.bits());
        if (hasPrefix && (prefix.isEmpty() || prefix.get() > 0)) {
            return prefix;
        }
        return hasDefault ? defaultPrefixLength(element, address) : Optional.of(0);
    }

    private Optional<Integer> netmask(Element element) {
        Optional<Address> mask = attributes.address(element, "netmask");
        if (mask.isEmpty()) {
            return Optional.empty();
        }
        Address all = Address.parse("255.255.255.255");
        for (int bits = 0; bits <= 32; bits++) {
            if (Subnet.around(all, bits).address().equals(mask.get())) {
                return Optional.of(bits);
            }
        }
        problems.error(element, "netmask='" + mask.get() + "' is not a row of ones, then zeros", "say prefix= instead");
        return Optional.empty();
    }

    /** virSocketAddrGetIPPrefix: the class of old for IPv4, 64 for IPv6. */
    private Optional<Integer> defaultPrefixLength(Element element, Address address) {
        if (address.family() == Family.IPV6) {
            return Optional.of(64);
        }
        int firstOctet = (int) (address.low() >>> 24);
        if (firstOctet >= 224) {
            problems.error(element, "'" + address + "' is of no class that has a default prefix", "say prefix=");
            return Optional.empty();
        }
        return Optional.of(firstOctet < 128 ? 8 : firstOctet < 192 ? 16 : 24);
    }
}
