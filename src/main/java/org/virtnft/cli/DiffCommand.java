package org.virtnft.cli;

import java.util.List;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.DefinitionsException;
import org.virtnft.definitions.LibvirtFiles;
import org.virtnft.host.HostFiles;
import org.virtnft.kernel.KernelException;
import org.virtnft.network.Printable;
import org.virtnft.report.Difference;
import org.virtnft.report.HostComparison;
import org.virtnft.state.StateException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code virt-nft diff}. */
@Command(
        name = "diff",
        description = "Compares what is defined, what is applied and what the kernel holds; changes nothing.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:no difference", "1:something differs", "2:it could not be found out, or bad usage"})
final class DiffCommand extends AskingLibvirt {

    @Parameters(paramLabel = "NETWORK", arity = "0..*", description = "Compare these only.")
    private List<String> names = List.of();

    @Mixin
    private GivenFiles files = new GivenFiles();

    @Option(names = "--json", description = "For programs.")
    private boolean json;

    private final HostFiles host;

    DiffCommand(Surroundings surroundings) {
        this.host = surroundings.files();
    }

    @Override
    int execute() {
        HostComparison.Found found = found();
        if (json) {
            out().println(Json.diff(found.differences(), found.remarks()));
        } else {
            found.differences().forEach(this::print);
            found.remarks().forEach(remark -> out().println("# " + remark));
        }
        return found.differences().isEmpty() ? ExitCode.DONE : ExitCode.DIFFERENT;
    }

    /** Whatever keeps it from being found out is no difference. */
    private HostComparison.Found found() {
        try {
            List<DefinedNetwork> given = files.read();
            List<String> errors = DefinedNetwork.errors(given);
            if (!errors.isEmpty()) {
                throw CommandException.badInput(errors);
            }
            HostComparison.Found found = new HostComparison(state(), applier().survey(), given, names)
                    .compare(() -> definitions().activeByWhoeverAnswers(new LibvirtFiles(host.root())));
            if (!found.damaged().isEmpty()) {
                throw CommandException.badInput(found.damaged());
            }
            return found;
        } catch (StateException | KernelException e) {
            throw CommandException.badInput("" + e.getMessage());
        } catch (CommandException e) {
            throw CommandException.badInput(e.messages());
        } catch (DefinitionsException e) {
            throw CommandException.badInput(e.messages());
        }
    }

    private void print(Difference difference) {
        String what = !difference.network().isEmpty()
                ? Printable.network(difference.network())
                : difference.kind() == Difference.Kind.RULES ? "rules" : "no network";
        out().println("--- " + what + ", " + difference.kind().before());
        out().println("+++ " + what + ", " + difference.kind().after());
        difference.lines().forEach(out()::println);
        out().println("# " + difference.remark());
    }
}
