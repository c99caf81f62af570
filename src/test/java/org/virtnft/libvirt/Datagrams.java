package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.virtnft.demo.Host;
import org.virtnft.kernel.NetworkNamespace;

/** Datagrams, one every 20 ms: what arrives, and from which address. */
final class Datagrams implements AutoCloseable {

    private static final Duration BEAT = Duration.ofMillis(20);
    private static final int LENGTH = Long.BYTES + Integer.BYTES;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Whether all are of one flow, and answered or not; or each begins one, and none is answered. */
    enum Kind {
        ANSWERED,
        ONE_WAY,
        A_FLOW_EACH
    }

    /**
     * One that arrived. The kernel translated it, or did not, at some time between its two times: on a busy machine a receiver comes
     * late to what has arrived.
     *
     * @param sentNanoseconds since 1970
     * @param nanoseconds since 1970, when it was received
     */
    record Arrival(long sentNanoseconds, long nanoseconds, int number, InetAddress source) {}

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicReference<Throwable> trouble = new AtomicReference<>();
    private final Queue<Arrival> arrivals = new ConcurrentLinkedQueue<>();
    private final DatagramSocket receiver;
    private final Thread sending;

    /** @param address the receiver's */
    Datagrams(Kind kind, Host from, Host to, String address, int port) throws IOException {
        InetSocketAddress target = new InetSocketAddress(InetAddress.getByName(address), port);
        receiver = to.inside(() -> new DatagramSocket(target));
        Thread receiving = new Thread(() -> receive(kind == Kind.ANSWERED), "receiver");
        receiving.setDaemon(true);
        receiving.start();
        sending = new Thread(() -> send(kind, from, target), "sender");
        sending.setDaemon(true);
        sending.start();
    }

    private void receive(boolean answering) {
        try {
            while (!over.get()) {
                DatagramPacket packet = new DatagramPacket(new byte[LENGTH], LENGTH);
                receiver.receive(packet);
                ByteBuffer content = ByteBuffer.wrap(packet.getData());
                arrivals.add(new Arrival(content.getLong(), now(), content.getInt(), packet.getAddress()));
                if (answering) {
                    receiver.send(packet);
                }
            }
        } catch (IOException e) {
            if (!over.get()) {
                trouble.set(e);
            }
        }
    }

    private static long now() {
        Instant now = Instant.now();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    /** On a thread of its own, which stays in the namespace. */
    private void send(Kind kind, Host from, InetSocketAddress target) {
        try {
            NetworkNamespace.enter(from.namespace());
            DatagramSocket socket = new DatagramSocket();
            for (int number = 0; !over.get(); number++) {
                if (kind == Kind.A_FLOW_EACH) {
                    socket.close();
                    socket = new DatagramSocket();
                }
                byte[] content = ByteBuffer.allocate(LENGTH)
                        .putLong(now())
                        .putInt(number)
                        .array();
                try {
                    socket.send(new DatagramPacket(content, content.length, target));
                } catch (SocketException e) {
                    // it was refused; what arrives is what counts
                }
                TimeUnit.NANOSECONDS.sleep(BEAT.toNanos());
            }
            socket.close();
        } catch (Throwable e) { // thrown again where it is asked for
            trouble.set(e);
        }
    }

    /** Waits until this many more have arrived with this source. */
    void arrive(int more, String source) {
        long wanted = from(source) + more;
        LibvirtLab.await(PATIENCE, "a datagram from " + source, () -> from(source) >= wanted || trouble.get() != null);
        assertTrue(trouble.get() == null, () -> "" + trouble.get());
    }

    private long from(String source) {
        return arrivals.stream()
                .filter(arrival -> arrival.source().getHostAddress().equals(source))
                .count();
    }

    /** Those that arrived so far with another source. */
    List<Arrival> others(String translated) {
        return arrivals.stream()
                .filter(arrival -> !arrival.source().getHostAddress().equals(translated))
                .toList();
    }

    /** How many of those that were sent before the last that arrived did not arrive. */
    int lost() {
        List<Arrival> all = List.copyOf(arrivals);
        return all.isEmpty() ? 0 : all.get(all.size() - 1).number() - all.get(0).number() + 1 - all.size();
    }

    /** The longest time without one. */
    Duration silence() {
        long longest = 0;
        long last = -1;
        for (Arrival arrival : arrivals) {
            longest = Math.max(longest, last < 0 ? 0 : arrival.nanoseconds() - last);
            last = arrival.nanoseconds();
        }
        return Duration.ofNanos(longest);
    }

    /** Forgets what has arrived. */
    void forget() {
        arrivals.clear();
    }

    @Override
    public void close() {
        over.set(true);
        receiver.close();
        try {
            sending.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (trouble.get() != null) {
            fail(trouble.get());
        }
    }
}
