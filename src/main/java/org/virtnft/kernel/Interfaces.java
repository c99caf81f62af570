package org.virtnft.kernel;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.virtnft.network.InterfaceName;
import org.virtnft.ruleset.Count;

/** The network interfaces of the calling thread's namespace; /sys may show those of another one. */
public final class Interfaces {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Where guests come and go all the time, the last answer has to do. */
    private static final int MOST_TRIES = 5;

    private static final int NEW_LINK = 16;
    private static final int GET_LINK = 18;

    /** {@code struct ifinfomsg} of linux/rtnetlink.h: its flags, and what follows it. */
    private static final int FLAGS = 8;

    private static final int ATTRIBUTES = 16;
    private static final int IFF_UP = 1;
    private static final int IFF_RUNNING = 0x40;

    private static final int IFLA_IFNAME = 3;

    /** {@code struct rtnl_link_stats64} of linux/if_link.h begins with packets and then bytes, received and sent. */
    private static final int IFLA_STATS64 = 23;

    private final CLibrary c = Libraries.load("c", CLibrary.class);

    /** What an interface is ready for. */
    public enum Condition {
        MISSING,
        DOWN,
        /** Up without a carrier: a bridge none of whose ports is up. */
        IDLE,
        UP
    }

    /**
     * An interface's own statistics.
     *
     * @param received what came in by it; by a bridge, from its ports to the host or through it
     * @param sent what went out by it
     */
    public record Traffic(Count received, Count sent) {}

    /** What the kernel says of an interface that is there. */
    public record Link(Condition condition, Traffic traffic) {}

    /** Whether there is an interface of this name now. */
    public boolean exists(InterfaceName name) {
        return c.if_nametoindex(name.value()) != 0;
    }

    /**
     * All of them by name, by one question: asked one by one, a thousand take longer than all else that is to be said of them.
     *
     * @throws KernelException when the kernel does not answer
     */
    public static Map<String, Link> links() {
        Map<String, Link> found = new HashMap<>();
        try (Netlink netlink = new Netlink(Netlink.ROUTE, PATIENCE)) {
            boolean consistent = false;
            for (int i = 0; i < MOST_TRIES && !consistent; i++) {
                found.clear();
                ByteBuffer request = netlink.request(GET_LINK, Netlink.DUMP, ATTRIBUTES)
                        .putLong(0)
                        .putLong(0);
                netlink.send(Netlink.finished(request));
                consistent = netlink.receive(0, message -> {
                    if (message.type() == NEW_LINK) {
                        addLink(message.body(), found);
                    }
                });
            }
        }
        return found;
    }

    private static void addLink(ByteBuffer body, Map<String, Link> found) {
        Condition condition = condition(body.getInt(FLAGS));
        String name = Netlink.find(body, ATTRIBUTES, IFLA_IFNAME)
                .map(Interfaces::text)
                .orElse("");
        Netlink.find(body, ATTRIBUTES, IFLA_STATS64)
                .ifPresent(statistics -> found.put(name, new Link(condition, traffic(statistics))));
    }

    private static Condition condition(int flags) {
        if ((flags & IFF_UP) == 0) {
            return Condition.DOWN;
        }
        return (flags & IFF_RUNNING) == 0 ? Condition.IDLE : Condition.UP;
    }

    private static Traffic traffic(ByteBuffer statistics) {
        return new Traffic(
                new Count(statistics.getLong(0), statistics.getLong(16)),
                new Count(statistics.getLong(8), statistics.getLong(24)));
    }

    /** Without the NUL behind it. */
    private static String text(ByteBuffer name) {
        byte[] bytes = Netlink.bytes(name);
        return new String(bytes, 0, Math.max(bytes.length - 1, 0), StandardCharsets.UTF_8);
    }
}
