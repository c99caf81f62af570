package org.virtnft.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;

/** Networks to try things with. Two of different bridges never claim the same address. */
public final class SampleNetworks {

    private static final PortRange OTHER_PORTS = new PortRange(2000, 60000);

    private SampleNetworks() {}

    /** A companion that translates IPv4, as libvirt's own default network. */
    public static VirtualNetwork nat(String name, String bridge, String... addresses) {
        Forward forward = new Forward.Nat(Optional.empty(), false, Optional.empty(), PortRange.UNPRIVILEGED);
        return network(name, bridge, Shape.COMPANION, forward, addresses);
    }

    /** The same with a range of ports of its own, which needs a chain. */
    public static VirtualNetwork natWithPorts(String name, String bridge, PortRange ports, String... addresses) {
        Forward forward = new Forward.Nat(Optional.empty(), true, Optional.empty(), ports);
        return network(name, bridge, Shape.OWNER, forward, addresses);
    }

    /** Owner network: nothing protects it but us. */
    public static VirtualNetwork route(String name, String bridge, String... addresses) {
        return network(name, bridge, Shape.OWNER, new Forward.Route(Optional.empty()), addresses);
    }

    public static VirtualNetwork isolated(String name, String bridge, String... addresses) {
        return network(name, bridge, Shape.COMPANION, new Forward.Isolated(), addresses);
    }

    /** Uses every set and map of the template with others of its number's neighbours. */
    public static List<VirtualNetwork> everything() {
        InterfaceName uplink = new InterfaceName("eth0");
        Optional<AddressRange> pool =
                Optional.of(new AddressRange(Address.parse("198.51.100.7"), Address.parse("198.51.100.9")));
        return List.of(
                nat("plain", "ev0", "10.200.0.1/24", "fd00:200::1/64"),
                natWithPorts("ports", "ev1", OTHER_PORTS, "10.201.0.1/16", "fd00:201::1/64"),
                network(
                        "pool",
                        "ev2",
                        Shape.OWNER,
                        new Forward.Nat(Optional.of(uplink), true, pool, OTHER_PORTS),
                        "10.202.0.1/24",
                        "10.203.0.1/25",
                        "fd00:202::1/64"),
                network(
                        "pool without a device",
                        "ev3",
                        Shape.COMPANION,
                        new Forward.Nat(Optional.empty(), false, pool, PortRange.UNPRIVILEGED),
                        "10.204.0.1/30"),
                network("routed", "ev4", Shape.COMPANION, new Forward.Route(Optional.of(uplink)), "10.205.0.1/8"),
                route("routed twice", "ev5", "10.206.0.1/24", "10.207.0.129/28", "fd00:206::1/112"),
                isolated("alone", "ev6", "10.208.0.1/24"));
    }

    public static VirtualNetwork network(
            String name, String bridge, Shape shape, Forward forward, String... addresses) {
        return new VirtualNetwork(
                name,
                new InterfaceName(bridge),
                shape,
                forward,
                Arrays.stream(addresses).map(SampleNetworks::address).toList());
    }

    private static BridgeAddress address(String text) {
        int slash = text.indexOf('/');
        return new BridgeAddress(Address.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    /**
     * Any network whatever.
     *
     * @param number tells its bridge and its addresses from those of others, 0 to 255
     */
    public static VirtualNetwork random(Random random, int number) {
        String bridge = random.nextBoolean() ? "vn" + number : "v_." + number + "-x9";
        List<String> addresses = new ArrayList<>();
        int ipv4 = random.nextInt(4);
        for (int i = 0; i < ipv4; i++) {
            // nested, equal and touching ones among them
            addresses.add(
                    random.nextInt(20) == 0
                            ? "10." + number + ".0.1/8"
                            : "10." + number + "." + random.nextInt(4) + "." + (1 + random.nextInt(254)) + "/"
                                    + (16 + random.nextInt(17)));
        }
        int ipv6 = random.nextInt(3);
        for (int i = 0; i < ipv6; i++) {
            addresses.add("fd00:" + Integer.toHexString(number) + ":" + random.nextInt(3) + "::"
                    + Integer.toHexString(1 + random.nextInt(0xfffe)) + "/" + (32 + random.nextInt(97)));
        }
        if (addresses.isEmpty()) {
            addresses.add("10." + number + ".0.1/24");
        }
        Shape shape = random.nextBoolean() ? Shape.OWNER : Shape.COMPANION;
        return network("network " + number, bridge, shape, forward(random), addresses.toArray(String[]::new));
    }

    private static Forward forward(Random random) {
        Optional<InterfaceName> uplink =
                random.nextInt(3) == 0 ? Optional.of(new InterfaceName("up" + random.nextInt(3))) : Optional.empty();
        return switch (random.nextInt(5)) {
            case 0 -> new Forward.Isolated();
            case 1 -> new Forward.Route(uplink);
            default -> new Forward.Nat(uplink, random.nextBoolean(), pool(random), ports(random));
        };
    }

    private static Optional<AddressRange> pool(Random random) {
        if (random.nextBoolean()) {
            return Optional.empty();
        }
        int first = random.nextInt(200);
        int last = first + random.nextInt(3) * random.nextInt(20);
        return Optional.of(new AddressRange(Address.parse("198.51.100." + first), Address.parse("198.51.100." + last)));
    }

    private static PortRange ports(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> OTHER_PORTS;
            case 1 -> new PortRange(1 + random.nextInt(5), 40000 + random.nextInt(5));
            default -> PortRange.UNPRIVILEGED;
        };
    }
}
