package org.virtnft.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.virtnft.adoption.Reshaped;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.enabling.Leaving;
import org.virtnft.libvirt.NetworkControl;
import org.virtnft.report.NetworkOutcome.Became;
import org.virtnft.state.Source;
import org.virtnft.xml.Adoption;
import org.virtnft.xml.CanonicalDefinition;
import org.virtnft.xml.NetworkReader;
import org.virtnft.xml.Problem;
import org.virtnft.xml.Reading;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code virt-nft release}. */
@Command(
        name = "release",
        description =
                "Gives adopted networks their former mode back, from their next start on or now: the way back of adopt.")
final class ReleaseCommand extends ReshapingCommand {

    @Option(
            names = "--force",
            description =
                    "Take networks under our rules also where their guests would lose what rules of others let pass.")
    private boolean force;

    private final Map<String, String> left = new HashMap<>();

    ReleaseCommand(Surroundings surroundings) {
        this(surroundings, UnaryOperator.identity());
    }

    ReleaseCommand(Surroundings surroundings, UnaryOperator<NetworkControl> around) {
        super(surroundings, around);
    }

    @Override
    Adoption.Rewriting rewrite(String source, byte[] xml) {
        return Adoption.release(source, xml);
    }

    @Override
    Optional<Reshaped> reshape(LibvirtNetwork network, String definition, List<Problem> errors) {
        Optional<String> lost = lostMetadata(network, definition);
        if (lost.isEmpty()) {
            return released(network, definition, definition, errors);
        }
        Adoption.Rewriting regained = Adoption.regain(source(network), bytes(definition), lost.get());
        errors.addAll(regained.errors());
        return regained.xml().flatMap(adopted -> released(network, definition, adopted, errors));
    }

    /** @param definition with our element in it */
    private Optional<Reshaped> released(
            LibvirtNetwork network, String former, String definition, List<Problem> errors) {
        Optional<String> kept = kept(Reshaped.uuidOf(definition));
        if (kept.isPresent() && isAdopted(kept.get(), definition)) {
            Reading before = NetworkReader.read(source(network), bytes(definition));
            Reading after = NetworkReader.read(source(network), bytes(kept.get()));
            return Optional.of(new Reshaped(
                    network, former, kept.get(), before, after, "its definition is what it was before it was adopted"));
        }
        Adoption.Rewriting rewriting = rewrite(source(network), bytes(definition));
        errors.addAll(rewriting.errors());
        String why = kept.isPresent()
                ? "its definition has changed since it was adopted"
                : "what it was before is not kept on this host";
        return rewriting
                .xml()
                .map(next -> Reshaped.of(
                        network, former, rewriting, "its definition is computed from our metadata, for " + why));
    }

    private Optional<String> kept(String uuid) {
        try {
            return former().of(uuid);
        } catch (IOException | IllegalArgumentException e) {
            throw CommandException.failed("what the network was before cannot be read (run as root): " + e);
        }
    }

    /** Whether adopting the one gives the other: then nobody has changed it since. */
    private static boolean isAdopted(String kept, String definition) {
        try {
            CanonicalDefinition now = CanonicalDefinition.of(definition);
            return Adoption.adopt("what is kept", bytes(kept))
                    .xml()
                    .filter(adopted -> CanonicalDefinition.of(adopted).saysTheSame(now))
                    .isPresent();
        } catch (IllegalArgumentException e) {
            return false; // somebody spoiled the file
        }
    }

    private static byte[] bytes(String xml) {
        return xml.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    List<String> hindrances(List<Reshaped> all) {
        if (force) {
            return List.of();
        }
        List<DefinedNetwork> companions = all.stream()
                .map(each -> DefinedNetwork.of(each.network().name(), Source.LIBVIRT, each.after()))
                .filter(DefinedNetwork::isCompanion)
                .toList();
        for (Leaving.Candidate candidate : Leaving.candidates(companions, host())) {
            FindingText.lines(candidate).forEach(err()::println);
            candidate.losses().forEach(telling()::note);
            left.put(candidate.left().uuid(), candidate.left().why());
        }
        err().flush();
        return List.of();
    }

    @Override
    Map<String, String> left() {
        return left;
    }

    @Override
    String done(Reshaped each) {
        return "released as " + each.mode() + ": " + each.how()
                + (left.containsKey(each.uuid()) ? "; it is left to libvirt's rules" : "");
    }

    @Override
    Became became() {
        return Became.RELEASED;
    }
}
