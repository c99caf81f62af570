package org.virtnft.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.virtnft.network.InterfaceName;
import org.virtnft.ruleset.Count;

/** The network interfaces of the calling thread's namespace; /sys may show those of another one. */
public final class Interfaces {

    private static final NativeLong SIOCGIFFLAGS = new NativeLong(0x8913);

    /** {@code struct ifreq}: a name, then the flags. */
    private static final int IFREQ_SIZE = 40;

    private static final int IFREQ_FLAGS = 16;
    private static final int IFF_UP = 1;
    private static final int IFF_RUNNING = 0x40;

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

    /** Whether there is an interface of this name now. */
    public boolean exists(InterfaceName name) {
        return c.if_nametoindex(name.value()) != 0;
    }

    /** What the kernel says of interfaces. */
    public Map<InterfaceName, Condition> conditions(Collection<InterfaceName> names) {
        Map<InterfaceName, Condition> found = new HashMap<>();
        int descriptor = c.socket(CLibrary.AF_UNIX, CLibrary.SOCK_DGRAM, 0);
        try {
            for (InterfaceName name : names) {
                found.put(name, condition(descriptor, name));
            }
        } finally {
            c.close(descriptor);
        }
        return found;
    }

    private Condition condition(int descriptor, InterfaceName name) {
        byte[] request = new byte[IFREQ_SIZE];
        byte[] bytes = name.value().getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, request, 0, bytes.length);
        try {
            c.ioctl(descriptor, SIOCGIFFLAGS, request);
        } catch (LastErrorException e) {
            return Condition.MISSING;
        }
        int flags = ByteBuffer.wrap(request).order(ByteOrder.nativeOrder()).getShort(IFREQ_FLAGS);
        if ((flags & IFF_UP) == 0) {
            return Condition.DOWN;
        }
        return (flags & IFF_RUNNING) == 0 ? Condition.IDLE : Condition.UP;
    }

    /** The statistics of all interfaces, by name. */
    public static Map<String, Traffic> traffic() {
        try {
            return traffic(Files.readString(Path.of("/proc/thread-self/net/dev")));
        } catch (IOException e) {
            throw new UncheckedIOException("/proc is needed", e);
        }
    }

    /** From {@code /proc/net/dev}: bytes and packets are the first two of eight received, and the first two of those sent. */
    static Map<String, Traffic> traffic(String netDev) {
        Map<String, Traffic> found = new HashMap<>();
        for (String line : netDev.split("\n")) {
            int colon = line.indexOf(':'); // no name has one
            if (colon > 0) {
                String[] numbers = line.substring(colon + 1).strip().split(" +");
                found.put(
                        line.substring(0, colon).strip(),
                        new Traffic(Count.parse(numbers[1], numbers[0]), Count.parse(numbers[9], numbers[8])));
            }
        }
        return found;
    }
}
