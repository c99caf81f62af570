package org.virtnft.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code virt-nft demo}. */
@Command(
        name = "demo",
        description = "Applies networks in a throw-away network namespace, sends packets and shows what happened.")
final class DemoCommand extends Shared {

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "A file with a <network>.")
    private List<String> files = List.of();

    @Override
    public Integer call() {
        throw CommandException.failed("not built yet: " + files.size());
    }
}
