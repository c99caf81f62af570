package org.virtnft.packets;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
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

    /** Listens on a port of all addresses of a host's eth0, and to a group where {@code target} is one. */
    static OneWay listen(Host host, InetAddress target, int port) {
        boolean ipv6 = target instanceof Inet6Address;
        return new OneWay(host.inside(() -> {
            DatagramChannel ear = DatagramChannel.open(family(ipv6))
                    .bind(new InetSocketAddress(InetAddress.getByName(ipv6 ? "::" : "0.0.0.0"), port));
            if (target.isMulticastAddress()) {
                ear.join(target, NetworkInterface.getByName("eth0"));
            }
            return ear;
        }));
    }

    private static ProtocolFamily family(boolean ipv6) {
        return ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    }

    /** Sends one from a host's address and port; to many by this device, where it is not told by the address's scope. */
    static void send(Host host, InetSocketAddress from, InetSocketAddress to, String device) {
        host.inside(() -> {
            boolean ipv6 = to.getAddress().getAddress().length > 4;
            try (DatagramChannel mouth = DatagramChannel.open(family(ipv6))) {
                mouth.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                mouth.setOption(StandardSocketOptions.SO_BROADCAST, true);
                if (to.getAddress().isMulticastAddress() && !ipv6) {
                    mouth.setOption(StandardSocketOptions.IP_MULTICAST_IF, NetworkInterface.getByName(device));
                }
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
