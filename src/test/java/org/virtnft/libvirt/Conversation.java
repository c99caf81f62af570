package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.virtnft.demo.Host;
import org.virtnft.kernel.NetworkNamespace;

/**
 * Two hosts that talk all the time, by one TCP connection and by pings, and note the longest silence of each. A broken connection is no
 * silence: it ends the conversation.
 */
final class Conversation implements AutoCloseable {

    private static final Duration BEAT = Duration.ofMillis(10);

    /** TCP repeats what was lost after 0.2 s, then after twice as long, and so on: a pause of 1 s is over after 1.4 s. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong longestStream = new AtomicLong();
    private final AtomicLong longestPing = new AtomicLong();
    private final AtomicLong echoes = new AtomicLong();
    private final AtomicLong pings = new AtomicLong();
    private final ServerSocket server;
    private final CompletableFuture<Void> stream;
    private final CompletableFuture<Void> ping;

    /**
     * Begins.
     *
     * @param answering has the address
     */
    Conversation(Host speaking, Host answering, String address, int port) throws IOException {
        InetAddress target = InetAddress.getByName(address);
        server = answering.inside(() -> new ServerSocket(port, 1, target));
        Thread echo = new Thread(this::echo, "echo");
        echo.setDaemon(true);
        echo.start();
        Socket socket = speaking.inside(() -> {
            Socket fresh = new Socket();
            fresh.connect(new InetSocketAddress(target, port), (int) PATIENCE.toMillis());
            fresh.setTcpNoDelay(true);
            fresh.setSoTimeout((int) PATIENCE.toMillis());
            return fresh;
        });
        stream = CompletableFuture.runAsync(() -> speak(socket));
        ping = new CompletableFuture<Void>();
        Thread pinging = new Thread(() -> ping(speaking, target), "ping");
        pinging.setDaemon(true);
        pinging.start();
        beats(10);
    }

    private void echo() {
        try (Socket socket = server.accept()) {
            socket.setTcpNoDelay(true);
            int read = socket.getInputStream().read();
            while (read >= 0) {
                socket.getOutputStream().write(read);
                read = socket.getInputStream().read();
            }
        } catch (IOException e) {
            over.set(true);
        }
    }

    private void speak(Socket socket) {
        try (socket) {
            long last = System.nanoTime();
            for (int beat = 0; !over.get(); beat++) {
                socket.getOutputStream().write(beat & 0x7f);
                int answer = socket.getInputStream().read();
                assertEquals(beat & 0x7f, answer, "the stream broke");
                long now = System.nanoTime();
                longestStream.accumulateAndGet(now - last, Math::max);
                last = now;
                echoes.incrementAndGet();
                TimeUnit.NANOSECONDS.sleep(BEAT.toNanos());
            }
        } catch (SocketTimeoutException e) {
            fail("the stream stands still", e);
        } catch (IOException | InterruptedException e) {
            fail("the stream broke: " + e, e);
        }
    }

    /** On a thread of its own, which stays in the namespace. */
    private void ping(Host speaking, InetAddress target) {
        try {
            NetworkNamespace.enter(speaking.namespace());
            ping(target);
            ping.complete(null);
        } catch (Throwable e) { // thrown again where the conversation is listened to
            ping.completeExceptionally(e);
        }
    }

    private void ping(InetAddress target) throws IOException, InterruptedException {
        long last = System.nanoTime();
        long end = last + PATIENCE.toNanos();
        while (!over.get()) {
            // as root, by ICMP
            if (target.isReachable(50)) {
                long now = System.nanoTime();
                longestPing.accumulateAndGet(now - last, Math::max);
                last = now;
                end = now + PATIENCE.toNanos();
                pings.incrementAndGet();
                TimeUnit.NANOSECONDS.sleep(BEAT.toNanos());
            }
            assertTrue(System.nanoTime() < end, "no ping is answered any more");
        }
    }

    /** Waits until this many more answers came by either way: the conversation goes on. */
    void beats(int more) {
        long echoesThen = echoes.get() + more;
        long pingsThen = pings.get() + more;
        LibvirtLab.await(
                PATIENCE.plusSeconds(5),
                "an answer (echoes: " + echoes + ", pings: " + pings + ")",
                () -> (echoes.get() >= echoesThen && pings.get() >= pingsThen)
                        || stream.isCompletedExceptionally()
                        || ping.isCompletedExceptionally());
        rethrow(stream);
        rethrow(ping);
    }

    private static void rethrow(CompletableFuture<?> part) {
        if (part.isCompletedExceptionally()) {
            part.join();
        }
    }

    /** The longest silence on the TCP connection so far, and forgets it. */
    Duration streamSilence() {
        return Duration.ofNanos(longestStream.getAndSet(0));
    }

    /** The longest time without an answered ping so far, and forgets it. */
    Duration pingSilence() {
        return Duration.ofNanos(longestPing.getAndSet(0));
    }

    /** Ends it; a conversation that broke is an error. */
    @Override
    public void close() {
        over.set(true);
        try {
            stream.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            ping.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            fail("" + e.getCause(), e);
        } catch (TimeoutException e) {
            fail("the conversation does not end", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            try {
                server.close();
            } catch (IOException e) {
                fail(e);
            }
        }
    }
}
