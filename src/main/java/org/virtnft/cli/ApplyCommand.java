package org.virtnft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.List;
import org.virtnft.adoption.FormerDefinitions;
import org.virtnft.adoption.Reshaping;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.LibvirtFiles;
import org.virtnft.definitions.RunningNetworks;
import org.virtnft.enabling.Leaving;
import org.virtnft.host.HostFiles;
import org.virtnft.network.Printable;
import org.virtnft.state.FailedStart;
import org.virtnft.state.Source;
import org.virtnft.transaction.Change;
import org.virtnft.transaction.Result;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code virt-nft apply}. */
@Command(name = "apply", description = "Puts networks into the kernel, all of them or none, in one transaction.")
final class ApplyCommand extends ApplyingCommand {

    @Option(names = "--dry-run", description = "Let the kernel judge it, print the transaction, change nothing.")
    private boolean dryRun;

    private final HostFiles host;
    private final Clock clock;
    private final Begun begun;
    private final Progress progress;

    ApplyCommand(Surroundings surroundings) {
        super(surroundings);
        this.host = surroundings.files();
        this.clock = surroundings.clock();
        this.begun = surroundings.begun();
        this.progress = surroundings.progress();
    }

    @Override
    int execute() {
        requireNetworks();
        if (dryRun) {
            telling().onlyTries();
        }
        return all() ? applyAll() : applySome();
    }

    private int applySome() {
        Given given = given();
        Result result = progress.during("applies " + networks(given.networks().size()), () -> perform(given.change()));
        if (!dryRun) {
            given.networks().forEach(this::takeBack);
        }
        if (isTold()) {
            given.networks().forEach(each -> tell(each, result));
        }
        if (!dryRun) {
            state().failedStarts()
                    .clear(given.networks().stream().map(DefinedNetwork::name).toList());
        }
        return ExitCode.DONE;
    }

    /** Whether to say what becomes of networks: of a try, people see the transaction. */
    private boolean isTold() {
        return !dryRun || telling().isForPrograms();
    }

    /** From libvirt, to which it was left. */
    private void takeBack(DefinedNetwork each) {
        boolean wasLeft = each.source() == Source.LIBVIRT
                && each.reading().uuid().filter(state().left()::drop).isPresent();
        if (wasLeft) {
            telling().changed();
            telling().remark(Printable.printable(each.name(), 128) + ": no longer left to libvirt's rules");
        }
    }

    private Result perform(Change change) {
        if (!dryRun) {
            return apply(applier(begun), change);
        }
        Result result = applier().dryRun().of(change);
        if (telling().isForPrograms()) {
            telling().script(result.script());
        } else {
            out().print(result.script().isEmpty() ? "# nothing to do\n" : result.script());
        }
        return result;
    }

    private int applyAll() {
        boolean interrupted = Files.exists(host.unfinishedReshaping());
        if (!dryRun) {
            if (interrupted) {
                takeBackWhatWasInterrupted();
            }
            Leaving.forgetUndefined(state().left(), new LibvirtFiles(host.root()));
        } else if (interrupted) {
            aside().println(
                            "virt-nft: an adopt or release is under way, or was interrupted: 'virt-nft apply --all' takes it"
                                    + " back then, before what is shown here");
        }
        RunningNetworks running = progress.during("reads the running networks", this::running);
        if (!dryRun) {
            begun.changing();
        }
        RunningNetworks.Applied applied = progress.during(
                "applies " + networks(running.networks().size()), () -> running.apply(this::perform, clock.instant()));
        if (isTold()) {
            tell(applied);
        }
        if (!dryRun) {
            state().failedStarts()
                    .clear(state().failedStarts().all().stream()
                            .map(FailedStart::network)
                            .filter(name -> !applied.failures().containsKey(name))
                            .toList());
        }
        return conclude(applied);
    }

    private static String networks(int number) {
        return number + (number == 1 ? " network" : " networks");
    }

    /** An adopt or release that died; libvirt is needed for that. */
    private void takeBackWhatWasInterrupted() {
        if (noLibvirt()) {
            aside().println(
                            "virt-nft: an adopt or release was interrupted: run 'virt-nft apply --all', which takes it back");
            return;
        }
        Reshaping reshaping = new Reshaping(this::control, host, state(), applier(begun));
        try {
            new FormerDefinitions(host).alone(() -> {
                begun.changing();
                List<String> lost = reshaping.goBack();
                if (!lost.isEmpty()) {
                    throw new CommandException(ExitCode.UNCERTAIN, lost);
                }
                telling().changed();
                telling().remark("an interrupted adopt or release was taken back");
            });
        } catch (IOException e) {
            aside().println("virt-nft: an interrupted adopt or release was not taken back: " + e.getMessage());
        }
    }
}
