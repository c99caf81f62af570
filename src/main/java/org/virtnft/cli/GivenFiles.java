package org.virtnft.cli;

import java.util.List;
import org.virtnft.definitions.Definitions;
import org.virtnft.definitions.Named;
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

    List<Named> read() {
        return Definitions.files(paths);
    }
}
