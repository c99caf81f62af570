package org.virtnft.packets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.virtnft.demo.Host;
import org.virtnft.demo.Lab;
import org.virtnft.demo.VirtualizationHost;
import org.virtnft.kernel.LibNftables;
import org.virtnft.kernel.TestFlows;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.Ruleset;
import org.virtnft.ruleset.Template;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Source;
import org.virtnft.state.StateDirectory;
import org.virtnft.transaction.Applier;
import org.virtnft.transaction.StepListener;
import org.virtnft.xml.NetworkReader;

/** A virtualization host between its guests and the world, and our rules on it. Nothing of it is left after {@link #close}. */
final class World implements AutoCloseable {

    private final Leftovers leftovers = new Leftovers();
    private final Lab lab = new Lab();
    private final VirtualizationHost host = new VirtualizationHost(lab);
    private final Map<String, Uplink> uplinks = new LinkedHashMap<>();
    private final Path state;

    World(boolean bridgeNetfilter) {
        host.bridgeNetfilter(bridgeNetfilter);
        try {
            state = Files.createTempDirectory("virt-nft-packets");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    VirtualizationHost machine() {
        return host;
    }

    /** The virtualization host's own namespace. */
    Host host() {
        return host.host();
    }

    /**
     * A device of the host and who is behind it: a friend, who knows the way back to everything of ours, and a stranger, who
     * knows the device's own address alone, so that only what is translated gets an answer.
     */
    record Uplink(String device, int number, Host outside) {
        String own(boolean ipv6) {
            return ipv6 ? "2001:db8:ff0" + number + "::1" : "198.18." + number + ".1";
        }

        String friend(boolean ipv6) {
            return ipv6 ? "2001:db8:ff0" + number + "::2" : "198.18." + number + ".2";
        }

        String stranger(boolean ipv6) {
            return ipv6 ? "2001:db8:ff0" + number + "::3" : "198.18." + number + ".3";
        }
    }

    /** The uplink of this name, which is made when it is asked for. */
    Uplink uplink(String device) {
        Uplink known = uplinks.get(device);
        if (known != null) {
            return known;
        }
        Uplink names = new Uplink(device, uplinks.size() + 1, host());
        Host outside = host.outside(
                device,
                "outside-" + device,
                List.of(names.own(false) + "/24", names.own(true) + "/64"),
                List.of(
                        names.friend(false) + "/24",
                        names.friend(true) + "/64",
                        names.stranger(false) + "/24",
                        names.stranger(true) + "/64"));
        for (boolean ipv6 : List.of(false, true)) {
            outside.ip("route add default via " + names.own(ipv6) + " src " + names.friend(ipv6));
            String family = ipv6 ? "-6" : "-4";
            String link = ipv6 ? "2001:db8:ff0" + names.number() + "::/64" : "198.18." + names.number() + ".0/24";
            outside.run("ip", family, "rule", "add", "from", names.stranger(ipv6), "lookup", "100");
            outside.run("ip", family, "route", "add", link, "dev", "eth0", "table", "100");
            outside.run("ip", family, "route", "add", "unreachable", "default", "table", "100");
        }
        Uplink made = new Uplink(device, names.number(), outside);
        uplinks.put(device, made);
        return made;
    }

    /** Tells the strangers too where an address is. */
    void announceToStrangers(String prefix) {
        boolean ipv6 = prefix.indexOf(':') >= 0;
        for (Uplink uplink : uplinks.values()) {
            uplink.outside().ip("route add " + prefix + " via " + uplink.own(ipv6) + " table 100");
        }
    }

    /** Reads a network as an administrator writes it. */
    static VirtualNetwork network(String xml) {
        var reading = NetworkReader.read("test", xml.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        if (reading.network().orElse(null) instanceof VirtualNetwork network) {
            return network;
        }
        throw new AssertionError(reading.problems() + " in " + xml);
    }

    /** Puts networks into force, as every command does. */
    void apply(List<VirtualNetwork> networks) {
        List<AppliedNetwork> applied = new ArrayList<>();
        for (VirtualNetwork network : networks) {
            applied.add(AppliedNetwork.of(network, Source.FILE, Instant.now(), "", "", List.of()));
        }
        applyAll(applied);
    }

    /** The same for what is applied already in its way, a blocked bridge for example. */
    void applyAll(List<AppliedNetwork> networks) {
        NavigableMap<InterfaceName, AppliedNetwork> after = new TreeMap<>();
        networks.forEach(each -> after.put(each.bridge(), each));
        Applier applier = new Applier(
                new StateDirectory(state),
                new LibNftables(),
                Ruleset.own(),
                StepListener.NONE,
                Duration.ofSeconds(5),
                TestFlows.real()::end,
                TestFlows.restoration());
        host().inside(() -> applier.apply(before -> before.with(after)));
    }

    /** Takes our table out behind our back, and nothing else. */
    void removeTable() {
        host().nft("delete table " + Template.load().table() + "\n");
    }

    @Override
    public void close() {
        lab.close();
        try (Stream<Path> files = Files.walk(state)) {
            files.sorted(java.util.Comparator.reverseOrder()).map(Path::toFile).forEach(java.io.File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        leftovers.assertNone();
    }
}
