package org.virtnft.cli;

import java.util.List;
import org.virtnft.definitions.DefinedNetwork;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A command that reads definitions, and changes nothing: of networks that run or not, and of files. */
abstract class DefinitionsCommand extends Subcommand {

    @Parameters(paramLabel = "NETWORK", arity = "0..*", description = "A network of libvirt's.")
    private List<String> names = List.of();

    @Mixin
    private Connection connection = new Connection();

    @Mixin
    private GivenFiles files = new GivenFiles();

    /** What was given, files first; bad usage when nothing was. */
    final List<DefinedNetwork> given() {
        if (names.isEmpty() && files.isEmpty()) {
            throw usage("name networks, or give -f FILE");
        }
        return connection.given(files, names, false);
    }
}
