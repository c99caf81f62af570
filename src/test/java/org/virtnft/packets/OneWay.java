package org.virtnft.packets;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Optional;
import org.virtnft.demo.Host;

/** Datagrams that nobody answers, to one or to all: who sent what arrived? */
final class OneWay implements AutoCloseable {

    private final DatagramChannel ear;

    private OneWay(DatagramChannel ear) {
        this.ear = ear;
    }

    /** Listens on a port of every address of a host, those that it shares with all hosts included. */
    static OneWay listen(Host host, boolean ipv6, int port) {
        String any = ipv6 ? "::" : "0.0.0.0";
        return new OneWay(host.inside(() ->
                DatagramChannel.open(family(ipv6)).bind(new InetSocketAddress(InetAddress.getByName(any), port))));
    }

    private static ProtocolFamily family(boolean ipv6) {
        return ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    }

    /** Sends one from a host's address and port. */
    static void send(Host host, InetSocketAddress from, InetSocketAddress to) {
        host.inside(() -> {
            boolean ipv6 = to.getAddress().getAddress().length > 4;
            try (DatagramChannel mouth = DatagramChannel.open(family(ipv6))) {
                mouth.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                mouth.setOption(StandardSocketOptions.SO_BROADCAST, true);
                return mouth.bind(from).send(ByteBuffer.wrap(new byte[] {1}), to);
            }
        });
    }

    /** The source of the next one; empty when none comes within a second. */
    Optional<InetSocketAddress> hear() throws IOException {
        ear.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            SelectionKey key = ear.register(selector, SelectionKey.OP_READ);
            selector.select(1000);
            Optional<InetSocketAddress> source =
                    Optional.ofNullable((InetSocketAddress) ear.receive(ByteBuffer.allocate(16)));
            key.cancel();
            return source;
        }
    }

    @Override
    public void close() throws IOException {
        ear.close();
    }
}
