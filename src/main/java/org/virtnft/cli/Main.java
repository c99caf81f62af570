package org.virtnft.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.virtnft.host.ProgramException;
import org.virtnft.kernel.KernelException;
import org.virtnft.state.StateException;
import org.virtnft.transaction.ChangeException;
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
            "4:a rollback failed, the state is uncertain: run 'virt-nft apply --all'"
        })
public final class Main implements Runnable {

    @CommandLine.Spec
    private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

    private Main() {}

    /** Runs one command and exits with its status. */
    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, arguments));
    }

    /** Runs one command; returns its exit status. */
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return run(new Main(), out, err, arguments);
    }

    /** Runs a command object. */
    static int run(Object main, PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine commands = new CommandLine(main)
                .setOut(out)
                .setErr(err)
                .setUsageHelpAutoWidth(true)
                // a network may be called "@x"
                .setExpandAtFiles(false)
                .setExecutionExceptionHandler((exception, command, result) -> report(err, exception));
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

    private static int report(PrintWriter err, Exception exception) {
        if (exception instanceof CommandException e) {
            return print(err, e.messages(), e.exitCode());
        }
        if (exception instanceof ChangeException e) {
            return print(
                    err,
                    e.messages(),
                    switch (e.outcome()) {
                        case CONFLICT -> ExitCode.BAD_INPUT;
                        case UNCHANGED -> ExitCode.FAILED;
                        case UNCERTAIN -> ExitCode.UNCERTAIN;
                    });
        }
        if (exception instanceof StateException
                || exception instanceof KernelException
                || exception instanceof ProgramException) {
            return print(err, List.of("" + exception.getMessage()), ExitCode.FAILED);
        }
        return print(err, List.of("internal error, please report it: " + exception), ExitCode.FAILED);
    }

    private static int print(PrintWriter err, List<String> messages, int exitCode) {
        for (String message : messages) {
            err.println("virt-nft: " + message);
        }
        err.flush();
        return exitCode;
    }
}
