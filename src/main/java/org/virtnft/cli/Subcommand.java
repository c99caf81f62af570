package org.virtnft.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What every command has. */
@Command(mixinStandardHelpOptions = true, versionProvider = Version.class)
abstract class Subcommand implements java.util.concurrent.Callable<Integer> {

    @CommandLine.Spec
    private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

    final PrintWriter out() {
        return commandLine().getOut();
    }

    final PrintWriter err() {
        return commandLine().getErr();
    }

    /** Ends the command as picocli ends bad usage: the message, then the usage. */
    final BadUsage usage(String message) {
        return new BadUsage(commandLine(), message);
    }

    private CommandLine commandLine() {
        CommandLine.Model.CommandSpec commandSpec = spec;
        if (commandSpec == null) {
            throw new IllegalStateException("picocli has not set up the command");
        }
        return commandSpec.commandLine();
    }
}
