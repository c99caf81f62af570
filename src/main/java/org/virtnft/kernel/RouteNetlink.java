package org.virtnft.kernel;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.virtnft.network.Address;
import org.virtnft.network.Subnet;

/** Addresses and routes by rtnetlink, as the program {@code ip} does it (linux/rtnetlink.h). */
public final class RouteNetlink implements Routing {

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final int NEW_ADDRESS = 20;
    private static final int GET_ADDRESS = 22;
    private static final int NEW_ROUTE = 24;
    private static final int GET_ROUTE = 26;

    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int SCOPE_LINK = 253;

    private static final int RTA_DESTINATION = 1;
    private static final int RTA_SOURCE = 2;
    private static final int RTA_ARRIVING = 3;
    private static final int RTA_LEAVING = 4;

    private static final int LONGEST_NAME = 16;

    /** Beside {@link CLibrary}: the hook has no use for it. */
    interface Names extends Library {
        /** Null when there is none of this number. */
        @org.jspecify.annotations.Nullable
        String if_indextoname(int index, byte[] name);
    }

    @Override
    public List<Local> addresses() {
        List<Local> found = new ArrayList<>();
        Names names = Libraries.load("c", Names.class);
        try (Netlink netlink = new Netlink(Netlink.ROUTE, PATIENCE)) {
            ByteBuffer request = netlink.request(GET_ADDRESS, Netlink.DUMP, 8).putLong(0);
            netlink.send(Netlink.finished(request));
            netlink.receive(0, message -> {
                if (message.type() == NEW_ADDRESS) {
                    address(names, message.body()).ifPresent(found::add);
                }
            });
        }
        return found;
    }

    private static Optional<Local> address(Names names, ByteBuffer body) {
        int prefixLength = Byte.toUnsignedInt(body.get(1));
        int scope = Byte.toUnsignedInt(body.get(3));
        String device = name(names, body.getInt(4));
        byte[][] found = new byte[3][];
        Netlink.attributes(body.duplicate().order(ByteOrder.nativeOrder()).position(8), (type, value) -> {
            if (type == IFA_ADDRESS || type == IFA_LOCAL) {
                found[type] = Netlink.bytes(value);
            }
        });
        // IPv6 has IFA_ADDRESS alone; on an IPv4 point-to-point link that one is the other side's
        byte[] own = found[IFA_LOCAL] != null ? found[IFA_LOCAL] : found[IFA_ADDRESS];
        if (own == null) {
            return Optional.empty();
        }
        Address address = Octets.address(ByteBuffer.wrap(own));
        return Optional.of(new Local(device, address, Subnet.around(address, prefixLength), scope >= SCOPE_LINK));
    }

    private static String name(Names names, int index) {
        byte[] name = new byte[LONGEST_NAME];
        return names.if_indextoname(index, name) == null ? "" : Native.toString(name, StandardCharsets.UTF_8);
    }

    @Override
    public Optional<String> deviceTowards(Address destination, Address source, String arriving) {
        int index = Libraries.load("c", CLibrary.class).if_nametoindex(arriving);
        return index == 0 ? Optional.empty() : route(destination, source, index);
    }

    private static Optional<String> route(Address destination, Address source, int arriving) {
        try (Netlink netlink = new Netlink(Netlink.ROUTE, PATIENCE)) {
            byte bits = (byte) destination.family().bits();
            ByteBuffer request = netlink.request(GET_ROUTE, 0, 64)
                    .put((byte) Octets.number(destination.family()))
                    .put(bits)
                    .put(bits)
                    .put((byte) 0)
                    .putLong(0);
            Netlink.attribute(request, RTA_DESTINATION, Octets.of(destination));
            Netlink.attribute(request, RTA_SOURCE, Octets.of(source));
            Netlink.attribute(request, RTA_ARRIVING, arriving);
            netlink.send(Netlink.finished(request));
            Netlink.Message answer = netlink.answer();
            int[] leaving = {0};
            if (answer.type() == NEW_ROUTE) {
                Netlink.attributes(answer.body().order(ByteOrder.nativeOrder()).position(12), (type, value) -> {
                    if (type == RTA_LEAVING) {
                        leaving[0] = value.getInt(0);
                    }
                });
            }
            return leaving[0] == 0 ? Optional.empty() : Optional.of(name(Libraries.load("c", Names.class), leaving[0]));
        }
    }
}
