package org.virtnft.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code virt-nft hook} for those who ask what it is; the launcher starts the hook itself without any of this. */
@Command(
        name = "hook",
        description = "What libvirt's network hook runs: NAME OP SUBOP EXTRA, the network's XML on standard input.")
final class HookCommand extends Stateful {

    @Parameters(
            arity = "4",
            paramLabel = "NAME OP SUBOP EXTRA",
            hideParamSyntax = true,
            description = "As libvirt gives them; acts at start, stopped and updated.")
    private List<String> words = List.of();

    @Override
    int execute() {
        throw CommandException.failed("the hook is run by the launcher: give NAME OP SUBOP EXTRA first, then options ("
                + words.size() + " words were given)");
    }
}
