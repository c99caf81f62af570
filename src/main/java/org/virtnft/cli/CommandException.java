package org.virtnft.cli;

import java.util.List;

/** Ends a command with messages on standard error. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;
    private final transient List<String> messages;

    CommandException(int exitCode, List<String> messages) {
        super(String.join("; ", messages));
        this.exitCode = exitCode;
        this.messages = List.copyOf(messages);
    }

    static CommandException badInput(List<String> messages) {
        return new CommandException(ExitCode.BAD_INPUT, messages);
    }

    static CommandException badInput(String message) {
        return badInput(List.of(message));
    }

    static CommandException failed(String message) {
        return new CommandException(ExitCode.FAILED, List.of(message));
    }

    int exitCode() {
        return exitCode;
    }

    List<String> messages() {
        return messages;
    }
}
