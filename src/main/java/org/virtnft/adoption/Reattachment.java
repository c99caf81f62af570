package org.virtnft.adoption;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.virtnft.adoption.BridgePorts.Port;
import org.virtnft.host.Program;
import org.virtnft.host.ProgramException;

/**
 * The return of ports to a bridge that was made anew, with all that they had. Guests' packets wait for it: so its programs are started
 * before the bridge is there (a start costs tens of milliseconds, on a busy host some hundred), and there is one of each for all ports.
 */
final class Reattachment implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    // -force: a guest may end at any moment, and take its interface along; what is missing is looked at afterwards
    private static final List<String> IP = List.of("ip", "-force", "-batch", "-");
    private static final List<String> BRIDGE = List.of("bridge", "-force", "-batch", "-");

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

    private final NetworkDevices devices;
    private final String bridge;
    private final List<Port> ports;
    private final List<String> neighbours;
    private final Program.Waiting joining;
    private final Program.Waiting addressing;

    Reattachment(NetworkDevices devices, String bridge, List<Port> ports, List<String> neighbours) {
        this.devices = devices;
        this.bridge = bridge;
        this.ports = List.copyOf(ports);
        this.neighbours = List.copyOf(neighbours);
        this.joining = Program.start(IP);
        this.addressing = Program.start(BRIDGE);
    }

    /**
     * Puts them back on the bridge, which is up. Those whose interface went meanwhile, or is on another bridge, are left alone. Only once.
     *
     * @return when they had all that they need, by {@link System#nanoTime}
     * @throws ProgramException when one of them could not be put back as it was
     */
    public long perform() {
        List<Port> loose = ports.stream()
                .filter(port -> devices.has(port.name()) && !devices.has(port.name(), "master"))
                .toList();
        if (loose.isEmpty()) {
            return System.nanoTime();
        }
        // a port that joins a bridge with STP listens and learns first, with libvirt's forward delay for 4 s; one that
        // is there forwards. Rather that than no port at all
        boolean spans = devices.read(bridge, "bridge/stp_state").equals("1");
        try {
            joining.finish((spans ? spanningTree("0") : "") + each(loose, this::join) + neighbours(), PATIENCE);
            requireJoined(loose);
            if (addressing
                            .finish(each(loose, Reattachment::addresses), PATIENCE)
                            .status()
                    != 0) {
                loose.forEach(port -> give(port, BRIDGE, addresses(port)));
            }
            giveSettings(loose);
            return System.nanoTime();
        } finally {
            if (spans) {
                restoreSpanningTree();
            }
        }
    }

    private static String each(List<Port> loose, Function<Port, String> lines) {
        return loose.stream().map(lines).collect(Collectors.joining());
    }

    /** By netlink: /sys is read-only in containers, and for virt-nft.service. */
    private String spanningTree(String state) {
        return "link set dev " + bridge + " type bridge stp_state " + state + "\n";
    }

    private void restoreSpanningTree() {
        if (Program.run(IP, spanningTree("1"), PATIENCE).status() != 0
                && devices.read(bridge, "bridge/stp_state").equals("0")) {
            throw new ProgramException("STP is off on " + bridge
                    + " now, and could not be set on again: try 'ip link set " + bridge + " type bridge stp_state 1'");
        }
    }

    private String join(Port port) {
        String join = "link set dev " + port.name() + " master " + bridge + "\n";
        // at once: two isolated guests must not see each other meanwhile
        return "1".equals(port.settings().get("isolated"))
                ? join + "link set dev " + port.name() + " type bridge_slave isolated on\n"
                : join;
    }

    /**
     * The host's first question for a guest's MAC address is lost while the kernel has not yet seen that the bridge has a carrier, and
     * is repeated after a second. So it need not ask, and makes sure later.
     */
    private String neighbours() {
        return neighbours.stream().map(each -> "neigh replace " + each + "\n").collect(Collectors.joining());
    }

    private void requireJoined(List<Port> loose) {
        for (Port port : loose) {
            if (devices.has(port.name()) && !devices.has(bridge, "brif/" + port.name())) {
                throw new ProgramException(port.name() + " could not be put back on " + bridge + ": try 'ip link set "
                        + port.name() + " master " + bridge + "'");
            }
        }
    }

    private static String addresses(Port port) {
        StringBuilder batch = new StringBuilder();
        for (String address : port.addresses()) {
            String[] words = address.split(" ", 2);
            batch.append("fdb replace ").append(words[0]).append(" dev ").append(port.name());
            batch.append(' ').append(words[1]).append('\n');
        }
        return batch.toString();
    }

    private void giveSettings(List<Port> loose) {
        String all = each(loose, this::settings);
        if (!all.isEmpty() && Program.run(IP, all, PATIENCE).status() != 0) {
            loose.forEach(port -> give(port, IP, settings(port)));
        }
        // what ip has no word for
        for (Port port : loose) {
            missing(port).forEach((name, value) -> {
                if (!SWITCHES.containsKey(name) && !NUMBERS.containsKey(name)) {
                    devices.write(port.name(), "brport/" + name, value);
                }
            });
        }
    }

    private String settings(Port port) {
        StringBuilder options = new StringBuilder();
        missing(port).forEach((name, value) -> {
            if (SWITCHES.containsKey(name)) {
                options.append(' ').append(SWITCHES.get(name)).append(value.equals("1") ? " on" : " off");
            } else if (NUMBERS.containsKey(name)) {
                options.append(' ').append(NUMBERS.get(name)).append(' ').append(value);
            }
        });
        return options.length() > 0 ? "link set dev " + port.name() + " type bridge_slave" + options + "\n" : "";
    }

    /** Those of its settings that it does not have yet, of those that this kernel knows. */
    private Map<String, String> missing(Port port) {
        return port.settings().entrySet().stream()
                .filter(setting -> {
                    String file = "brport/" + setting.getKey();
                    return devices.has(port.name(), file)
                            && !devices.read(port.name(), file).equals(setting.getValue());
                })
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** One port's by themselves, to know whose are refused. */
    private void give(Port port, List<String> program, String lines) {
        Program.Ending ending = Program.run(program, lines, PATIENCE);
        if (ending.status() != 0 && devices.has(port.name())) {
            throw new ProgramException(port.name() + " is back on its bridge, and not as it was: " + ending.output());
        }
    }

    @Override
    public void close() {
        joining.close();
        addressing.close();
    }
}
