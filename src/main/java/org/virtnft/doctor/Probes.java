package org.virtnft.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.virtnft.doctor.Packet.Hook;
import org.virtnft.network.Address;
import org.virtnft.network.Family;
import org.virtnft.network.Forward;
import org.virtnft.network.Subnet;
import org.virtnft.network.VirtualNetwork;

/** The packets that a network's guests need to pass. */
final class Probes {

    private static final OptionalInt NO_PORT = OptionalInt.empty();

    /** A packet, and what for. */
    record Probe(Purpose purpose, Packet packet) {}

    private Probes() {}

    static List<Probe> of(VirtualNetwork network, Facts facts) {
        List<Probe> probes = new ArrayList<>();
        Optional<String> bridge = Optional.of(network.bridge().value());
        boolean forwards = !(network.forward() instanceof Forward.Isolated);
        for (Family family : Family.values()) {
            Optional<String> uplink =
                    network.forward().uplink().map(Object::toString).or(() -> facts.uplink(family));
            for (Subnet subnet : network.subnets(family)) {
                Optional<Address> guest = Optional.of(guest(subnet));
                Optional<Address> other = Optional.empty();
                probes.add(new Probe(
                        Purpose.BETWEEN,
                        new Packet(Hook.BRIDGE, family, bridge, bridge, guest, guest, false, "tcp", NO_PORT)));
                if (forwards) {
                    probes.add(new Probe(Purpose.OUT, arriving(family, bridge, guest, other)));
                    // answers to a NATed guest come for this host's address
                    boolean route = network.forward() instanceof Forward.Route;
                    probes.add(new Probe(
                            route ? Purpose.IN : Purpose.ANSWERS,
                            arriving(family, uplink, other, route ? guest : other)));
                    probes.add(new Probe(
                            Purpose.OUT,
                            new Packet(Hook.FORWARD, family, bridge, uplink, guest, other, false, "tcp", NO_PORT)));
                    probes.add(new Probe(
                            Purpose.ANSWERS,
                            new Packet(Hook.FORWARD, family, uplink, bridge, other, guest, true, "tcp", NO_PORT)));
                }
                if (network.forward() instanceof Forward.Route) {
                    probes.add(new Probe(
                            Purpose.IN,
                            new Packet(Hook.FORWARD, family, uplink, bridge, other, guest, false, "tcp", NO_PORT)));
                }
                if (facts.bridgeNetfilter()) {
                    probes.add(new Probe(
                            Purpose.BESIDE,
                            new Packet(Hook.FORWARD, family, bridge, bridge, guest, guest, false, "tcp", NO_PORT)));
                }
            }
            for (Address host : network.hostAddresses(family)) {
                Optional<Address> own = Optional.of(host);
                Optional<Address> guest = network.subnets(family).stream()
                        .filter(subnet -> subnet.contains(host))
                        .findFirst()
                        .map(Probes::guest);
                Optional<Address> nobody = Optional.of(Address.parse("0.0.0.0"));
                for (Hook hook : List.of(Hook.INGRESS, Hook.INPUT)) {
                    probes.add(new Probe(Purpose.DNS, service(hook, family, bridge, guest, own, 53)));
                    if (family == Family.IPV4) {
                        probes.add(new Probe(
                                Purpose.DHCP,
                                service(hook, family, bridge, nobody, Optional.of(Packet.EVERYBODY), 67)));
                    }
                }
            }
        }
        return probes;
    }

    private static Packet arriving(
            Family family, Optional<String> device, Optional<Address> source, Optional<Address> destination) {
        return new Packet(Hook.INGRESS, family, device, Optional.empty(), source, destination, false, "tcp", NO_PORT);
    }

    private static Packet service(
            Hook hook,
            Family family,
            Optional<String> bridge,
            Optional<Address> guest,
            Optional<Address> host,
            int port) {
        return new Packet(hook, family, bridge, Optional.empty(), guest, host, false, "udp", OptionalInt.of(port));
    }

    /** One that is neither the subnet's own nor its broadcast address, where there is room. */
    private static Address guest(Subnet subnet) {
        Address last = subnet.range().last();
        return subnet.prefixLength() >= subnet.family().bits() - 1
                ? last
                : new Address(last.family(), last.high(), last.low() - 1);
    }
}
