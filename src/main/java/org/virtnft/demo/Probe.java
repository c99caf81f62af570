package org.virtnft.demo;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One question from a host to an address, where a server of the lab must listen.
 *
 * @param source one of the sender's addresses; absent for the one that routing gives
 * @param sourcePort 0 for any
 * @param port of the server; without meaning for ICMP
 */
public record Probe(
        Protocol protocol, Host sender, Optional<InetAddress> source, int sourcePort, InetAddress target, int port) {

    /** Where every address of a lab has a server. */
    public static final int PORT = 7000;

    /** An answer needs a millisecond, on a busy machine some more; ends early only when one comes. */
    private static final Duration TIMEOUT = Duration.ofMillis(1500);

    private static final int AT_ONCE = 96;

    /** In every text that is sent, so that no two are equal. */
    private static final AtomicLong COUNTER = new AtomicLong();

    /** What is sent. */
    public enum Protocol {
        UDP,
        TCP,
        ICMP
    }

    /** From a host's own address to an address's usual server. */
    public static Probe of(Protocol protocol, Host sender, InetAddress target) {
        return new Probe(protocol, sender, Optional.empty(), 0, target, PORT);
    }

    /** The same for a numeric address. */
    public static Probe of(Protocol protocol, Host sender, String target) {
        return of(protocol, sender, Addresses.parse(target));
    }

    /** From this address, which the sender must have; not for ICMP. */
    public Probe from(String address) {
        return new Probe(protocol, sender, Optional.of(Addresses.parse(address)), sourcePort, target, port);
    }

    /** From this port. */
    public Probe fromPort(int chosen) {
        return new Probe(protocol, sender, source, chosen, target, port);
    }

    /** To this port. */
    public Probe toPort(int chosen) {
        return new Probe(protocol, sender, source, sourcePort, target, chosen);
    }

    @Override
    public String toString() {
        String way = source.map(address -> " as " + Addresses.shortest(address)).orElse("")
                + (sourcePort == 0 ? "" : " from port " + sourcePort);
        String to = Addresses.shortest(target) + (port == PORT || protocol == Protocol.ICMP ? "" : " port " + port);
        return protocol + " " + sender + way + " to " + to;
    }

    /** Sends it and waits for what becomes of it, a second or two at most. */
    public Outcome send() {
        return sender.inside(() -> switch (protocol) {
            case UDP -> udp();
            case TCP -> tcp();
            case ICMP -> icmp();
        });
    }

    /** Sends many at once; their outcomes are in the same order. Pings of one host to one address must not be among them twice. */
    public static List<Outcome> sendAll(List<Probe> probes) {
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, Math.min(probes.size(), AT_ONCE)));
        try {
            List<Future<Outcome>> sent = new ArrayList<>();
            for (Probe probe : probes) {
                sent.add(threads.submit(probe::send));
            }
            List<Outcome> outcomes = new ArrayList<>();
            for (Future<Outcome> each : sent) {
                outcomes.add(each.get());
            }
            return outcomes;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new LabException("" + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        } finally {
            threads.shutdownNow();
        }
    }

    private Outcome udp() throws IOException {
        String text = "probe-" + COUNTER.incrementAndGet();
        try (DatagramChannel channel = DatagramChannel.open(Addresses.family(target));
                Selector selector = Selector.open()) {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            if (source.isPresent() || sourcePort != 0) {
                channel.bind(local());
            }
            channel.connect(new InetSocketAddress(target, port)); // only then ICMP errors are reported
            channel.write(StandardCharsets.US_ASCII.encode(text));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            if (selector.select(TIMEOUT.toMillis()) > 0) {
                ByteBuffer buffer = ByteBuffer.allocate(256);
                channel.read(buffer);
                String answer = StandardCharsets.US_ASCII.decode(buffer.flip()).toString();
                return passed(answer.substring(answer.indexOf(' ') + 1));
            }
        } catch (PortUnreachableException e) {
            return new Outcome.Rejected();
        } catch (SocketException e) {
            throw new LabException(this + ": " + e.getMessage(), e); // no route, for example: not sent at all
        }
        Optional<InetSocketAddress> arrival = sender.servers().arrival(text);
        return arrival.isPresent()
                ? new Outcome.Unanswered(
                        arrival.get().getAddress(), arrival.get().getPort())
                : new Outcome.Lost();
    }

    private Outcome tcp() throws IOException {
        try (SocketChannel channel = SocketChannel.open(Addresses.family(target))) {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.setOption(StandardSocketOptions.SO_LINGER, 0); // the same ports can be used again at once
            if (source.isPresent() || sourcePort != 0) {
                channel.bind(local());
            }
            channel.socket().connect(new InetSocketAddress(target, port), (int) TIMEOUT.toMillis());
            channel.socket().setSoTimeout((int) TIMEOUT.toMillis());
            byte[] answer = channel.socket().getInputStream().readAllBytes();
            return passed(new String(answer, StandardCharsets.US_ASCII));
        } catch (SocketTimeoutException e) {
            return new Outcome.Lost();
        } catch (ConnectException e) {
            if (String.valueOf(e.getMessage()).contains("refused")) {
                return new Outcome.Rejected();
            }
            throw new LabException(this + ": " + e.getMessage(), e);
        } catch (SocketException e) {
            if (String.valueOf(e.getMessage()).contains("reset")) {
                return new Outcome.Rejected();
            }
            throw new LabException(this + ": " + e.getMessage(), e);
        }
    }

    private Outcome icmp() throws IOException {
        // an ICMP error is not reported here: whoever was rejected waits in vain
        return target.isReachable((int) TIMEOUT.toMillis()) ? new Outcome.Answered() : new Outcome.Lost();
    }

    private InetSocketAddress local() {
        return source.map(address -> new InetSocketAddress(address, sourcePort))
                .orElse(new InetSocketAddress(sourcePort));
    }

    private static Outcome passed(String addressAndPort) {
        int space = addressAndPort.indexOf(' ');
        if (space < 0) {
            throw new LabException("no server of the lab answers so: '" + addressAndPort + "'");
        }
        int port = Integer.parseInt(addressAndPort.substring(space + 1));
        return new Outcome.Passed(Addresses.parse(addressAndPort.substring(0, space)), port);
    }
}
