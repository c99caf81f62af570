package org.virtnft.host;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The interfaces on a bridge with all that the bridge knows of each, to put them back on a bridge that was made anew. The kernel forgets
 * a port's settings and its entries in the forwarding table as soon as the port leaves.
 */
public final class BridgePorts {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Settings that are 0 or 1, by their names in /sys, as ip calls them. */
    private static final Map<String, String> SWITCHES = Map.ofEntries(
            Map.entry("bpdu_guard", "guard"),
            Map.entry("broadcast_flood", "bcast_flood"),
            Map.entry("hairpin_mode", "hairpin"),
            Map.entry("isolated", "isolated"),
            Map.entry("learning", "learning"),
            Map.entry("multicast_fast_leave", "fastleave"),
            Map.entry("multicast_flood", "mcast_flood"),
            Map.entry("multicast_to_unicast", "mcast_to_unicast"),
            Map.entry("neigh_suppress", "neigh_suppress"),
            Map.entry("proxyarp", "proxy_arp"),
            Map.entry("proxyarp_wifi", "proxy_arp_wifi"),
            Map.entry("root_block", "root_block"),
            Map.entry("unicast_flood", "flood"));

    /** The same for those that are numbers. */
    private static final Map<String, String> NUMBERS = Map.of(
            "group_fwd_mask", "group_fwd_mask",
            "multicast_router", "mcast_router",
            "path_cost", "cost",
            "priority", "priority");

    private final HostFiles files;

    public BridgePorts(HostFiles files) {
        this.files = files;
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
            return (Integer.decode(Files.readString(device(bridge, "flags")).strip()) & 1) != 0;
        } catch (IOException | NumberFormatException e) {
            return false; // not there, or on its way
        }
    }

    /**
     * The ports of a bridge; empty when there is none.
     *
     * @throws ProgramException when one of them has what could not be given back
     */
    public List<Port> of(String bridge) {
        boolean filters = read(device(bridge, "bridge/vlan_filtering")).equals("1");
        List<Port> ports = new ArrayList<>();
        for (String name : names(device(bridge, "brif"))) {
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
        Path folder = device(port, "brport");
        Map<String, String> settings = new TreeMap<>();
        for (String name : names(folder)) {
            Path file = folder.resolve(name);
            // "flush" can only be written, the timers only be read
            if (Files.isRegularFile(file)
                    && permissions(file)
                            .containsAll(Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE))) {
                settings.put(name, read(file));
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
     * Puts ports back. Those whose interface went meanwhile, or is on another bridge, are left alone.
     *
     * @throws ProgramException when one of them could not be put back as it was
     */
    public void attach(String bridge, List<Port> ports) {
        List<Port> loose = ports.stream()
                .filter(port -> Files.exists(device(port.name())) && !Files.exists(device(port.name(), "master")))
                .toList();
        if (loose.isEmpty()) {
            return;
        }
        // a port that joins a bridge with STP listens and learns first, with libvirt's forward delay for 4 s; one that
        // is there forwards. Rather that than no port at all
        boolean spans = read(device(bridge, "bridge/stp_state")).equals("1") && spanningTree(bridge, "0");
        try {
            join(bridge, loose);
            requireJoined(bridge, loose);
            loose.forEach(this::give);
        } finally {
            if (spans) {
                restoreSpanningTree(bridge);
            }
        }
    }

    /** By netlink: /sys is read-only in containers, and for virt-nft.service. */
    private static boolean spanningTree(String bridge, String state) {
        return Program.run(
                                List.of("ip", "link", "set", "dev", bridge, "type", "bridge", "stp_state", state),
                                "",
                                PATIENCE)
                        .status()
                == 0;
    }

    private void restoreSpanningTree(String bridge) {
        if (!spanningTree(bridge, "1") && Files.exists(device(bridge))) {
            throw new ProgramException("STP is off on " + bridge
                    + " now, and could not be set on again: try 'ip link set " + bridge + " type bridge stp_state 1'");
        }
    }

    private static void join(String bridge, List<Port> ports) {
        StringBuilder batch = new StringBuilder();
        for (Port port : ports) {
            batch.append("link set dev ")
                    .append(port.name())
                    .append(" master ")
                    .append(bridge)
                    .append('\n');
            if ("1".equals(port.settings().get("isolated"))) {
                // at once: two isolated guests must not see each other meanwhile
                batch.append("link set dev ").append(port.name()).append(" type bridge_slave isolated on\n");
            }
        }
        // -force: a guest may end at this moment, and take its interface along; what is missing is looked at afterwards
        Program.run(List.of("ip", "-force", "-batch", "-"), batch.toString(), PATIENCE);
    }

    private void requireJoined(String bridge, List<Port> ports) {
        for (Port port : ports) {
            if (Files.exists(device(port.name())) && !Files.exists(device(bridge, "brif/" + port.name()))) {
                throw new ProgramException(port.name() + " could not be put back on " + bridge + ": try 'ip link set "
                        + port.name() + " master " + bridge + "'");
            }
        }
    }

    private void give(Port port) {
        Path folder = device(port.name(), "brport");
        StringBuilder options = new StringBuilder();
        port.settings().forEach((name, value) -> {
            Path file = folder.resolve(name);
            if (!Files.exists(file) || read(file).equals(value)) {
                return;
            }
            if (SWITCHES.containsKey(name)) {
                options.append(' ').append(SWITCHES.get(name)).append(value.equals("1") ? " on" : " off");
            } else if (NUMBERS.containsKey(name)) {
                options.append(' ').append(NUMBERS.get(name)).append(' ').append(value);
            } else {
                write(file, value);
            }
        });
        if (options.length() > 0) {
            String command = "link set dev " + port.name() + " type bridge_slave" + options + "\n";
            requireGiven(port, Program.run(List.of("ip", "-batch", "-"), command, PATIENCE));
        }
        StringBuilder batch = new StringBuilder();
        for (String address : port.addresses()) {
            String[] words = address.split(" ", 2);
            batch.append("fdb replace ").append(words[0]).append(" dev ").append(port.name());
            batch.append(' ').append(words[1]).append('\n');
        }
        if (batch.length() > 0) {
            requireGiven(port, Program.run(List.of("bridge", "-force", "-batch", "-"), batch.toString(), PATIENCE));
        }
    }

    private void requireGiven(Port port, Program.Ending ending) {
        if (ending.status() != 0 && Files.exists(device(port.name()))) {
            throw new ProgramException(port.name() + " is back on its bridge, and not as it was: " + ending.output());
        }
    }

    // ---- /sys ----

    private Path device(String name) {
        return files.networkDevices().resolve(name);
    }

    private Path device(String name, String file) {
        return device(name).resolve(file);
    }

    private static List<String> names(Path folder) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            throw new ProgramException(folder + " cannot be read: " + e, e);
        }
        names.sort(null);
        return names;
    }

    /** "" when it cannot be read: it went, or its kernel has no such setting. */
    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private static void write(Path file, String value) {
        try {
            Files.writeString(file, value + "\n");
        } catch (IOException e) {
            if (Files.exists(file)) {
                throw new ProgramException(file + " cannot be set to " + value + ": " + e, e);
            }
        }
    }

    private static Set<PosixFilePermission> permissions(Path file) {
        try {
            return Files.getPosixFilePermissions(file);
        } catch (IOException e) {
            return Set.of();
        }
    }

    private static List<String> lines(String... command) {
        Program.Ending ending = Program.runForOutput(List.of(command), PATIENCE);
        if (ending.status() != 0) {
            throw new ProgramException(String.join(" ", command) + " failed");
        }
        return ending.output().lines().map(String::strip).toList();
    }
}
