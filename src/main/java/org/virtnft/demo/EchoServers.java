package org.virtnft.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All servers of a lab, on one thread. Each answers with the address and port that it saw: to a datagram, after its text, and
 * on a TCP connection at once.
 */
final class EchoServers implements AutoCloseable {

    private final Selector selector;
    private final Thread thread;

    /** What datagrams came, by their text: the one way to know that one arrived whose answer did not. */
    private final Map<String, InetSocketAddress> arrivals = new ConcurrentHashMap<>();

    EchoServers() {
        try {
            selector = Selector.open();
            // Java keeps a socket of its own for good, made with the first channel: not in a namespace that is to end
            DatagramChannel.open(StandardProtocolFamily.INET6).close();
        } catch (UnsupportedOperationException e) {
            throw new LabException("IPv6 is switched off on this machine (sysctl net.ipv6.conf.all.disable_ipv6)", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread = new Thread(this::serve, "echo servers");
        thread.setDaemon(true);
        thread.start();
    }

    /** Serves a bound channel from now on; it is closed with this object. */
    void add(SelectableChannel channel) throws IOException {
        channel.configureBlocking(false);
        boolean stream = channel instanceof ServerSocketChannel;
        channel.register(selector, stream ? SelectionKey.OP_ACCEPT : SelectionKey.OP_READ);
        selector.wakeup();
    }

    /** Where a datagram of this text came from, if it came. */
    Optional<InetSocketAddress> arrival(String text) {
        return Optional.ofNullable(arrivals.get(text));
    }

    private void serve() {
        try {
            while (selector.isOpen()) {
                selector.select();
                for (SelectionKey key : List.copyOf(selector.selectedKeys())) {
                    answer(key);
                }
                selector.selectedKeys().clear();
            }
        } catch (ClosedSelectorException e) {
            // the lab was closed
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(SelectionKey key) {
        try {
            if (key.channel() instanceof DatagramChannel channel) {
                answer(channel);
            } else if (key.channel() instanceof ServerSocketChannel channel) {
                answer(channel);
            }
        } catch (IOException | CancelledKeyException e) {
            // the other side is gone, or an error of ICMP for an earlier answer is reported: the next one is a new try
        }
    }

    private void answer(DatagramChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(256);
        if (!(channel.receive(buffer) instanceof InetSocketAddress source)) {
            return;
        }
        String text = StandardCharsets.US_ASCII.decode(buffer.flip()).toString();
        arrivals.put(text, source);
        channel.send(StandardCharsets.US_ASCII.encode(text + ' ' + words(source)), source);
    }

    private static void answer(ServerSocketChannel server) throws IOException {
        try (SocketChannel channel = server.accept()) {
            if (channel != null && channel.getRemoteAddress() instanceof InetSocketAddress source) {
                channel.write(StandardCharsets.US_ASCII.encode(words(source)));
            }
        }
    }

    private static String words(InetSocketAddress source) {
        return source.getAddress().getHostAddress() + ' ' + source.getPort();
    }

    @Override
    public void close() {
        try {
            List<SelectionKey> keys = new ArrayList<>(selector.keys());
            selector.close();
            for (SelectionKey key : keys) {
                key.channel().close();
            }
            thread.join(Lab.PATIENCE.toMillis());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
