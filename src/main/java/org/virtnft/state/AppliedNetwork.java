package org.virtnft.state;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.Enforcement;
import org.virtnft.ruleset.Enforcement.AsDefined;
import org.virtnft.ruleset.Enforcement.Blocked;
import org.virtnft.ruleset.Enforcement.Unknown;
import org.virtnft.ruleset.KernelElements;
import org.virtnft.ruleset.NetworkElements;

/**
 * A network that is in the kernel.
 *
 * @param enforced what its bridge lets pass
 * @param since when that was put there
 * @param metadata our metadata element that is in force, "" for none
 * @param metadataSeen the one that the network's live XML had then: while it has that, {@code metadata} stays in force
 * @param warnings what {@code check} said
 * @param definition by what the definition is known again that this was read from
 */
public record AppliedNetwork(
        Enforcement enforced,
        Source source,
        Instant since,
        String metadata,
        String metadataSeen,
        List<String> warnings,
        DefinitionMark definition) {

    public AppliedNetwork {
        warnings = List.copyOf(warnings);
    }

    /** A network as it says. */
    public static AppliedNetwork of(
            VirtualNetwork network,
            Source source,
            Instant since,
            String metadata,
            String metadataSeen,
            List<String> warnings) {
        return new AppliedNetwork(
                new AsDefined(network), source, since, metadata, metadataSeen, warnings, DefinitionMark.NONE);
    }

    /** An owner network that cannot be applied as it says: nothing passes its bridge, for nothing else protects it. */
    public static AppliedNetwork blocked(String name, InterfaceName bridge, Instant since, String reason) {
        return bare(new Blocked(name, bridge, reason), Source.LIBVIRT, since);
    }

    /** A bridge whose elements are in the kernel, and nobody knows whose they are: they stay. */
    public static AppliedNetwork unknown(InterfaceName bridge, Instant since, NetworkElements elements) {
        return bare(new Unknown(bridge, elements), Source.UNKNOWN, since);
    }

    /** A bridge of which nothing is known but that there was something to enforce: nothing passes it. */
    public static AppliedNetwork unknownAndBlocked(InterfaceName bridge, Instant since, String reason) {
        return bare(new Blocked(KernelElements.nameOf(bridge), bridge, reason), Source.UNKNOWN, since);
    }

    private static AppliedNetwork bare(Enforcement enforced, Source source, Instant since) {
        return new AppliedNetwork(enforced, source, since, "", "", List.of(), DefinitionMark.NONE);
    }

    public String name() {
        return enforced.name();
    }

    public InterfaceName bridge() {
        return enforced.bridge();
    }

    public Shape shape() {
        return enforced.shape();
    }

    /** The network, where it is applied as it says. */
    public Optional<VirtualNetwork> network() {
        return enforced instanceof AsDefined defined ? Optional.of(defined.network()) : Optional.empty();
    }

    /** Why nothing passes, when the network could not be applied as it says. */
    public Optional<String> blocked() {
        return enforced instanceof Blocked blocked ? Optional.of(blocked.reason()) : Optional.empty();
    }

    /** Whether nothing but our rules protects its guests. */
    public boolean isOwner() {
        return shape() == Shape.OWNER;
    }

    /** Whether a person means it by this word: its name, or the bridge of one that has none. */
    public boolean isCalled(String word) {
        return word().equals(word);
    }

    /** That word. */
    public String word() {
        return source == Source.UNKNOWN ? bridge().value() : name();
    }

    /** The same put there at another time. */
    public AppliedNetwork since(Instant time) {
        return new AppliedNetwork(enforced, source, time, metadata, metadataSeen, warnings, definition);
    }

    /** The same, read from a definition that this mark knows again. */
    public AppliedNetwork readFrom(DefinitionMark mark) {
        return new AppliedNetwork(enforced, source, since, metadata, metadataSeen, warnings, mark);
    }

    /**
     * Whether this is what it was earlier, whatever it was read from; also where a file of virt-nft 0.1.0 told that, which leaves out what
     * no rule depended on.
     */
    public boolean isStill(AppliedNetwork earlier) {
        AppliedNetwork unmarked = earlier.readFrom(definition);
        return equals(unmarked)
                || new AppliedNetwork(
                                FormatOne.known(enforced), source, since, metadata, metadataSeen, warnings, definition)
                        .equals(unmarked);
    }

    /** Whether the checksums of its DHCP answers are ours to complete: libvirt does it for networks that are not open for it. */
    public boolean needsDhcpRepair() {
        return isOwner() && network().filter(VirtualNetwork::dhcp).isPresent();
    }
}
