package org.virtnft.demo;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import org.virtnft.network.Address;

/** Numeric addresses as Java's sockets want them. */
final class Addresses {

    private Addresses() {}

    /** Reads an address, and leaves a prefix length out. */
    static InetAddress parse(String text) {
        int slash = text.indexOf('/');
        String address =
                Address.parse(slash < 0 ? text : text.substring(0, slash)).toString();
        try {
            return InetAddress.getByName(address); // numeric: no name server is asked
        } catch (UnknownHostException e) {
            throw new LabException(text + " is no address", e);
        }
    }

    /** Java writes all the zeros of an IPv6 address. */
    static String shortest(InetAddress address) {
        return Address.parse(address.getHostAddress()).toString();
    }

    static boolean isIpv6(InetAddress address) {
        return address instanceof Inet6Address;
    }

    static StandardProtocolFamily family(InetAddress address) {
        return isIpv6(address) ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    }
}
