package org.virtnft.cli;

import picocli.CommandLine;

/** Words that picocli understands, and that do not go together. */
final class BadUsage extends CommandLine.ParameterException {
    private static final long serialVersionUID = 1;

    BadUsage(CommandLine command, String message) {
        super(command, message);
    }
}
