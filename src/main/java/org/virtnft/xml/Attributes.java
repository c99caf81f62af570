package org.virtnft.xml;

import java.util.List;
import java.util.Optional;
import org.jdom2.Element;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.Family;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;

/** Reads attributes as values; what is no such value becomes a problem, and reads as absent. */
final class Attributes {

    private final Problems problems;

    Attributes(Problems problems) {
        this.problems = problems;
    }

    static Optional<String> text(Element of, String attribute) {
        return Optional.ofNullable(of.getAttributeValue(attribute));
    }

    Optional<InterfaceName> interfaceName(Element of, String attribute) {
        Optional<String> text = text(of, attribute);
        try {
            return text.map(InterfaceName::new);
        } catch (IllegalArgumentException e) {
            problems.error(of, attribute + "=" + e.getMessage(), remedy(text.orElse("")));
            return Optional.empty();
        }
    }

    /** Two that are in use, and that nobody can rename. */
    private static String remedy(String name) {
        int colon = name.indexOf(':');
        if (colon > 0 && InterfaceName.of(name.substring(0, colon)).isPresent()) {
            // SIOCSIFADDR's way to give a device a second address
            return "an alias is an address, and no device: say '" + name.substring(0, colon) + "'";
        }
        if (name.contains("%d") && InterfaceName.of(name.replace("%d", "0")).isPresent()) {
            // virNetworkSetBridgeName puts a number there when the network is defined
            return "it is a template, and libvirt chooses the number when the network is defined: use the output of"
                    + " 'virsh net-dumpxml NETWORK'";
        }
        return "rename the interface";
    }

    Optional<Address> address(Element of, String attribute) {
        Optional<String> text = text(of, attribute);
        try {
            return text.map(Address::parse);
        } catch (IllegalArgumentException e) {
            problems.error(of, attribute + "=" + e.getMessage(), "write it out in numbers");
            return Optional.empty();
        }
    }

    Optional<Integer> number(Element of, String attribute, int least, int most) {
        Optional<String> text = text(of, attribute);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        String digits = text.get();
        boolean plain = !digits.isEmpty() && digits.length() <= 10;
        for (int i = 0; i < digits.length(); i++) {
            plain &= digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
        }
        long value = plain ? Long.parseLong(digits) : -1;
        if (value < least || value > most) {
            problems.error(
                    of, attribute + "='" + digits + "' is no number from " + least + " to " + most, "correct it");
            return Optional.empty();
        }
        return Optional.of((int) value);
    }

    boolean yes(Element of, String attribute) {
        String value = of.getAttributeValue(attribute, "no");
        if (!value.equals("yes") && !value.equals("no")) {
            // what libvirt's own words were meant to be is libvirt's to say
            Optional<String> suggestion =
                    OurElement.isOurs(of) ? Suggestion.of(value, List.of("yes", "no")) : Optional.empty();
            problems.error(of, attribute + "='" + value + "' is neither yes nor no", suggestion.orElse("correct it"));
        }
        return value.equals("yes");
    }

    /** {@code <address start= end=/>}: IPv4 only, for libvirt as for us. */
    Optional<AddressRange> pool(Element address) {
        if (text(address, "start").isEmpty() || text(address, "end").isEmpty()) {
            problems.error(address, "needs start= and end=", "give both ends of the range; one address is both");
            return Optional.empty();
        }
        Optional<Address> start = address(address, "start");
        Optional<Address> end = address(address, "end");
        if (start.isEmpty() || end.isEmpty()) {
            return Optional.empty();
        }
        if (start.get().family() != Family.IPV4 || end.get().family() != Family.IPV4) {
            problems.error(address, "only IPv4 addresses can be given here", "IPv6 is masqueraded with ipv6='yes'");
            return Optional.empty();
        }
        AddressRange pool;
        try {
            pool = new AddressRange(start.get(), end.get());
        } catch (IllegalArgumentException e) {
            problems.error(address, "" + e.getMessage(), "swap start= and end=");
            return Optional.empty();
        }
        // virSocketAddrGetRange counts no further
        if (pool.first().low() >>> 16 != pool.last().low() >>> 16) {
            problems.error(
                    address,
                    "the first two numbers of " + pool.first() + " and " + pool.last() + " differ",
                    "libvirt takes no larger range");
            return Optional.empty();
        }
        return Optional.of(pool);
    }

    /** {@code <port start= end=/>}; 0 to 0 means libvirt's default. */
    Optional<PortRange> ports(Element port) {
        if (text(port, "start").isEmpty() || text(port, "end").isEmpty()) {
            problems.error(port, "needs start= and end=", "give both ends of the range");
            return Optional.empty();
        }
        Optional<Integer> start = number(port, "start", 0, 65535);
        Optional<Integer> end = number(port, "end", 0, 65535);
        if (start.isEmpty() || end.isEmpty()) {
            return Optional.empty();
        }
        int first = start.get();
        int last = end.get();
        if (first == 0 && last == 0) {
            return Optional.of(PortRange.UNPRIVILEGED);
        }
        // libvirt takes a single port when it parses, and fails at net-start: "Invalid port range"
        if (first >= last) {
            problems.error(port, "start='" + first + "' must be less than end='" + last + "'", "widen the range");
            return Optional.empty();
        }
        return Optional.of(new PortRange(first, last));
    }
}
