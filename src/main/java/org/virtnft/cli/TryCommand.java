package org.virtnft.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.virtnft.definitions.RunningNetworks;
import org.virtnft.host.Detached;
import org.virtnft.host.HostFiles;
import org.virtnft.host.ProgramException;
import org.virtnft.host.Uptime;
import org.virtnft.kernel.KernelException;
import org.virtnft.report.NetworkOutcome;
import org.virtnft.report.NetworkOutcome.Became;
import org.virtnft.report.TrialText;
import org.virtnft.state.Source;
import org.virtnft.state.StateException;
import org.virtnft.state.Trial;
import org.virtnft.transaction.ChangeException;
import org.virtnft.transaction.HostAppliers;
import org.virtnft.transaction.Result;
import org.virtnft.transaction.Trials;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code virt-nft try}.
 *
 * <p>A process of its own, which must be there before anything changes, waits for the end: what has to go back when this command and
 * its terminal are gone. While they are there, they go back too.
 */
@Command(name = "try", description = "Applies networks, and goes back by itself unless it is confirmed in time.")
final class TryCommand extends ApplyingCommand {

    private static final Duration WATCHER_STARTS = Duration.ofSeconds(30);

    /** How much later than the watcher this command goes back, which has then died. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = Timeout.class,
            description = "How long to wait for the confirmation: 90s, 5m, 1h (default: ${DEFAULT-VALUE}).",
            defaultValue = "60s")
    private Duration timeout = Duration.ofSeconds(60);

    @Option(names = "--confirm", description = "Keep what is being tried, by a command elsewhere.")
    private boolean confirm;

    @Option(names = "--back", description = "Do not keep it, and go back now.")
    private boolean back;

    @Option(names = "--watch", paramLabel = "ID", hidden = true, description = "Wait for the end of a try.")
    private String watched = "";

    private final HostFiles host;
    private final Clock clock;
    /** For the way back by hand; while something is tried, a signal goes back, whatever was begun. */
    private final Begun begun;

    TryCommand(Surroundings surroundings) {
        super(surroundings);
        this.host = surroundings.files();
        this.clock = surroundings.clock();
        this.begun = surroundings.begun();
    }

    @Override
    int execute() {
        boolean about = confirm || back || !watched.isEmpty();
        if (!about) {
            requireNetworks();
            return tryOut();
        }
        if ((confirm && back) || !withoutNetworks()) {
            throw usage("--confirm and --back stand alone");
        }
        Trials trials = trials();
        if (!watched.isEmpty()) {
            return new TrialWatch(trials, applier(), state()).until(watched);
        }
        Trial open = Trials.open(state())
                .orElseThrow(() -> CommandException.failed(
                        "nothing is being tried: there is nothing to " + (confirm ? "confirm" : "go back from")));
        if (confirm) {
            return ended(trials.confirm(open.id()));
        }
        begun.changing();
        Trial ended = trials.goBack(open.id());
        telling().changed();
        ended.said().forEach(telling()::remark);
        note(ended, Became.WENT_BACK);
        return ExitCode.DONE;
    }

    private Trials trials() {
        return new Trials(state(), applier(), () -> Uptime.millis(host), HostAppliers.LOCK_DEADLINE);
    }

    private int tryOut() {
        Optional<RunningNetworks> running = all() ? Optional.of(running()) : Optional.empty();
        Optional<Given> given = all() ? Optional.empty() : Optional.of(given());
        running.ifPresent(this::refuseFailures);
        Trials trials = trials();
        String id = ProcessHandle.current().pid() + "-" + Uptime.millis(host);
        Trial open = trials.begin(id);
        if (!open.id().equals(id)) {
            throw CommandException.failed(TrialText.remark(open, trials.left(open)));
        }
        TrialWatch.goBackAtExit(trials, id);
        try {
            startWatcher(trials, id);
            running.ifPresent(networks -> {
                RunningNetworks.Applied applied = networks.apply(
                        change -> apply(applier(), trials.recorded(id, timeout, change)), clock.instant());
                tell(applied);
                conclude(applied);
            });
            given.ifPresent(networks -> {
                Result result = apply(applier(), trials.recorded(id, timeout, networks.change()));
                networks.networks().forEach(each -> tell(each, result));
            });
        } catch (RuntimeException e) {
            goBack(trials, id, e);
            telling().tookBack();
            throw e;
        }
        return decide(trials, id);
    }

    private static void goBack(Trials trials, String id, RuntimeException failure) {
        try {
            trials.goBack(id);
        } catch (ChangeException | StateException | KernelException e) {
            throw ChangeException.uncertain(failure, e);
        }
    }

    /** All of them or none: with some left out, nobody would know what was tried. */
    private void refuseFailures(RunningNetworks running) {
        RunningNetworks.Applied tried = running.apply(applier().dryRun()::of, clock.instant());
        if (!tried.failures().isEmpty()) {
            List<String> messages = Stream.concat(
                            tried.failures().values().stream(),
                            Stream.of("nothing was changed: 'virt-nft apply --all' applies the others"))
                    .toList();
            throw new CommandException(ExitCode.FAILED, messages);
        }
    }

    private void startWatcher(Trials trials, String id) {
        Path log = state().trialRecord().log();
        List<String> command = List.of(
                program(),
                "try",
                "--watch",
                id,
                "--state-dir",
                state().path().toAbsolutePath().toString());
        String failure = "the process that goes back could not be started, so nothing was changed: ";
        Process process;
        try {
            process = Detached.start(host, "virt-nft-try-" + id, command, log);
        } catch (ProgramException e) {
            throw CommandException.failed(failure + e.getMessage());
        }
        long end = System.nanoTime() + WATCHER_STARTS.toNanos();
        while (!trials.get(id).watched()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                process.destroy();
                throw CommandException.failed(failure + firstLine(log));
            }
            TrialWatch.pause();
        }
    }

    private static String firstLine(Path log) {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.findFirst().orElse("it said nothing").replaceFirst("^virt-nft: ", "");
        } catch (IOException e) {
            return "" + e.getMessage();
        }
    }

    private int decide(Trials trials, String id) {
        Trial tried = trials.get(id);
        if (tried.names().isEmpty()) {
            trials.confirm(id);
            telling().people().println("nothing was changed");
            return ExitCode.DONE;
        }
        String end = "goes back at " + TrialText.time(trials.left(tried));
        // The launcher knows; System.console() means something else from Java 22 on.
        boolean asked = Boolean.getBoolean("virtnft.terminal");
        CompletableFuture<Boolean> answer = asked ? ask() : new CompletableFuture<>();
        telling()
                .people()
                .println(
                        asked
                                ? "Enter keeps it (or 'virt-nft try --confirm' elsewhere); without, it " + end
                                : "'virt-nft try --confirm' keeps it; without, it " + end);
        while (true) {
            Trial now = trials.get(id);
            if (!now.phase().isOpen()) {
                return ended(now);
            }
            if (now.phase() == Trial.Phase.STUCK) {
                throw new CommandException(ExitCode.UNCERTAIN, List.of(TrialText.remark(now, trials.left(now))));
            }
            if (now.phase() == Trial.Phase.PENDING && answer.isDone()) {
                if (answer.join()) {
                    trials.confirm(id);
                } else {
                    trials.goBack(id);
                }
            } else if (trials.left(now).plus(GRACE).isNegative()) {
                trials.goBack(id);
            }
            TrialWatch.pause();
        }
    }

    /** Whether somebody confirms it: by an empty line, or what people answer to every question. */
    private static CompletableFuture<Boolean> ask() {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try {
                        // what was typed before the question is no answer to it
                        System.in.skip(System.in.available());
                        String line =
                                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
                        answer.complete(line != null && line.strip().matches("(?i)(y(es)?)?"));
                    } catch (IOException e) {
                        answer.complete(false); // the terminal is gone
                    }
                },
                "answer");
        reader.setDaemon(true);
        reader.start();
        return answer;
    }

    /** Says how it ended. */
    private int ended(Trial ended) {
        if (ended.phase() == Trial.Phase.CONFIRMED) {
            // whoever confirms what was applied by name takes it back from libvirt, to which it may have been left
            state().left()
                    .dropIf(left -> ended.made().values().stream()
                            .anyMatch(made -> made.source() == Source.LIBVIRT && made.isCalled(left.name())));
            telling().changed();
            telling().remark("confirmed: " + TrialText.networks(ended));
            note(ended, Became.CONFIRMED);
            return ExitCode.DONE;
        }
        telling().tookBack();
        telling().error("not confirmed, went back");
        ended.said().forEach(aside()::println);
        aside().flush();
        note(ended, Became.WENT_BACK);
        return ExitCode.FAILED;
    }

    private void note(Trial ended, Became became) {
        ended.names().forEach(name -> telling().note(NetworkOutcome.of(name, became)));
    }
}
