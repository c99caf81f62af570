package org.virtnft.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.virtnft.definitions.LibvirtFiles;
import org.virtnft.definitions.RunningNetworkFiles;
import org.virtnft.flows.Flows;
import org.virtnft.host.DhcpChecksums;
import org.virtnft.host.HostFiles;
import org.virtnft.kernel.ConntrackNetlink;
import org.virtnft.kernel.Interfaces;
import org.virtnft.kernel.LibNftables;
import org.virtnft.kernel.RouteNetlink;
import org.virtnft.ruleset.Template;
import org.virtnft.state.StateDirectory;
import org.virtnft.transaction.Aftermath;
import org.virtnft.transaction.Applier;
import org.virtnft.transaction.Change;
import org.virtnft.transaction.Restoration;
import org.virtnft.transaction.Result;
import org.virtnft.transaction.StepListener;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What every command has: its options, and the objects that they lead to. */
@Command(mixinStandardHelpOptions = true, versionProvider = Version.class)
abstract class Shared implements java.util.concurrent.Callable<Integer> {

    /** As long as the hook's: a person can wait, but not for ever. */
    static final Duration LOCK_DEADLINE = Duration.ofSeconds(5);

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = "Where the state is kept (default: ${DEFAULT-VALUE}).",
            defaultValue = "/run/virt-nft")
    private Path stateDirectory = StateDirectory.DEFAULT;

    @CommandLine.Spec
    private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

    private final Clock clock = Clock.systemUTC();

    final StateDirectory state() {
        if (stateDirectory.toString().isEmpty()) {
            throw usage("--state-dir needs a directory");
        }
        return new StateDirectory(stateDirectory);
    }

    /** The launcher, which told where it is. */
    static String program() {
        return System.getProperty("virtnft.program", "virt-nft");
    }

    /** Of commands that change nothing, or have their own way of ending when they are interrupted. */
    final Applier applier() {
        return applier(state());
    }

    final Applier applier(StateDirectory state) {
        return applier(state, StepListener.NONE);
    }

    /** Of those that go on to their end once they have begun to change something. */
    final Applier applier(Begun begun) {
        return applier(state(), begun.byChanges());
    }

    private Applier applier(StateDirectory state, StepListener listener) {
        Flows flows = new Flows(
                new ConntrackNetlink(),
                new RouteNetlink(),
                new Interfaces()::exists,
                line -> err().println("virt-nft: " + line));
        Aftermath repair = new DhcpRepair(new DhcpChecksums(program(), state.canonical()), state, err());
        Restoration restoration = new Restoration(
                new Interfaces()::exists,
                new RunningNetworkFiles(new LibvirtFiles(HostFiles.REAL.root()), clock::instant),
                clock);
        Aftermath flowsEnd = flows::end;
        return new Applier(
                state, new LibNftables(), Template.load(), listener, LOCK_DEADLINE, flowsEnd.then(repair), restoration);
    }

    /** Makes a change, and says what the state did not say of what was applied. */
    final Result apply(Applier applier, Change change) {
        Result result = applier.apply(change);
        result.remarks().forEach(remark -> err().println("virt-nft: " + remark));
        err().flush();
        return result;
    }

    /** Says which running networks could not be applied; the exit status that goes with it. */
    final int conclude(RunningNetworks.Applied applied) {
        applied.complaints().forEach(complaint -> err().println("virt-nft: " + complaint));
        err().flush();
        return applied.failures().isEmpty() && applied.kept().isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
    }

    final PrintWriter out() {
        return commandLine().getOut();
    }

    final PrintWriter err() {
        return commandLine().getErr();
    }

    /** Ends the command as picocli ends bad usage: the message, then the usage. */
    final CommandLine.ParameterException usage(String message) {
        return new CommandLine.ParameterException(commandLine(), message);
    }

    private CommandLine commandLine() {
        CommandLine.Model.CommandSpec commandSpec = spec;
        if (commandSpec == null) {
            throw new IllegalStateException("picocli has not set up the command");
        }
        return commandSpec.commandLine();
    }
}
