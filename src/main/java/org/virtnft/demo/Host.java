package org.virtnft.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.virtnft.host.Program;
import org.virtnft.kernel.NetworkNamespace;

/** A machine: a network namespace, commands and sockets in it. */
public final class Host {

    static final String LOOPBACK_UP = "link set lo up";

    /** An address is usable at once, without a search for duplicates; every ICMP error is sent, however many there were. */
    private static final Map<String, String> PARAMETERS = Map.of(
            "net/ipv6/conf/all/accept_dad", "0",
            "net/ipv6/conf/default/accept_dad", "0",
            "net/ipv6/conf/default/router_solicitations", "0",
            "net/ipv4/icmp_ratemask", "0",
            "net/ipv6/icmp/ratelimit", "0",
            // the list of the types that are limited, also by net.ipv4.icmp_msgs_per_sec (icmpv6_mask_allow in
            // net/ipv6/icmp.c): none
            "net/ipv6/icmp/ratemask", "\n");

    private final String name;
    private final EchoServers servers;
    private final Path namespace;
    private final Optional<Thread> keeper;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final List<InetAddress> addresses = new ArrayList<>();

    Host(String name, EchoServers servers) {
        this.name = name;
        this.servers = servers;
        CompletableFuture<Path> born = new CompletableFuture<>();
        Thread thread = new Thread(() -> keep(born), "host " + name);
        thread.setDaemon(true);
        thread.start();
        keeper = Optional.of(thread);
        namespace = await(born);
    }

    /** A host in a namespace that others keep. */
    Host(String name, EchoServers servers, Path namespace) {
        this.name = name;
        this.servers = servers;
        this.namespace = namespace;
        this.keeper = Optional.empty();
    }

    /** Holds the namespace: it is this thread's own. */
    private void keep(CompletableFuture<Path> born) {
        try {
            NetworkNamespace.enterNew();
            PARAMETERS.forEach(Host::writeParameter);
            born.complete(NetworkNamespace.file());
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            born.completeExceptionally(e);
        }
    }

    void end() {
        ended.countDown();
        try {
            if (keeper.isPresent()) {
                keeper.get().join(Lab.PATIENCE.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public String name() {
        return name;
    }

    @Override
    public String toString() {
        return name;
    }

    /** The file by which a thread or a command enters the namespace. */
    public Path namespace() {
        return namespace;
    }

    // ---- Work inside ----------------------------------------------------------------------------------------------

    /** Does something on a thread that is in this host's namespace: its sockets are there too. It must start no process. */
    public <T> T inside(Callable<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        NetworkNamespace.enter(namespace);
                        result.complete(work.call());
                    } catch (Throwable e) { // thrown again where the result is awaited
                        result.completeExceptionally(e);
                    }
                },
                "in " + name);
        thread.setDaemon(true);
        thread.start();
        return await(result);
    }

    private static <T> T await(CompletableFuture<T> result) {
        try {
            return result.get(2 * Lab.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new LabException("" + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new LabException("no end in sight", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        }
    }

    /** Runs a program, which must succeed; returns what it printed. */
    public String run(String... command) {
        return run(List.of(command), "");
    }

    /** Runs {@code ip} with these commands, one a line, without the word "ip". */
    public void ip(String... commands) {
        ip(List.of(commands));
    }

    /** The same. */
    public void ip(List<String> commands) {
        run(List.of("ip", "-batch", "-"), String.join("\n", commands) + "\n");
    }

    /** Runs an nft script. */
    public void nft(String script) {
        run(List.of("nft", "-f", "-"), script);
    }

    /**
     * Runs a program, which must succeed.
     *
     * @param input for its standard input
     * @return what it printed on standard output and standard error
     */
    public String run(List<String> command, String input) {
        // nsenter, and not a thread inside: one that starts a process leaves its Java helpers in the namespace, and so
        // alive
        List<String> inside = new ArrayList<>(List.of("nsenter", "--net=" + namespace, "--"));
        inside.addAll(command);
        Program.Ending ending = Lab.run(inside, input);
        if (ending.status() != 0) {
            throw new LabException(name + ": " + String.join(" ", command) + (input.isEmpty() ? "" : " <<<\n" + input)
                    + ": exit status " + ending.status() + ": " + ending.output());
        }
        return ending.output();
    }

    /** Sets a kernel parameter of this namespace, for example {@code net/ipv4/ip_forward}. */
    public void sysctl(String key, String value) {
        inside(() -> writeParameter(key, value));
    }

    /** In the namespace of the calling thread: the kernel looks at who opens the file. */
    private static Path writeParameter(String key, String value) {
        try {
            return Files.writeString(Path.of("/proc/sys", key), value);
        } catch (IOException e) {
            throw new LabException("the kernel parameter " + key + " cannot be set: " + e.getMessage(), e);
        }
    }

    // ---- Addresses and servers ------------------------------------------------------------------------------------

    /** Gives an interface addresses with their prefix lengths, and servers on port {@link Probe#PORT} of each. */
    public void addresses(String device, List<String> withPrefix) {
        ip(addressCommands(device, withPrefix));
        serve(withPrefix);
    }

    static List<String> addressCommands(String device, List<String> withPrefix) {
        List<String> commands = new ArrayList<>();
        for (String each : withPrefix) {
            commands.add("address add " + each + " dev " + device + (each.indexOf(':') >= 0 ? " nodad" : ""));
        }
        return commands;
    }

    /** Notes addresses that this host has, and starts servers there. */
    void serve(List<String> withPrefix) {
        for (String each : withPrefix) {
            InetAddress address = Addresses.parse(each);
            boolean mapped = each.indexOf(':') >= 0 && !Addresses.isIpv6(address); // for Java, ::ffff:a.b.c.d is IPv4
            if (!mapped && !addresses.contains(address)) {
                addresses.add(address);
                listen(address, Probe.PORT);
            }
        }
    }

    /** Starts servers, UDP and TCP. Each has one address of its own, so that it answers from there. */
    public void listen(InetAddress address, int port) {
        inside(() -> {
            InetSocketAddress local = new InetSocketAddress(address, port);
            servers.add(DatagramChannel.open(Addresses.family(address)).bind(local));
            servers.add(ServerSocketChannel.open(Addresses.family(address))
                    .setOption(StandardSocketOptions.SO_REUSEADDR, true)
                    .bind(local));
            return local;
        });
    }

    /** The first address of the same family as another one. */
    public Optional<InetAddress> addressLike(InetAddress other) {
        return addresses.stream()
                .filter(each -> Addresses.family(each) == Addresses.family(other))
                .findFirst();
    }

    /** The first address, IPv4 or IPv6. */
    public Optional<InetAddress> address(boolean ipv6) {
        return addresses.stream().filter(each -> Addresses.isIpv6(each) == ipv6).findFirst();
    }

    EchoServers servers() {
        return servers;
    }
}
