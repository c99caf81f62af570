package org.virtnft.definitions;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.Printable;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.DefinitionMark;
import org.virtnft.state.LeftNetworks;
import org.virtnft.state.Source;
import org.virtnft.xml.NetworkParser;
import org.virtnft.xml.OurElement;
import org.virtnft.xml.Problem;
import org.virtnft.xml.Reading;

/**
 * A network that a command was given, or that runs.
 *
 * @param given the name or file as the administrator wrote it
 * @param metadataSeen our element in the network's live XML, which may be older than the one in force
 * @param metadata our element in force
 * @param next what its next start makes of it, where it runs and is defined too
 * @param loss why a network that runs as an owner will be open at its next start, or not start; "" where it will be what it is
 * @param mark by what its definition is known again
 */
public record DefinedNetwork(
        String given,
        Source source,
        Reading reading,
        String metadata,
        String metadataSeen,
        NextStart next,
        String loss,
        DefinitionMark mark) {

    /** So many are worth a thread's beginning. */
    private static final int PART = 64;

    private static final Pattern BRIDGE = Pattern.compile("<bridge name=['\"]([^'\"]*)['\"]");

    /** One of a file, or whatever has no second definition. */
    public static DefinedNetwork of(String given, Source source, Reading reading) {
        return of(given, source, reading, NextStart.THE_SAME);
    }

    private static DefinedNetwork of(String given, Source source, Reading reading, NextStart next) {
        return new DefinedNetwork(
                given, source, reading, reading.metadata(), reading.metadata(), next, "", DefinitionMark.NONE);
    }

    /**
     * One of libvirt's. Topology by the live XML, policy by the persistent one: net-define and net-edit leave the live XML as it was at
     * the network's start, and call no hook.
     */
    public static DefinedNetwork of(LibvirtNetwork network) {
        return of(network, new NetworkParser());
    }

    /** The same of many. */
    public static List<DefinedNetwork> all(List<LibvirtNetwork> networks) {
        return all(networks, Readings.NONE);
    }

    /** The same, but for those that were read before and are the same. */
    public static List<DefinedNetwork> all(List<LibvirtNetwork> networks, Readings before) {
        List<List<LibvirtNetwork>> parts = new ArrayList<>();
        for (int i = 0; i < networks.size(); i += PART) {
            parts.add(networks.subList(i, Math.min(i + PART, networks.size())));
        }
        return (parts.size() > 1 ? parts.parallelStream() : parts.stream())
                .flatMap(part -> {
                    NetworkParser parser = new NetworkParser();
                    return part.stream().map(network -> before.known(network).orElseGet(() -> of(network, parser)));
                })
                .toList();
    }

    private static DefinedNetwork of(LibvirtNetwork network, NetworkParser parser) {
        DefinedNetwork read = read(network, parser);
        return read.with(read.reading, Readings.mark(network, read));
    }

    private DefinedNetwork with(Reading other, DefinitionMark otherMark) {
        return new DefinedNetwork(given, source, other, metadata, metadataSeen, next, loss, otherMark);
    }

    private static DefinedNetwork read(LibvirtNetwork network, NetworkParser parser) {
        String source = Printable.network(network.name());
        byte[] used = bytes(network.liveXml().or(network::persistentXml).orElse(""));
        Reading own = parser.read(source, used);
        Optional<String> definition = network.persistentXml();
        if (own.mode().isEmpty() && network.isActive()) {
            return unreadable(network, own, parser);
        }
        if (!network.isActive() || definition.isEmpty()) {
            return of(network.name(), Source.LIBVIRT, own);
        }
        Reading defined = parser.read(source + " as defined", bytes(definition.get()));
        boolean owner = own.ours() && own.mode().equals("open");
        if (!own.mode().equals("open") || !defined.mode().equals("open")) {
            return owner && own.errors().isEmpty() && !defined.errors().isEmpty()
                    ? keepingItsPolicy(network.name(), own, faulty(network.name(), defined))
                    : of(network.name(), Source.LIBVIRT, own, NextStart.of(own, defined));
        }
        if (owner && defined.metadata().isEmpty()) {
            return keepingItsPolicy(network.name(), own, loss(network.name(), defined));
        }
        Reading combined =
                defined.metadata().equals(own.metadata()) ? own : parser.read(source, used, defined.metadata());
        if (owner && own.errors().isEmpty() && !combined.errors().isEmpty()) {
            return keepingItsPolicy(network.name(), own, faulty(network.name(), defined));
        }
        return new DefinedNetwork(
                network.name(),
                Source.LIBVIRT,
                combined,
                defined.metadata(),
                own.metadata(),
                NextStart.of(combined, defined),
                "",
                DefinitionMark.NONE);
    }

    /**
     * A network that runs, and whose live XML cannot be read: a file of libvirt's that is damaged. What its text and its definition tell is
     * enough to block an owner's bridge.
     */
    private static DefinedNetwork unreadable(LibvirtNetwork network, Reading own, NetworkParser parser) {
        String live = network.liveXml().orElse("");
        String definition = network.persistentXml().orElse("");
        Reading defined = parser.read("definition", bytes(definition));
        Optional<InterfaceName> bridge = Optional.of(BRIDGE.matcher(live))
                .filter(Matcher::find)
                .flatMap(found -> InterfaceName.of(found.group(1)))
                .or(defined::bridge);
        boolean ours = OurElement.speaksToUs(live) || OurElement.speaksToUs(definition);
        Reading reading = new Reading(
                Optional.empty(),
                Optional.of(network.name()),
                defined.uuid(),
                bridge,
                ours ? "open" : "",
                ours,
                "",
                own.problems());
        return of(network.name(), Source.LIBVIRT, reading);
    }

    /** Where nothing would protect its guests if the definition counted: it does at the next start, not before. */
    private static DefinedNetwork keepingItsPolicy(String name, Reading own, String loss) {
        return new DefinedNetwork(
                name,
                Source.LIBVIRT,
                own,
                own.metadata(),
                own.metadata(),
                NextStart.THE_SAME,
                loss,
                DefinitionMark.NONE);
    }

    private static String faulty(String name, Reading defined) {
        return defined.errors().get(0)
                + ", so its next start fails; until then the policy that is in force stays in force:"
                + " 'virsh net-edit " + Printable.printable(name, 128) + "' mends the definition";
    }

    private static String loss(String name, Reading defined) {
        String shown = Printable.printable(name, 128);
        String why = defined.errors().isEmpty()
                ? "network '" + shown + "' as defined: virt-nft's element is gone from its <metadata>"
                : defined.errors().get(0).toString();
        return why + ", so it opens at its next start; until then the policy that it was started with stays in force:"
                + " 'virt-nft adopt " + shown + "' gives the element back, 'virt-nft release --now " + shown
                + "' gives the network back to libvirt's rules";
    }

    private static byte[] bytes(String xml) {
        return xml.getBytes(StandardCharsets.UTF_8);
    }

    /** What {@code check} says of it, beside what its XML says. */
    public DefinedNetwork saying(List<Problem> more) {
        return with(reading.with(more), mark);
    }

    /** As whoever still writes the definition should see it. */
    public DefinedNetwork strict() {
        return with(reading.strict(), mark);
    }

    /** What to call it in messages. */
    public String shown() {
        return source == Source.FILE ? given : Printable.network(name());
    }

    /** The network's name; what was given, where none could be read. */
    public String name() {
        return reading.name().orElse(given);
    }

    /** What is wrong with the networks of one command: each by itself, and two that claim one name or one bridge. */
    public static List<String> errors(List<DefinedNetwork> networks) {
        List<String> errors = new ArrayList<>();
        for (DefinedNetwork each : networks) {
            each.reading().errors().forEach(problem -> errors.add(problem.toString()));
            if (!each.loss().isEmpty()) {
                errors.add(each.loss());
            }
        }
        Set<String> seen = new HashSet<>();
        for (DefinedNetwork each : networks) {
            if (!seen.add("name " + each.name())) {
                errors.add(
                        each.given() + ": <name>: " + Printable.network(each.name()) + " is given twice; rename one");
            }
            Optional<InterfaceName> bridge = each.reading().bridge();
            if (bridge.isPresent() && !seen.add("bridge " + bridge.get())) {
                errors.add(each.given() + ": <bridge>: " + bridge.get()
                        + " is the bridge of another network of this command; give it one of its own");
            }
        }
        return errors;
    }

    /** Whether nothing but our rules would protect its guests, so far as its definition can be read. */
    public boolean unprotected() {
        return reading.ours() && reading.mode().equals("open");
    }

    /** Whether libvirt makes rules for it, so that it can be left to them. */
    public boolean isCompanion() {
        return source == Source.LIBVIRT
                && reading.network().orElse(null) instanceof VirtualNetwork network
                && network.shape() == Shape.COMPANION;
    }

    /** Whether it is left to libvirt's rules; never one that they do not protect. */
    public boolean isLeft(LeftNetworks marks) {
        return isCompanion() && marks.of(reading.uuid()).isPresent();
    }

    /** As the state keeps it. */
    public AppliedNetwork applied(VirtualNetwork network, Instant now) {
        List<String> warnings =
                reading.warnings().stream().map(Problem::toString).toList();
        return AppliedNetwork.of(network, source, now, metadata, metadataSeen, warnings)
                .readFrom(mark);
    }
}
