package org.virtnft.kernel;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.virtnft.network.Address;

/**
 * The kernel's connections by ctnetlink, as the program {@code conntrack} does it (linux/netfilter/nfnetlink_conntrack.h).
 *
 * <p>Not by that program: it deletes one flow a process, or a whole subnet's; here any number goes in one listing and few messages.
 */
public final class ConntrackNetlink implements Conntrack {

    /** A tenth of what a whole hook may take is enough for 100,000 flows. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final int GET = 0x101;
    private static final int DELETE = 0x102;
    private static final int STATISTICS = 0x104;

    private static final int ORIGINAL = 1;
    private static final int REPLY = 2;
    private static final int STATUS = 3;
    private static final int ID = 12;
    private static final int ZONE = 18;

    private static final int TUPLE_ADDRESSES = 1;
    private static final int TUPLE_PROTOCOL = 2;
    private static final int IPV4_SOURCE = 1;
    private static final int IPV4_DESTINATION = 2;
    private static final int IPV6_SOURCE = 3;
    private static final int IPV6_DESTINATION = 4;
    private static final int PROTOCOL_NUMBER = 1;
    private static final int DESTINATION_PORT = 3;

    /** Bits of linux/netfilter/nf_conntrack_common.h. */
    private static final int EXPECTED = 1;

    private static final int ANSWERED = 1 << 1;
    private static final int SOURCE_TRANSLATED = 1 << 4;
    private static final int DESTINATION_TRANSLATED = 1 << 5;

    /** Its acknowledgements must fit into the socket's buffer. */
    private static final int BATCH = 128;

    /** What names a flow to the kernel, in the kernel's own words: the id tells it from one that has its addresses by now. */
    private record Key(byte family, Map<Integer, byte[]> attributes) {}

    @Override
    public int delete(Predicate<Flow> condemned) {
        try (Netlink netlink = new Netlink(Netlink.NETFILTER, PATIENCE)) {
            List<Key> keys = new ArrayList<>();
            netlink.send(Netlink.finished(header(netlink, GET, Netlink.DUMP, (byte) 0)));
            netlink.receive(0, message -> {
                Optional<Flow> flow = flow(message.body());
                if (flow.isPresent() && condemned.test(flow.get())) {
                    keys.add(key(message.body()));
                }
            });
            for (int i = 0; i < keys.size(); i += BATCH) {
                delete(netlink, keys.subList(i, Math.min(keys.size(), i + BATCH)));
            }
            return keys.size();
        }
    }

    /**
     * Asks for as little as there is, a line of statistics a processor.
     *
     * @throws KernelException when ctnetlink does not answer: it is a module of its own, which a kernel need not have
     */
    public void requireAnswer() {
        try (Netlink netlink = new Netlink(Netlink.NETFILTER, PATIENCE)) {
            netlink.send(Netlink.finished(header(netlink, STATISTICS, Netlink.DUMP, (byte) 0)));
            netlink.receive(0, message -> {});
        }
    }

    private static void delete(Netlink netlink, List<Key> keys) {
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        for (Key key : keys) {
            ByteBuffer message = header(netlink, DELETE, Netlink.ACKNOWLEDGE, key.family());
            key.attributes().forEach((type, value) -> Netlink.attribute(message, type, value));
            messages.writeBytes(Netlink.finished(message));
        }
        netlink.send(messages.toByteArray());
        netlink.receive(keys.size(), message -> {});
    }

    private static ByteBuffer header(Netlink netlink, int type, int flags, byte family) {
        return netlink.request(type, flags, 256).put(family).put((byte) 0).putShort((short) 0);
    }

    private static Key key(ByteBuffer body) {
        Map<Integer, byte[]> attributes = new HashMap<>();
        Netlink.attributes(afterHeader(body), (type, value) -> {
            if (type == ORIGINAL || type == ID || type == ZONE) {
                attributes.put(type, Netlink.bytes(value));
            }
        });
        return new Key(body.get(0), attributes);
    }

    private static ByteBuffer afterHeader(ByteBuffer body) {
        return body.duplicate().order(ByteOrder.nativeOrder()).position(4);
    }

    /** One direction of a flow. */
    private static final class Tuple {
        private Optional<Address> source = Optional.empty();
        private Optional<Address> destination = Optional.empty();
        private int protocol;
        private int destinationPort;

        void read(ByteBuffer tuple) {
            Netlink.attributes(tuple, (part, value) -> {
                if (part == TUPLE_ADDRESSES) {
                    Netlink.attributes(value, this::address);
                } else if (part == TUPLE_PROTOCOL) {
                    Netlink.attributes(value, this::protocol);
                }
            });
        }

        private void address(int type, ByteBuffer value) {
            switch (type) {
                case IPV4_SOURCE, IPV6_SOURCE -> source = Optional.of(Octets.address(value));
                case IPV4_DESTINATION, IPV6_DESTINATION -> destination = Optional.of(Octets.address(value));
                default -> {}
            }
        }

        private void protocol(int type, ByteBuffer value) {
            if (type == PROTOCOL_NUMBER) {
                protocol = Byte.toUnsignedInt(value.get(0));
            } else if (type == DESTINATION_PORT) {
                destinationPort =
                        Short.toUnsignedInt(value.order(ByteOrder.BIG_ENDIAN).getShort(0));
            }
        }
    }

    /** Empty for what is no flow of IP's. */
    private static Optional<Flow> flow(ByteBuffer body) {
        Tuple original = new Tuple();
        Tuple reply = new Tuple();
        int[] status = {0};
        Netlink.attributes(afterHeader(body), (type, value) -> {
            switch (type) {
                case ORIGINAL -> original.read(value);
                case REPLY -> reply.read(value);
                case STATUS -> status[0] = value.order(ByteOrder.BIG_ENDIAN).getInt(0);
                default -> {}
            }
        });
        if (original.source.isEmpty() || reply.source.isEmpty() || reply.destination.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Flow(
                original.protocol,
                original.source.get(),
                reply.source.get(),
                reply.destination.get(),
                reply.destinationPort,
                (status[0] & SOURCE_TRANSLATED) != 0,
                (status[0] & DESTINATION_TRANSLATED) != 0,
                (status[0] & ANSWERED) != 0,
                (status[0] & EXPECTED) != 0));
    }
}
