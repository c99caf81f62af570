package org.virtnft.cli;

import java.util.List;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.Definitions;
import picocli.CommandLine.Option;

/** The files that a command was given. */
final class GivenFiles {

    @Option(
            names = "-f",
            paramLabel = "FILE",
            description = "A file with a <network>; - for standard input. Repeatable.")
    private List<String> paths = List.of();

    boolean isEmpty() {
        return paths.isEmpty();
    }

    List<DefinedNetwork> read() {
        return Definitions.files(paths);
    }
}
