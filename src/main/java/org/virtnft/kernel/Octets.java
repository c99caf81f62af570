package org.virtnft.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.virtnft.network.Address;
import org.virtnft.network.Family;

/** Addresses as they stand in packets and in netlink's messages. */
final class Octets {

    /** AF_INET and AF_INET6 of linux/socket.h. */
    private static final int IPV4 = 2;

    private static final int IPV6 = 10;

    private Octets() {}

    static Address address(ByteBuffer octets) {
        ByteBuffer value = octets.duplicate().order(ByteOrder.BIG_ENDIAN);
        return value.remaining() == 4
                ? new Address(Family.IPV4, 0, Integer.toUnsignedLong(value.getInt()))
                : new Address(Family.IPV6, value.getLong(), value.getLong());
    }

    static byte[] of(Address address) {
        return address.family() == Family.IPV4
                ? ByteBuffer.allocate(4).putInt((int) address.low()).array()
                : ByteBuffer.allocate(16)
                        .putLong(address.high())
                        .putLong(address.low())
                        .array();
    }

    static int number(Family family) {
        return family == Family.IPV4 ? IPV4 : IPV6;
    }
}
