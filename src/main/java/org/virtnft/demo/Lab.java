package org.virtnft.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.virtnft.host.Program;
import org.virtnft.host.ProgramException;

/**
 * Hosts, each in a network namespace of its own, that exist only as long as this object.
 *
 * <p>A namespace made here has no name and no file: threads and sockets of this process hold it. So nothing can be left behind, not
 * even by a process that is killed.
 */
public final class Lab implements AutoCloseable {

    /** No single command or step of the topology takes nearly so long. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<Host> hosts = new ArrayList<>();
    private final EchoServers servers = new EchoServers();
    private int ports;

    /** A new host, with nothing but its loopback interface. */
    public Host host(String name) {
        Host host = bareHost(name);
        host.ip(Host.LOOPBACK_UP);
        return host;
    }

    /** A new host for somebody who also wants {@link Host#LOOPBACK_UP}, and saves a process by saying so together with more. */
    synchronized Host bareHost(String name) {
        Host host = new Host(name, servers);
        hosts.add(host);
        return host;
    }

    /**
     * A host whose namespace somebody else made, a libvirtd's for example, and keeps. Its interfaces and rules are not ours to
     * remove; cables to it go with their other ends.
     *
     * @param namespace a file of /run/netns or /proc/PID/ns/net
     */
    public synchronized Host adopt(String name, Path namespace) {
        Host host = new Host(name, servers, namespace);
        hosts.add(host);
        return host;
    }

    /** A name for one end of a cable that nobody sees. */
    synchronized String portName() {
        return "lab-port-" + ports++;
    }

    /** Runs a program of the system to its end. */
    static Program.Ending run(List<String> command, String input) {
        try {
            return Program.run(command, input, PATIENCE);
        } catch (ProgramException e) {
            throw new LabException("" + e.getMessage(), e);
        }
    }

    /** Ends all servers and hosts; the kernel then removes their interfaces, rules and connections. */
    @Override
    public synchronized void close() {
        servers.close();
        hosts.forEach(Host::end);
        hosts.clear();
    }
}
