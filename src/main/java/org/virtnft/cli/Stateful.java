package org.virtnft.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import org.virtnft.definitions.RunningNetworks;
import org.virtnft.report.NetworkOutcome;
import org.virtnft.state.StateDirectory;
import org.virtnft.transaction.Applier;
import org.virtnft.transaction.Change;
import org.virtnft.transaction.Result;
import org.virtnft.transaction.StepListener;
import picocli.CommandLine.Option;

/** A command that reads or changes what is applied. */
abstract class Stateful extends Subcommand {

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = "Where the state is kept (default: ${DEFAULT-VALUE}).",
            defaultValue = "/run/virt-nft")
    private Path stateDirectory = StateDirectory.DEFAULT;

    final StateDirectory state() {
        return new StateDirectory(stateDirectory);
    }

    @Override
    public final Integer call() {
        // an empty path is this process's own folder
        if (stateDirectory.toString().isEmpty()) {
            throw usage("--state-dir needs a directory");
        }
        int status = execute();
        account().ifPresent(account -> account.end(status));
        return status;
    }

    /** Where it tells what it does; empty where it changes nothing. */
    Optional<Account> account() {
        return Optional.empty();
    }

    /** Standard error, and what goes there is told to a program, too. */
    final PrintWriter aside() {
        return account().map(Account::aside).orElseGet(this::err);
    }

    /** Does the command's work; its exit status. */
    abstract int execute();

    /** The launcher, which told where it is. */
    static String program() {
        return System.getProperty("virtnft.program", "virt-nft");
    }

    /** The program beside it, likewise. */
    private static String dhcpChecksums() {
        return System.getProperty("virtnft.dhcpChecksums", "dhcp-checksums");
    }

    /** Of commands that change nothing, or have their own way of ending when they are interrupted. */
    final Applier applier() {
        return new Appliers(aside()).of(state(), StepListener.NONE, dhcpChecksums());
    }

    /** Of those that go on to their end once they have begun to change something. */
    final Applier applier(Begun begun) {
        return new Appliers(aside()).of(state(), begun.byChanges(), dhcpChecksums());
    }

    /** Makes a change, and says what the state did not say of what was applied. */
    final Result apply(Applier applier, Change change) {
        Result result = applier.apply(change);
        account().ifPresent(account -> account.made(result));
        PrintWriter aside = aside();
        result.remarks().forEach(remark -> aside.println("virt-nft: " + remark));
        aside.flush();
        return result;
    }

    /** Says which running networks could not be applied; the exit status that goes with it. */
    final int conclude(RunningNetworks.Applied applied) {
        account().ifPresent(account -> {
            NetworkOutcome.notApplied(applied).forEach(account::note);
            applied.complaints().forEach(account::error);
        });
        return applied.failures().isEmpty() && applied.kept().isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
    }
}
