package org.virtnft.state;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.KernelElements;
import org.virtnft.ruleset.NetworkElements;

/**
 * A network whose elements are in the kernel.
 *
 * @param shape companion or owner
 * @param mode nat, route or isolated; "blocked" where that cannot be enforced
 * @param blocked why nothing passes, when the network could not be applied as it says
 * @param since when the elements were put there
 * @param policy our metadata element that is in force, "" for none
 * @param policySeen the one that the network's live XML had then: while it has that, {@code policy} stays in force
 * @param dhcp whether libvirt's dnsmasq gives IPv4 addresses to its guests
 * @param warnings what {@code check} said
 */
public record AppliedNetwork(
        String name,
        InterfaceName bridge,
        String shape,
        String mode,
        Source source,
        Optional<String> blocked,
        Instant since,
        String policy,
        String policySeen,
        boolean dhcp,
        List<String> warnings,
        NetworkElements elements) {

    public AppliedNetwork {
        warnings = List.copyOf(warnings);
    }

    /** A network as it says. */
    public static AppliedNetwork of(
            VirtualNetwork network,
            Source source,
            Instant since,
            String policy,
            String policySeen,
            List<String> warnings) {
        return new AppliedNetwork(
                network.name(),
                network.bridge(),
                network.shape().word(),
                network.forward().mode(),
                source,
                Optional.empty(),
                since,
                policy,
                policySeen,
                network.dhcp(),
                warnings,
                NetworkElements.of(network));
    }

    /** An owner network that cannot be applied as it says: nothing passes its bridge, for nothing else protects it. */
    public static AppliedNetwork blocked(String name, InterfaceName bridge, Instant since, String reason) {
        return new AppliedNetwork(
                name,
                bridge,
                Shape.OWNER.word(),
                "blocked",
                Source.LIBVIRT,
                Optional.of(reason),
                since,
                "",
                "",
                false,
                List.of(),
                NetworkElements.blocked(name, bridge));
    }

    /** A bridge whose elements are in the kernel, and nobody knows whose they are: they stay. */
    public static AppliedNetwork unknown(InterfaceName bridge, Instant since, NetworkElements elements) {
        boolean companion =
                elements.elements().stream().anyMatch(element -> element.set().equals("companion"));
        return new AppliedNetwork(
                KernelElements.nameOf(bridge),
                bridge,
                (companion ? Shape.COMPANION : Shape.OWNER).word(),
                "unknown",
                Source.UNKNOWN,
                Optional.empty(),
                since,
                "",
                "",
                false,
                List.of(),
                elements);
    }

    /** A bridge of which nothing is known but that there was something to enforce: nothing passes it. */
    public static AppliedNetwork unknownAndBlocked(InterfaceName bridge, Instant since, String reason) {
        return new AppliedNetwork(
                KernelElements.nameOf(bridge),
                bridge,
                Shape.OWNER.word(),
                "blocked",
                Source.UNKNOWN,
                Optional.of(reason),
                since,
                "",
                "",
                false,
                List.of(),
                NetworkElements.blocked(KernelElements.nameOf(bridge), bridge));
    }

    /** Whether nothing but our rules protects its guests. */
    public boolean isOwner() {
        return shape.equals(Shape.OWNER.word());
    }

    /** Whether a person means it by this word: its name, or the bridge of one that has none. */
    public boolean isCalled(String word) {
        return word().equals(word);
    }

    /** That word. */
    public String word() {
        return source == Source.UNKNOWN ? bridge.value() : name;
    }

    /** The same put there at another time. */
    public AppliedNetwork since(Instant time) {
        return new AppliedNetwork(
                name, bridge, shape, mode, source, blocked, time, policy, policySeen, dhcp, warnings, elements);
    }

    /** Whether the checksums of its DHCP answers are ours to complete: libvirt does it for networks that are not open for it. */
    public boolean needsDhcpRepair() {
        return dhcp && isOwner();
    }
}
