package org.virtnft.definitions;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.network.Words;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.LeftNetworks;
import org.virtnft.state.Source;
import org.virtnft.xml.NetworkReader;
import org.virtnft.xml.Problem;
import org.virtnft.xml.Reading;

/**
 * A network that a command was given, or that runs.
 *
 * @param given the name or file as the administrator wrote it
 * @param policySeen our element in the network's live XML, which may be older than the one in force
 * @param policy our element in force
 * @param note what else to tell about it; "" for nothing
 * @param loss why a network that runs as an owner will be open at its next start; "" where it will not
 */
public record Named(
        String given, Source source, Reading reading, String policy, String policySeen, String note, String loss) {

    /** One of a file, or whatever has no second definition. */
    public static Named of(String given, Source source, Reading reading) {
        return of(given, source, reading, "");
    }

    private static Named of(String given, Source source, Reading reading, String note) {
        return new Named(given, source, reading, reading.policy(), reading.policy(), note, "");
    }

    /**
     * One of libvirt's. Topology by the live XML, policy by the persistent one: net-define and net-edit leave the live XML as it was at
     * the network's start, and call no hook.
     */
    public static Named of(LibvirtNetwork network) {
        String source = "network '" + Words.printable(network.name(), 128) + "'";
        byte[] used = bytes(network.liveXml().or(network::persistentXml).orElse(""));
        Reading own = NetworkReader.read(source, used);
        Optional<String> definition = network.persistentXml();
        if (!network.isActive() || definition.isEmpty()) {
            return of(network.name(), Source.LIBVIRT, own);
        }
        Reading defined = NetworkReader.read(source + " as defined", bytes(definition.get()));
        if (!own.mode().equals("open") || !defined.mode().equals("open")) {
            String note = own.mode().equals(defined.mode())
                    ? ""
                    : "it is defined as " + defined.mode() + " now, which comes into force when it is started again";
            return of(network.name(), Source.LIBVIRT, own, note);
        }
        if (own.ours() && defined.policy().isEmpty()) {
            // nothing would protect its guests if the definition counted: it does at the next start, not before
            return new Named(
                    network.name(), Source.LIBVIRT, own, own.policy(), own.policy(), "", loss(network.name(), defined));
        }
        Reading combined = NetworkReader.read(source, used, Optional.of(defined.policy()));
        return new Named(network.name(), Source.LIBVIRT, combined, defined.policy(), own.policy(), "", "");
    }

    private static String loss(String name, Reading defined) {
        String shown = Words.printable(name, 128);
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

    /** The network's name; what was given, where none could be read. */
    public String name() {
        return reading.name().orElse(given);
    }

    /** What is wrong with the networks of one command: each by itself, and two that claim one name or one bridge. */
    public static List<String> errors(List<Named> networks) {
        List<String> errors = new ArrayList<>();
        for (Named each : networks) {
            each.reading().errors().forEach(problem -> errors.add(problem.toString()));
            if (!each.loss().isEmpty()) {
                errors.add(each.loss());
            }
        }
        Set<String> seen = new HashSet<>();
        for (Named each : networks) {
            if (!seen.add("name " + each.name())) {
                errors.add(each.given() + ": <name>: network '" + Words.printable(each.name(), 128)
                        + "' is given twice; rename one");
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
        return AppliedNetwork.of(network, source, now, policy, policySeen, warnings);
    }
}
