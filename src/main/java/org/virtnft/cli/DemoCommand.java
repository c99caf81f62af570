package org.virtnft.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.Definitions;
import org.virtnft.demo.Demo;
import org.virtnft.demo.LabException;
import org.virtnft.demo.Unshared;
import org.virtnft.network.NetworkDefinition;
import org.virtnft.network.RulelessNetwork;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.state.StateDirectory;
import org.virtnft.xml.Problem;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code virt-nft demo}. */
@Command(
        name = "demo",
        description = {
            "Applies networks in a throw-away network namespace, sends packets and shows what happened.",
            "Nothing of this machine is touched, and root is not needed."
        })
final class DemoCommand extends Subcommand {

    private static final String INSIDE = "--inside";

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "A file with a <network>.")
    private List<String> files = List.of();

    @Option(
            names = INSIDE,
            hidden = true,
            description = "Internal: this is the process in namespaces of its own, and its directory for the state.")
    private Optional<Path> inside = Optional.empty();

    private final Progress progress;

    DemoCommand(Surroundings surroundings) {
        this.progress = surroundings.progress();
    }

    @Override
    public Integer call() {
        List<DefinedNetwork> given = read();
        try {
            if (inside.isEmpty()) {
                return Unshared.runAgain(INSIDE + "=");
            }
            show(given, new StateDirectory(inside.get()));
            return ExitCode.DONE;
        } catch (LabException e) {
            throw CommandException.failed("" + e.getMessage());
        }
    }

    /** All files; refuses them as apply would. */
    private List<DefinedNetwork> read() {
        if (files.contains("-")) {
            throw usage("demo reads files, not standard input");
        }
        List<DefinedNetwork> given = Definitions.files(files);
        List<String> errors = DefinedNetwork.errors(given);
        if (!errors.isEmpty()) {
            throw CommandException.badInput(errors);
        }
        return given;
    }

    private void show(List<DefinedNetwork> given, StateDirectory state) {
        List<VirtualNetwork> networks = new ArrayList<>();
        List<RulelessNetwork> ruleless = new ArrayList<>();
        Map<String, List<String>> warnings = new LinkedHashMap<>();
        for (DefinedNetwork each : given) {
            NetworkDefinition definition = each.reading().network().orElse(null);
            if (definition instanceof VirtualNetwork network) {
                networks.add(network);
                List<String> said = new ArrayList<>();
                for (Problem warning : each.reading().warnings()) {
                    String remedy = warning.remedy().isEmpty() ? "" : "; " + warning.remedy();
                    said.add("warning: " + warning.element() + ": " + warning.message() + remedy);
                }
                warnings.put(network.name(), said);
            } else if (definition instanceof RulelessNetwork without) {
                ruleless.add(without);
            }
        }
        Demo demo = new Demo(new Appliers(err()).ofDemo(state), out(), progress::now);
        progress.run("builds a host", () -> demo.show(networks, ruleless, warnings));
    }
}
