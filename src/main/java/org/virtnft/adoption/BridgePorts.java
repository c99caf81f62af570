package org.virtnft.adoption;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.virtnft.host.HostFiles;
import org.virtnft.host.Program;
import org.virtnft.host.ProgramException;

/**
 * The interfaces on a bridge with all that the bridge knows of each, to put them back on a bridge that was made anew. The kernel forgets
 * a port's settings and its entries in the forwarding table as soon as the port leaves.
 */
final class BridgePorts {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final NetworkDevices devices;

    public BridgePorts(HostFiles files) {
        this.devices = new NetworkDevices(files);
    }

    /**
     * One interface.
     *
     * @param settings the port's files in /sys, by name; those that can be written
     * @param addresses what {@code bridge fdb} takes for each MAC address known behind the port
     */
    public record Port(String name, Map<String, String> settings, List<String> addresses) {
        public Port {
            settings = Map.copyOf(settings);
            addresses = List.copyOf(addresses);
        }
    }

    /** Whether there is a bridge of this name, and it is up. */
    public boolean isUp(String bridge) {
        try {
            return (Integer.decode(devices.read(bridge, "flags")) & 1) != 0;
        } catch (NumberFormatException e) {
            return false; // not there, or on its way
        }
    }

    /**
     * The ports of a bridge; empty when there is none.
     *
     * @throws ProgramException when one of them has what could not be given back
     */
    public List<Port> of(String bridge) {
        boolean filters = devices.read(bridge, "bridge/vlan_filtering").equals("1");
        List<Port> ports = new ArrayList<>();
        for (String name : devices.names(bridge, "brif")) {
            // libvirt refuses <vlan> for these networks: somebody set them by hand, and not only on the ports
            if (filters && !vlans(name).equals(List.of("1 PVID Egress Untagged"))) {
                throw new ProgramException(name + " has VLANs of its own on " + bridge
                        + ", which would be lost: set them again after restarting the network by hand");
            }
            ports.add(new Port(name, settings(name), addresses(bridge, name)));
        }
        return ports;
    }

    private Map<String, String> settings(String port) {
        Map<String, String> settings = new TreeMap<>();
        for (String name : devices.names(port, "brport")) {
            Path file = devices.path(port, "brport/" + name);
            // "flush" can only be written, the timers only be read
            if (Files.isRegularFile(file)
                    && NetworkDevices.permissions(file)
                            .containsAll(Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE))) {
                settings.put(name, devices.read(port, "brport/" + name));
            }
        }
        return settings;
    }

    /** Learned ones too: with learning off, as by libvirt's macTableManager, they are libvirt's. Not the port's own. */
    private static List<String> addresses(String bridge, String port) {
        List<String> found = new ArrayList<>();
        for (String line : lines("bridge", "fdb", "show", "dev", port)) {
            List<String> words = List.of(line.split(" +"));
            if (words.contains("master") && words.contains(bridge) && !words.contains("permanent")) {
                int vlan = words.indexOf("vlan");
                found.add(words.get(0) + " master" + (words.contains("static") ? " static" : " dynamic")
                        + (vlan > 0 ? " vlan " + words.get(vlan + 1) : ""));
            }
        }
        return found;
    }

    private static List<String> vlans(String port) {
        return lines("bridge", "vlan", "show", "dev", port).stream()
                .map(line -> (line.startsWith(port) ? line.substring(port.length()) : line).strip())
                .filter(line -> line.matches("[0-9]+\\b.*"))
                .map(line -> line.replaceAll("\\s+", " "))
                .toList();
    }

    /**
     * Readies the return of ports to a bridge that is to come: what that takes is started now, and waits.
     *
     * @throws ProgramException when it cannot be started
     */
    public Reattachment reattachment(String bridge, List<Port> ports) {
        return new Reattachment(devices, bridge, ports, neighbours(bridge));
    }

    /** What {@code ip neigh} takes for each MAC address that the host knows behind the bridge; none when there is no bridge. */
    private static List<String> neighbours(String bridge) {
        return Program.runForOutput(List.of("ip", "neigh", "show", "dev", bridge), PATIENCE)
                .output()
                .lines()
                .map(line -> List.of(line.strip().split(" +")))
                .filter(words -> words.size() > 3 && words.get(1).equals("lladdr"))
                .map(words -> words.get(0) + " lladdr " + words.get(2) + " dev " + bridge + " nud "
                        + (words.contains("PERMANENT") ? "permanent" : "stale"))
                .toList();
    }

    private static List<String> lines(String... command) {
        Program.Ending ending = Program.runForOutput(List.of(command), PATIENCE);
        if (ending.status() != 0) {
            throw new ProgramException(String.join(" ", command) + " failed");
        }
        return ending.output().lines().map(String::strip).toList();
    }
}
