package org.virtnft.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.HostDoubts;
import org.virtnft.definitions.LibvirtFiles;
import org.virtnft.host.HostFiles;
import org.virtnft.kernel.Interfaces;
import org.virtnft.network.Claims.Claim;
import org.virtnft.network.Printable;
import org.virtnft.report.DefinitionText;
import org.virtnft.state.StateDirectory;
import org.virtnft.xml.Problem;
import org.virtnft.xml.Reading;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code virt-nft check}. */
@Command(name = "check", description = "Says what networks mean, and what is wrong with their definitions.")
final class CheckCommand extends DefinitionsCommand {

    @Option(names = "--json", description = "For programs.")
    private boolean json;

    private final HostFiles files;

    CheckCommand(Surroundings surroundings) {
        this.files = surroundings.files();
    }

    @Override
    public Integer call() {
        List<DefinedNetwork> given = examined(given());
        if (json) {
            out().println(Json.check(given));
        } else {
            given.forEach(this::tell);
        }
        boolean wrong = given.stream()
                .anyMatch(each -> !each.reading().errors().isEmpty()
                        || !each.loss().isEmpty()
                        || each.next().faulty());
        return wrong ? ExitCode.BAD_INPUT : ExitCode.DONE;
    }

    /** With what does not go with this host, and with other networks. */
    private List<DefinedNetwork> examined(List<DefinedNetwork> given) {
        HostDoubts host = new HostDoubts(name -> new Interfaces().exists(name));
        List<Claim> others =
                HostDoubts.ofThisHost(new StateDirectory(StateDirectory.DEFAULT), new LibvirtFiles(files.root()));
        Map<String, List<Problem>> collisions = HostDoubts.collisions(given, others);
        List<DefinedNetwork> examined = new ArrayList<>();
        for (DefinedNetwork each : given) {
            List<Problem> more = new ArrayList<>(host.doubts(each));
            more.addAll(collisions.getOrDefault(each.name(), List.of()));
            examined.add(each.saying(more).strict());
        }
        return examined;
    }

    private void tell(DefinedNetwork each) {
        Reading reading = each.reading();
        if (reading.network().isPresent()) {
            List<String> meaning = DefinitionText.of(reading.network().get());
            out().println(Printable.printable(reading.network().get().name(), 128) + ": " + meaning.get(0));
            meaning.stream().skip(1).forEach(line -> out().println("  " + line));
        }
        reading.problems().forEach(problem -> (problem.isError() ? err() : out()).println(problem));
        if (each.next().faulty()) {
            err().println(each.next().remark());
        } else if (!each.next().remark().isEmpty()) {
            out().println("  " + each.next().remark());
        }
        if (!each.loss().isEmpty()) {
            err().println(each.loss());
        }
        out().flush();
        err().flush();
    }
}
