package org.virtnft.cli;

import java.util.ArrayList;
import java.util.List;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.Rendering;
import org.virtnft.ruleset.Template;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code virt-nft render}. */
@Command(name = "render", description = "Prints the nft script of networks, to be loaded with plain 'nft -f'.")
final class RenderCommand extends DefinitionsCommand {

    @Option(names = "--elements", description = "The networks' elements alone, for a table that is there.")
    private boolean elements;

    @Override
    public Integer call() {
        List<DefinedNetwork> given = given();
        List<String> errors = new ArrayList<>();
        List<VirtualNetwork> networks = new ArrayList<>();
        for (DefinedNetwork each : given) {
            each.reading().errors().forEach(problem -> errors.add(problem.toString()));
            each.reading().warnings().forEach(warning -> err().println(warning));
            if (each.reading().network().orElse(null) instanceof VirtualNetwork network) {
                networks.add(network);
            }
        }
        if (!errors.isEmpty()) {
            throw CommandException.badInput(errors);
        }
        Rendering rendering = new Rendering(Template.load());
        out().print(elements ? rendering.elements(networks) : rendering.table(networks));
        out().flush();
        return ExitCode.DONE;
    }
}
