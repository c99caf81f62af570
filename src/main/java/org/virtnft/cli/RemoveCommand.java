package org.virtnft.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.Words;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Source;
import org.virtnft.transaction.Result;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code virt-nft remove}. */
@Command(name = "remove", description = "Takes networks out of the kernel, all of them or none.")
final class RemoveCommand extends Stateful {

    @Parameters(paramLabel = "NETWORK", arity = "0..*", description = "A network that is applied.")
    private List<String> names = List.of();

    @Option(names = "--all", description = "Every network, and with them the table.")
    private boolean all;

    private final Begun begun;

    RemoveCommand(Begun begun) {
        this.begun = begun;
    }

    @Override
    int execute() {
        if (all != names.isEmpty()) {
            throw usage("name networks, or say --all");
        }
        Result result = apply(applier(begun), before -> {
            List<String> unknown = new ArrayList<>();
            for (String name : names) {
                if (before.networks().values().stream().noneMatch(network -> network.isCalled(name))) {
                    unknown.add("network '" + Words.printable(name, 128)
                            + "' is not applied; 'virt-nft status' lists those that are");
                }
            }
            if (!unknown.isEmpty()) {
                throw CommandException.badInput(unknown);
            }
            NavigableMap<InterfaceName, AppliedNetwork> after = new TreeMap<>(before.networks());
            after.values().removeIf(network -> all || names.stream().anyMatch(network::isCalled));
            return after;
        });
        for (AppliedNetwork gone : result.gone()) {
            String name =
                    gone.source() == Source.UNKNOWN ? "unknown " + gone.bridge() : Words.printable(gone.name(), 128);
            out().println(name + ": removed");
            if (gone.isOwner()) {
                out().println(name + ": nothing protects its guests now, for libvirt makes no rules for it");
            }
        }
        return ExitCode.DONE;
    }
}
