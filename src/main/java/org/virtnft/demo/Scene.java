package org.virtnft.demo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.Family;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.Subnet;
import org.virtnft.network.VirtualNetwork;

/** A host with all the networks, two guests on each, and a host outside behind each uplink that they name and one more. */
final class Scene {

    /**
     * A network with its guests. They differ in their subnet where the network has several.
     *
     * @param out the host behind the uplink that it may use; absent where its device cannot be made here
     * @param elsewhere a host behind an uplink that it may not use; absent when it may use any
     */
    record Populated(VirtualNetwork network, Host first, Host second, Optional<Host> out, Optional<Host> elsewhere) {}

    private final VirtualizationHost host;
    private final AddressPlan plan;
    private final List<Populated> networks = new ArrayList<>();
    private final Map<String, Host> outside = new LinkedHashMap<>();
    private final String common;

    Scene(Lab lab, List<VirtualNetwork> shown, Consumer<String> progress) {
        host = new VirtualizationHost(lab);
        plan = new AddressPlan(shown);
        Set<String> bridges = new LinkedHashSet<>();
        shown.forEach(network -> bridges.add(network.bridge().value()));
        Set<String> uplinks = new LinkedHashSet<>();
        for (VirtualNetwork network : shown) {
            network.forward()
                    .uplink()
                    .map(InterfaceName::value)
                    .filter(device -> !bridges.contains(device) && !device.equals("lo"))
                    .ifPresent(uplinks::add);
        }
        common = unused("eth", uplinks, bridges);
        uplinks.add(common);
        for (String uplink : uplinks) {
            outside.put(uplink, outside(uplink));
        }
        for (VirtualNetwork network : shown) {
            progress.accept("builds network " + (networks.size() + 1) + " of " + shown.size());
            networks.add(populate(network));
        }
    }

    private static String unused(String prefix, Set<String> uplinks, Set<String> bridges) {
        int number = 0;
        while (uplinks.contains(prefix + number) || bridges.contains(prefix + number)) {
            number++;
        }
        return prefix + number;
    }

    private Host outside(String uplink) {
        List<String> own = new ArrayList<>();
        List<String> theirs = new ArrayList<>();
        List<String> routes = new ArrayList<>();
        for (Family family : Family.values()) {
            Subnet subnet = plan.free(family);
            String router = AddressPlan.plus(subnet.address(), 1).toString();
            own.add(router + "/" + subnet.prefixLength());
            theirs.add(AddressPlan.plus(subnet.address(), 2) + "/" + subnet.prefixLength());
            routes.add("route add default via " + router);
        }
        Host made = host.outside(uplink, "outside, " + uplink, own, theirs);
        // it answers whatever comes, also what should have been translated and was not: that would be seen
        made.ip(routes);
        return made;
    }

    private Populated populate(VirtualNetwork network) {
        host.bridge(
                network.bridge().value(),
                network.addresses().stream()
                        .map(BridgeAddress::toString)
                        .distinct()
                        .toList());
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        for (Family family : Family.values()) {
            List<Subnet> subnets = new ArrayList<>(network.subnets(family));
            if (network.addresses().isEmpty() && family == Family.IPV4) {
                subnets.add(plan.free(family)); // guests speak to each other all the same
            }
            guestIn(subnets).ifPresent(first::add);
            Collections.reverse(subnets);
            guestIn(subnets).ifPresent(second::add);
        }
        String bridge = network.bridge().value();
        Optional<String> uplink = network.forward().uplink().map(InterfaceName::value);
        boolean apart = network.portsIsolated();
        return new Populated(
                network,
                host.guest(bridge, "guest of " + network.name(), first, apart),
                host.guest(bridge, "second guest of " + network.name(), second, apart),
                Optional.ofNullable(outside.get(uplink.orElse(common))),
                uplink.map(only -> outside.get(common)));
    }

    /** An address in the first of the subnets that has room for one. */
    private Optional<String> guestIn(List<Subnet> subnets) {
        return subnets.stream()
                .map(plan::guest)
                .flatMap(Optional::stream)
                .map(BridgeAddress::toString)
                .findFirst();
    }

    Host host() {
        return host.host();
    }

    List<Populated> networks() {
        return networks;
    }

    /** The uplink that no network names. */
    String common() {
        return common;
    }

    int outsideHosts() {
        return outside.size();
    }
}
