package org.virtnft.doctor;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.virtnft.doctor.Condition.Answer;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.Family;
import org.virtnft.network.Subnet;

/**
 * All first packets of flows that come to a network's guests, or from them, of one family. Of a {@link Packet} everything is known;
 * here a rule may speak of some of them, and nobody knows which.
 *
 * @param hook where they meet a firewall
 * @param bridge the network's
 * @param incoming whether they come from the bridge; else they go to it
 * @param uplink the device by which they may pass in our rules as well; "" for none
 * @param territory what lies behind the bridge: the network's subnets, and what is routed there
 */
record Flight(Packet.Hook hook, Family family, String bridge, boolean incoming, String uplink, List<Subnet> territory) {

    /**
     * Of programs for containers: their own rules let containers out to everywhere, and so to guests, on every host that has them.
     * Nobody meant that.
     */
    private static final Pattern CONTAINERS = Pattern.compile(
            "docker0|docker_gwbridge|br-[0-9a-f]{12}|podman\\d+|cni-?\\w*\\d+" + "|lxcbr\\d+|lxdbr\\d+|incusbr\\d+");

    /** Frames within a bridge, which are not ours to refuse. */
    private static final String WITHIN_A_BRIDGE = "--physdev-is-bridged";

    /** Multicast and broadcast, which nobody translates. */
    private static final List<Subnet> MANY = Stream.of("224.0.0.0/4", "255.255.255.255/32", "ff00::/8")
            .map(text -> text.split("/", 2))
            .map(parts -> new Subnet(Address.parse(parts[0]), Integer.parseInt(parts[1])))
            .toList();

    /** Whether a condition names the network, so that somebody had it in mind. */
    boolean isNamedBy(Condition condition) {
        if (condition instanceof Condition.Device device) {
            return device.incoming() == incoming && !device.not() && namesBridge(device);
        }
        return condition instanceof Condition.Addresses addresses
                && addresses.source() == incoming
                && !addresses.not()
                && addresses.ranges().stream().noneMatch(Flight::isEverything)
                && addresses.ranges().stream()
                        .anyMatch(range -> territory.stream().anyMatch(subnet -> overlaps(range, subnet.range())));
    }

    private boolean namesBridge(Condition.Device device) {
        return !device.names().contains("*") && device.names(bridge);
    }

    private static boolean isEverything(AddressRange range) {
        return Subnet.around(range.first(), 0).range().equals(range);
    }

    private static boolean overlaps(AddressRange one, AddressRange other) {
        return one.first().family() == other.first().family()
                && one.first().compareTo(other.last()) <= 0
                && other.first().compareTo(one.last()) <= 0;
    }

    /**
     * Whether a rule speaks of these packets.
     *
     * @param named whether the network was named, on the way to the rule or by it
     */
    Answer spokenOfBy(Rule rule, boolean named) {
        String text = rule.text();
        if (text.contains(WITHIN_A_BRIDGE) && !text.contains("! " + WITHIN_A_BRIDGE)) {
            return Answer.NO;
        }
        Answer all = Answer.YES;
        for (Condition condition : rule.conditions()) {
            Answer answer = asked(condition, named);
            if (answer == Answer.NO) {
                return answer;
            }
            all = answer == Answer.UNKNOWN ? answer : all;
        }
        return all;
    }

    private Answer asked(Condition condition, boolean named) {
        if (condition instanceof Condition.Device device) {
            return device.incoming() == incoming
                    ? Answer.of(device.names(bridge) != device.not())
                    : elsewhere(device, named);
        }
        if (condition instanceof Condition.Addresses addresses) {
            return addresses(addresses, named);
        }
        if (condition instanceof Condition.States states) {
            return Answer.of(states.names().contains("new") != states.not());
        }
        if (condition instanceof Condition.Families families) {
            return Answer.of(families.families().contains(family) != families.not());
        }
        if (condition instanceof Condition.Forwarded forwarded) {
            return Answer.of(forwarded.not());
        }
        if (condition instanceof Condition.Destination destination) {
            return Answer.of(destination.types().contains("unicast") != destination.not());
        }
        return Answer.UNKNOWN;
    }

    /** The other side may be any device but these. */
    private Answer elsewhere(Condition.Device device, boolean named) {
        if (device.names().contains("*")) {
            return Answer.of(!device.not());
        }
        boolean never = !device.not() && device.names().stream().allMatch(name -> isNotMeant(name, named));
        return never ? Answer.NO : Answer.UNKNOWN;
    }

    private boolean isNotMeant(String name, boolean named) {
        return name.equals(bridge)
                || name.equals("lo")
                || name.equals(uplink)
                || (!named && CONTAINERS.matcher(name).matches());
    }

    private Answer addresses(Condition.Addresses addresses, boolean named) {
        boolean ofOthers =
                addresses.ranges().stream().noneMatch(range -> range.first().family() == family);
        if (ofOthers && !addresses.ranges().isEmpty()) {
            return Answer.NO;
        }
        if (addresses.source() != incoming) {
            // the other side's address: within the network, and to many at once, ours let pass as well
            boolean ours = !addresses.not() && addresses.ranges().stream().allMatch(this::isOurs);
            return ours ? Answer.NO : Answer.UNKNOWN;
        }
        boolean none = territory.stream()
                .noneMatch(subnet -> addresses.ranges().stream().anyMatch(range -> overlaps(range, subnet.range())));
        boolean all = territory.stream()
                .allMatch(subnet -> addresses.ranges().stream().anyMatch(range -> holds(range, subnet.range())));
        if (none) {
            // with the network named beside it, somebody routes such addresses there
            return named ? Answer.UNKNOWN : Answer.of(addresses.not());
        }
        return all ? Answer.of(!addresses.not()) : Answer.UNKNOWN;
    }

    private boolean isOurs(AddressRange range) {
        return Stream.concat(territory.stream(), MANY.stream()).anyMatch(subnet -> holds(subnet.range(), range));
    }

    private static boolean holds(AddressRange wide, AddressRange narrow) {
        return wide.first().family() == narrow.first().family()
                && wide.first().compareTo(narrow.first()) <= 0
                && wide.last().compareTo(narrow.last()) >= 0;
    }
}
