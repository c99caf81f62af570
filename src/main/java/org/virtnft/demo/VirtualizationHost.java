package org.virtnft.demo;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.virtnft.network.Address;
import org.virtnft.network.Subnet;

/** A host with bridges as libvirt makes them, guests on them, and cables to hosts outside. */
public final class VirtualizationHost {

    /** The interface of every other host. */
    private static final String NIC = "eth0";

    private final Lab lab;
    private final Host host;
    private final Map<String, List<String>> bridges = new HashMap<>();
    private final Map<String, List<String>> uplinks = new HashMap<>();

    /** A host that forwards, without bridges and without rules. */
    public VirtualizationHost(Lab lab) {
        this(lab, lab.host("host"));
        host.sysctl("net/ipv4/ip_forward", "1");
        host.sysctl("net/ipv6/conf/all/forwarding", "1");
        // a spoofed packet must meet the firewall, not the routing's own check
        host.sysctl("net/ipv4/conf/all/rp_filter", "0");
        host.sysctl("net/ipv4/conf/default/rp_filter", "0");
    }

    /** A host that somebody else has set up, and may have put bridges on: see {@link #bridgeOfOthers}. */
    public VirtualizationHost(Lab lab, Host host) {
        this.lab = lab;
        this.host = host;
    }

    /** The host itself: rules are made and commands run there. */
    public Host host() {
        return host;
    }

    /** Whether bridged packets go through the rules for routed ones too: so it is wherever Docker runs. */
    public void bridgeNetfilter(boolean on) {
        host.sysctl("net/bridge/bridge-nf-call-iptables", on ? "1" : "0");
        host.sysctl("net/bridge/bridge-nf-call-ip6tables", on ? "1" : "0");
    }

    /**
     * A bridge, up, without STP.
     *
     * @param addresses the host's, with prefix lengths
     */
    public void bridge(String name, List<String> addresses) {
        List<String> commands = new ArrayList<>();
        commands.add("link add " + name + " type bridge stp_state 0 forward_delay 0 mcast_snooping 0");
        commands.add("link set " + name + " up");
        commands.addAll(Host.addressCommands(name, addresses));
        host.ip(commands);
        bridgeOfOthers(name, addresses);
    }

    /** Says which addresses a bridge has that is there already, as libvirt makes it; guests can then be put on it. */
    public void bridgeOfOthers(String name, List<String> addresses) {
        host.serve(addresses);
        bridges.put(name, List.copyOf(addresses));
    }

    /**
     * A guest with one interface, eth0, and default routes by the bridge's addresses.
     *
     * @param addresses with prefix lengths; the first of each family is the one it speaks from
     */
    public Host guest(String bridge, String name, List<String> addresses) {
        return guest(bridge, name, addresses, false);
    }

    /**
     * The same.
     *
     * @param isolated whether its port is, as libvirt does it for {@code <port isolated='yes'/>}
     */
    Host guest(String bridge, String name, List<String> addresses, boolean isolated) {
        Host guest = lab.bareHost(name);
        String port = lab.portName();
        List<String> plug =
                new ArrayList<>(List.of(cable(port, guest), "link set " + port + " master " + bridge + " up"));
        if (isolated) {
            plug.add("link set " + port + " type bridge_slave isolated on");
        }
        host.ip(plug);
        List<String> commands = nic(addresses);
        for (boolean ipv6 : List.of(false, true)) {
            String own = first(addresses, ipv6);
            String gateway = own.isEmpty() ? "" : gateway(bridge, own);
            if (!gateway.isEmpty()) {
                String source = Addresses.shortest(Addresses.parse(own));
                commands.add("route add default via " + gateway + " dev " + NIC + " src " + source);
            }
        }
        guest.ip(commands);
        guest.serve(addresses);
        return guest;
    }

    private static String cable(String port, Host other) {
        return "link add " + port + " type veth peer name " + NIC + " netns " + other.namespace();
    }

    private static List<String> nic(List<String> addresses) {
        List<String> commands = new ArrayList<>(List.of(Host.LOOPBACK_UP, "link set " + NIC + " up"));
        commands.addAll(Host.addressCommands(NIC, addresses));
        return commands;
    }

    private static String first(List<String> addresses, boolean ipv6) {
        return addresses.stream()
                .filter(each -> each.indexOf(':') >= 0 == ipv6)
                .findFirst()
                .orElse("");
    }

    private String gateway(String bridge, String own) {
        Address address = Address.parse(own.substring(0, own.indexOf('/')));
        for (String each : bridges.getOrDefault(bridge, List.of())) {
            int slash = each.indexOf('/');
            String gateway = each.substring(0, slash);
            Subnet subnet = Subnet.around(Address.parse(gateway), Integer.parseInt(each.substring(slash + 1)));
            if (subnet.contains(address)) {
                return gateway;
            }
        }
        return "";
    }

    /**
     * A host outside, behind an uplink. It has no routes to the guests' networks: see {@link #announce}.
     *
     * @param uplink the virtualization host's interface
     * @param own the virtualization host's addresses there, with prefix lengths
     * @param outside the other host's addresses
     */
    public Host outside(String uplink, String name, List<String> own, List<String> outside) {
        Host other = lab.bareHost(name);
        List<String> commands = new ArrayList<>(List.of(cable(uplink, other), "link set " + uplink + " up"));
        commands.addAll(Host.addressCommands(uplink, own));
        host.ip(commands);
        host.serve(own);
        uplinks.put(uplink, List.copyOf(own));
        other.ip(nic(outside));
        other.serve(outside);
        return other;
    }

    /** Tells a host outside that an address or subnet is reached through us: whoever is not translated gets its answers then. */
    public void announce(Host outside, String uplink, String subnet) {
        InetAddress target = Addresses.parse(subnet);
        InetAddress next = uplinks.getOrDefault(uplink, List.of()).stream()
                .map(Addresses::parse)
                .filter(each -> Addresses.isIpv6(each) == Addresses.isIpv6(target))
                .findFirst()
                .orElseThrow(() -> new LabException(uplink + " has no address like " + subnet));
        outside.ip("route replace " + subnet + " via " + Addresses.shortest(next) + " dev " + NIC);
    }
}
