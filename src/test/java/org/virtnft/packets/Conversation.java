package org.virtnft.packets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.virtnft.demo.Host;

/** A long-lived flow between two hosts, in which both sides have their say again and again. */
abstract class Conversation implements AutoCloseable {

    /** Far longer than a packet between namespaces takes; waited for in vain only where nothing may come. */
    private static final int PATIENCE_MS = 5000;

    private static final int SHORT_MS = 50;

    private final String name;
    private int turn;

    private Conversation(String name) {
        this.name = name;
    }

    /** Begins one, which must succeed. */
    static Conversation tcp(Host client, Host server, String address, int port) {
        return new Tcp(client, server, Member.parse(address), port, 0);
    }

    /** The same from a port of the client's. */
    static Conversation tcp(Host client, Host server, String address, int port, int from) {
        return new Tcp(client, server, Member.parse(address), port, from);
    }

    static Conversation udp(Host client, Host server, String address, int port) {
        return new Udp(client, server, Member.parse(address), port, 0);
    }

    static Conversation udp(Host client, Host server, String address, int port, int from) {
        return new Udp(client, server, Member.parse(address), port, from);
    }

    final String word() {
        return name + " " + turn++ + "\n";
    }

    /** Says something in each direction. */
    abstract boolean passes();

    /** Tries for so long that a packet would have come, in both directions, and says whether none did. */
    abstract boolean isCut();

    /** Waits until no packet of it is on its way or due: an acknowledgement comes up to 40 ms after what it is for, and later. */
    abstract void rest();

    /** The client as the server sees it. */
    abstract InetSocketAddress seen();

    @Override
    public abstract void close();

    @Override
    public String toString() {
        return name;
    }

    private static StandardProtocolFamily family(InetAddress address) {
        return address.getAddress().length == 4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }

    private static InetSocketAddress own(Host host, InetAddress other, int port) {
        return new InetSocketAddress(host.addressLike(other).orElseThrow(), port);
    }

    private static final class Tcp extends Conversation {
        /** TCP_ESTABLISHED of net/tcp_states.h, as /proc has it. */
        private static final String ESTABLISHED = "01";

        private final Host clientHost;
        private final Host serverHost;
        private final Socket client;
        private final Socket server;

        Tcp(Host clientHost, Host serverHost, InetAddress address, int port, int from) {
            super("TCP " + clientHost + " to " + serverHost + " " + address.getHostAddress());
            this.clientHost = clientHost;
            this.serverHost = serverHost;
            try (ServerSocketChannel listener = serverHost.inside(() -> ServerSocketChannel.open(family(address))
                    .setOption(java.net.StandardSocketOptions.SO_REUSEADDR, true)
                    .bind(new InetSocketAddress(port)))) {
                client = clientHost.inside(() -> SocketChannel.open(family(address))
                        .bind(own(clientHost, address, from))
                        .socket());
                client.connect(new InetSocketAddress(address, port), PATIENCE_MS);
                server = listener.accept().socket();
            } catch (IOException e) {
                throw new UncheckedIOException(this + " cannot begin", e);
            }
            if (!passes()) {
                throw new AssertionError(this + " does not work from the start");
            }
        }

        @Override
        boolean passes() {
            return says(client, server) && says(server, client);
        }

        private boolean says(Socket from, Socket to) {
            String word = word();
            try {
                from.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
                to.setSoTimeout(PATIENCE_MS);
                byte[] heard = to.getInputStream().readNBytes(word.length());
                return new String(heard, StandardCharsets.US_ASCII).equals(word);
            } catch (IOException e) {
                return false;
            }
        }

        /** Until each side has been told that it is over, or has repeated its words a few times. */
        @Override
        boolean isCut() {
            long[] repeated = {repetitions(clientHost), repetitions(serverHost)};
            boolean there = saysInVain(client, server, clientHost, repeated[0]);
            boolean back = saysInVain(server, client, serverHost, repeated[1]);
            return there && back;
        }

        private boolean saysInVain(Socket from, Socket to, Host host, long repeated) {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2 * PATIENCE_MS);
            try {
                from.getOutputStream().write(word().getBytes(StandardCharsets.US_ASCII));
                while (repetitions(host) < repeated + 2) {
                    if (hears(to)) {
                        return false;
                    }
                    hears(from); // told that it is over, it throws
                    if (System.nanoTime() > end) {
                        throw new AssertionError(this + ": neither told that it is over nor repeated");
                    }
                }
            } catch (IOException e) {
                return true;
            }
            return true;
        }

        private static boolean hears(Socket socket) throws IOException {
            try {
                socket.setSoTimeout(SHORT_MS);
                if (socket.getInputStream().read() < 0) {
                    throw new IOException("the end of it");
                }
                return true;
            } catch (SocketTimeoutException e) {
                return false;
            }
        }

        private static long repetitions(Host host) {
            return host.inside(() -> {
                String[] names = {};
                for (String line : Files.readAllLines(Path.of("/proc/thread-self/net/snmp"))) {
                    String[] words = line.split(" ");
                    if (words[0].equals("Tcp:") && words[1].equals("RtoAlgorithm")) {
                        names = words;
                    } else if (words[0].equals("Tcp:")) {
                        return Long.parseLong(words[List.of(names).indexOf("RetransSegs")]);
                    }
                }
                throw new AssertionError("the kernel does not count retransmissions");
            });
        }

        @Override
        void rest() {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
            while (waits(clientHost) || waits(serverHost)) {
                if (System.nanoTime() > end) {
                    throw new AssertionError(this + ": not everything is acknowledged");
                }
                Thread.onSpinWait();
            }
        }

        /** Whether a connection of this host has sent something that is not acknowledged (proc(5): tx_queue). */
        private static boolean waits(Host host) {
            return host.inside(() -> {
                for (String file : List.of("tcp", "tcp6")) {
                    for (String line : Files.readAllLines(Path.of("/proc/thread-self/net", file))) {
                        String[] words = line.strip().split("\\s+");
                        if (words[3].equals(ESTABLISHED) && !words[4].startsWith("00000000:")) {
                            return true;
                        }
                    }
                }
                return false;
            });
        }

        @Override
        InetSocketAddress seen() {
            return (InetSocketAddress) server.getRemoteSocketAddress();
        }

        @Override
        public void close() {
            try {
                client.close();
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class Udp extends Conversation {
        private final DatagramSocket client;
        private final DatagramSocket server;
        private SocketAddress seen;

        Udp(Host clientHost, Host serverHost, InetAddress address, int port, int from) {
            super("UDP " + clientHost + " to " + serverHost + " " + address.getHostAddress());
            try {
                server = serverHost.inside(() -> server(serverHost, address, port));
                client = clientHost.inside(() -> DatagramChannel.open(family(address))
                        .bind(own(clientHost, address, from))
                        .connect(new InetSocketAddress(address, port))
                        .socket());
            } catch (RuntimeException e) {
                throw new AssertionError(this + " cannot begin", e);
            }
            seen = client.getLocalSocketAddress();
            if (!passes()) {
                throw new AssertionError(this + " does not work from the start");
            }
        }

        /** With its own address, for answers must come from there; where the client's word is another one's, with the first. */
        private static DatagramSocket server(Host host, InetAddress address, int port) throws IOException {
            DatagramChannel channel = DatagramChannel.open(family(address));
            try {
                channel.bind(new InetSocketAddress(address, port));
            } catch (BindException e) {
                channel.bind(own(host, address, port));
            }
            return channel.socket();
        }

        @Override
        boolean passes() {
            try {
                String word = word();
                client.send(packet(word));
                String heard = hear(server, PATIENCE_MS);
                DatagramPacket answer = packet(word);
                answer.setSocketAddress(seen);
                server.send(answer);
                return heard.equals(word) && hear(client, PATIENCE_MS).equals(word);
            } catch (IOException e) {
                return false;
            }
        }

        /** The client is told so by ICMP, as our reject does. */
        @Override
        boolean isCut() {
            try {
                DatagramPacket answer = packet(word());
                answer.setSocketAddress(seen);
                server.send(answer);
                client.send(packet(word()));
                hear(client, PATIENCE_MS);
                return false;
            } catch (PortUnreachableException e) {
                return !heardAnything();
            } catch (IOException e) {
                return false;
            }
        }

        private boolean heardAnything() {
            try {
                hear(server, SHORT_MS);
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        private DatagramPacket packet(String word) {
            byte[] bytes = word.getBytes(StandardCharsets.US_ASCII);
            return new DatagramPacket(bytes, bytes.length);
        }

        private String hear(DatagramSocket socket, int patience) throws IOException {
            socket.setSoTimeout(patience);
            DatagramPacket packet = new DatagramPacket(new byte[512], 512);
            socket.receive(packet);
            if (socket == server) {
                seen = packet.getSocketAddress();
            }
            return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
        }

        @Override
        void rest() {} // whoever has heard an answer has heard everything

        @Override
        InetSocketAddress seen() {
            return (InetSocketAddress) seen;
        }

        @Override
        public void close() {
            client.close();
            server.close();
        }
    }
}
