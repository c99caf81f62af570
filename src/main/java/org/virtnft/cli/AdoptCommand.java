package org.virtnft.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.virtnft.adoption.Reshaped;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.doctor.Doctor;
import org.virtnft.doctor.Finding;
import org.virtnft.doctor.HostFacts;
import org.virtnft.libvirt.NetworkControl;
import org.virtnft.network.Printable;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.report.HookInForce;
import org.virtnft.report.NetworkOutcome.Became;
import org.virtnft.xml.Adoption;
import org.virtnft.xml.Problem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code virt-nft adopt}. */
@Command(
        name = "adopt",
        description =
                "Makes networks open for libvirt, with their former mode in our metadata: from their next start on, or now.")
final class AdoptCommand extends ReshapingCommand {

    @Option(
            names = "--force",
            description = "Adopt also where others on this host would drop guests' packets, or libvirt may refuse it.")
    private boolean force;

    AdoptCommand(Surroundings surroundings) {
        this(surroundings, UnaryOperator.identity());
    }

    AdoptCommand(Surroundings surroundings, UnaryOperator<NetworkControl> around) {
        super(surroundings, around);
    }

    @Override
    Adoption.Rewriting rewrite(String source, byte[] xml) {
        return Adoption.adopt(source, xml, () -> force);
    }

    @Override
    Optional<Reshaped> reshape(LibvirtNetwork network, String definition, List<Problem> errors) {
        byte[] xml = definition.getBytes(StandardCharsets.UTF_8);
        Optional<String> lost = lostMetadata(network, definition);
        if (lost.isPresent()) {
            Adoption.Rewriting regained = Adoption.regain(source(network), xml, lost.get());
            errors.addAll(regained.errors());
            return regained.xml()
                    .map(next -> Reshaped.of(
                            network,
                            definition,
                            regained,
                            "its definition had lost virt-nft's element, and has it again"));
        }
        Adoption.Rewriting rewriting = Adoption.adopt(
                source(network), xml, () -> force || definitions().openWithoutIp());
        errors.addAll(rewriting.errors());
        return rewriting
                .xml()
                .map(next -> Reshaped.of(
                        network, definition, rewriting, "libvirt's own rules for it go when it is started again"));
    }

    /** An adopted network that starts without our hook has no firewall at all; where others drop its packets, it has no network. */
    @Override
    List<String> hindrances(List<Reshaped> all) {
        Optional<String> doubt = new HookInForce(host(), state()).doubt();
        if (doubt.isPresent()) {
            return List.of(
                    "not adopted, nothing was changed: the guests would start without protection, for " + doubt.get());
        }
        List<VirtualNetwork> networks = new ArrayList<>();
        for (Reshaped each : all) {
            if (each.after().network().orElse(null) instanceof VirtualNetwork network) {
                networks.add(network);
            }
        }
        List<String> problems = new ArrayList<>();
        for (Finding finding : new Doctor(new HostFacts(host()).gather()).examine(networks)) {
            // what is about the host as a whole is the doctor's to tell
            boolean about = networks.stream()
                    .anyMatch(network -> finding.subject().equals(Printable.printable(network.name(), 128)));
            if (about || finding.severity() == Finding.Severity.PROBLEM) {
                FindingText.lines(finding).forEach(err()::println);
                telling().note(finding);
            }
            if (finding.severity() == Finding.Severity.PROBLEM) {
                problems.add(finding.subject() + ": " + finding.message());
            }
        }
        err().flush();
        if (problems.isEmpty() || force) {
            return List.of();
        }
        problems.replaceAll(problem -> "not adopted, nothing was changed: " + problem);
        problems.add("'virt-nft doctor' says how to mend it; --force adopts all the same");
        return problems;
    }

    @Override
    String done(Reshaped each) {
        if (each.before().mode().equals("open")) {
            return "adopted again, as " + each.mode() + ": " + each.how();
        }
        return "adopted as " + each.mode() + "; what it was is kept in " + former().file(each.uuid());
    }

    @Override
    Became became() {
        return Became.ADOPTED;
    }
}
