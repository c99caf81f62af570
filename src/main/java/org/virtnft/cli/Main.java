package org.virtnft.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalInt;
import org.virtnft.adoption.AdoptionException;
import org.virtnft.definitions.DefinitionsException;
import org.virtnft.enabling.EnablingException;
import org.virtnft.host.ProgramException;
import org.virtnft.host.SystemLog;
import org.virtnft.kernel.KernelException;
import org.virtnft.kernel.Session;
import org.virtnft.network.Printable;
import org.virtnft.state.StateException;
import org.virtnft.transaction.ChangeException;
import org.virtnft.transaction.DryRunException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code virt-nft}. */
@Command(
        name = "virt-nft",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Turns libvirt's virtual networks into nftables: one table whose rules never change.",
        subcommands = {
            ApplyCommand.class,
            TryCommand.class,
            CheckCommand.class,
            RenderCommand.class,
            StatusCommand.class,
            DiffCommand.class,
            MetricsCommand.class,
            RemoveCommand.class,
            AdoptCommand.class,
            ReleaseCommand.class,
            EnableCommand.class,
            DisableCommand.class,
            DoctorCommand.class,
            HookCommand.class,
            DemoCommand.class
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:done",
            "1:failed, and nothing changed (of apply --all: not all networks could be applied)",
            "2:bad usage or bad input, nothing changed",
            "4:a rollback failed, or the program was killed in the middle of a change: run 'virt-nft apply --all'",
            "129, 130, 143:ended by a hangup, by Ctrl-C or by kill before it had begun to change anything (of try: it went back)"
        })
public final class Main implements Runnable {

    /** A restart waits for libvirt and for guests' interfaces, each with a shorter deadline of its own. */
    private static final Duration LONGEST_END = Duration.ofMinutes(2);

    private static final int STANDARD_ERROR = 2;

    @CommandLine.Spec
    private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

    private Main() {}

    /** Runs one command and exits with its status. */
    public static void main(String[] arguments) {
        OutputStream terminal = new FileOutputStream(FileDescriptor.err);
        Progress progress = new Progress(terminal, () -> Session.isTerminal(STANDARD_ERROR));
        Output output = new Output(progress.above(new FileOutputStream(FileDescriptor.out)));
        PrintWriter out = new PrintWriter(new BufferedOutputStream(output), true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(progress.above(terminal), true, StandardCharsets.UTF_8);
        // the launcher still has the terminal, and passes on what it is told
        Begun begun = new Begun(Session::leaveTerminal);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> endWhatWasBegun(begun, progress, err, arguments), "end what was begun"));
        int status = ExitCode.FAILED;
        try {
            status = run(new Main(), Surroundings.ofThisHost(begun, progress), out, err, arguments);
            // of what was changed the exit status tells, whoever could not read of it
            if (output.loss().isPresent() && !begun.hasBegun()) {
                err.println(
                        "virt-nft: not all could be printed: " + output.loss().get());
                status = Math.max(status, ExitCode.FAILED);
            }
        } finally {
            begun.ended(status);
        }
        System.exit(status);
    }

    /**
     * Where the JVM is asked to end in the midst of a change: lets the command come to its end first, and ends with its exit status,
     * for a JVM that a signal ends would hide it.
     */
    private static void endWhatWasBegun(Begun begun, Progress progress, PrintWriter err, String... arguments) {
        if (!begun.interrupted()) {
            progress.over();
            return;
        }
        err.println("virt-nft: interrupted; what was begun is brought to its end");
        OptionalInt status = begun.awaitEnd(LONGEST_END);
        if (status.isEmpty()) {
            err.println("virt-nft: what was begun does not come to its end: run 'virt-nft apply --all'");
        }
        // the terminal may be gone, and with it all that the command itself said
        if (err.checkError()) {
            String command = Printable.printable("virt-nft " + String.join(" ", arguments), 256);
            SystemLog.warn("'" + command + "' was interrupted; what it had begun "
                    + (status.isPresent()
                            ? "was brought to its end, with exit status " + status.getAsInt()
                            : "does not come to its end: run 'virt-nft apply --all'"));
        }
        Runtime.getRuntime().halt(status.orElse(ExitCode.UNCERTAIN));
    }

    /** Runs one command; returns its exit status. */
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return run(new Main(), Surroundings.ofThisHost(Begun.unwatched(), Progress.unwatched()), out, err, arguments);
    }

    /** Runs a command object. */
    static int run(Object main, Surroundings surroundings, PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine commands = new CommandLine(main, new CommandFactory(surroundings))
                .setOut(out)
                .setErr(err)
                .setUsageHelpAutoWidth(true)
                // a network may be called "@x"
                .setExpandAtFiles(false)
                .setExecutionExceptionHandler((exception, command, result) -> report(command, exception));
        CommandLine.IParameterExceptionHandler badUsage = commands.getParameterExceptionHandler();
        commands.setParameterExceptionHandler((exception, words) -> {
            int status = badUsage.handleParseException(exception, words);
            if (exception instanceof BadUsage usage) {
                tellPrograms(usage.getCommandLine(), CommandException.badInput("" + usage.getMessage()));
            }
            return status;
        });
        int status = commands.execute(arguments);
        out.flush();
        return status;
    }

    @Override
    public void run() {
        CommandLine.Model.CommandSpec commandSpec = spec;
        if (commandSpec != null) {
            throw new CommandLine.ParameterException(commandSpec.commandLine(), "name a command");
        }
    }

    /** Tells of what ended a command. */
    private static int report(CommandLine command, Exception exception) {
        CommandException failure = failure(exception);
        failure.messages().forEach(message -> command.getErr().println("virt-nft: " + message));
        command.getErr().flush();
        tellPrograms(command, failure);
        return failure.exitCode();
    }

    /** A program that asked for a document gets one, whatever happens. */
    private static void tellPrograms(CommandLine command, CommandException failure) {
        if (command.getCommand() instanceof Stateful stateful
                && stateful.account().isPresent()) {
            stateful.account().get().end(failure);
        } else if (command.getParseResult().hasMatchedOption("--json")) {
            command.getOut().println(Json.failure(command.getCommandName(), failure.messages()));
        }
    }

    private static CommandException failure(Exception exception) {
        if (exception instanceof CommandException e) {
            return e;
        }
        if (exception instanceof ChangeException e) {
            return new CommandException(
                    switch (e.outcome()) {
                        case CONFLICT -> ExitCode.BAD_INPUT;
                        case UNCHANGED -> ExitCode.FAILED;
                        case UNCERTAIN -> ExitCode.UNCERTAIN;
                    },
                    e.messages());
        }
        if (exception instanceof DryRunException e) {
            return new CommandException(e.isConflict() ? ExitCode.BAD_INPUT : ExitCode.FAILED, e.messages());
        }
        if (exception instanceof AdoptionException e) {
            return new CommandException(
                    switch (e.outcome()) {
                        case UNCHANGED -> ExitCode.FAILED;
                        case UNCERTAIN -> ExitCode.UNCERTAIN;
                    },
                    e.messages());
        }
        if (exception instanceof DefinitionsException e) {
            return new CommandException(
                    switch (e.reason()) {
                        case WRONG_WORDS -> ExitCode.BAD_INPUT;
                        case NO_ANSWER -> ExitCode.FAILED;
                    },
                    e.messages());
        }
        if (exception instanceof StateException
                || exception instanceof EnablingException
                || exception instanceof KernelException
                || exception instanceof ProgramException) {
            return CommandException.failed("" + exception.getMessage());
        }
        return CommandException.failed("internal error, please report it: " + exception);
    }
}
