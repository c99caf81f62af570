package org.virtnft.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.DefinitionsException;
import org.virtnft.definitions.LibvirtException;
import org.virtnft.definitions.LibvirtFiles;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.definitions.RunningNetworks;
import org.virtnft.doctor.Doctor;
import org.virtnft.doctor.Finding;
import org.virtnft.doctor.HostFacts;
import org.virtnft.enabling.Enabling;
import org.virtnft.enabling.EnablingException;
import org.virtnft.enabling.Leaving;
import org.virtnft.enabling.Leaving.Candidate;
import org.virtnft.host.Check;
import org.virtnft.host.HookChecks;
import org.virtnft.host.HookCopy;
import org.virtnft.host.HostFiles;
import org.virtnft.host.KnownHooks;
import org.virtnft.host.LibvirtDaemon;
import org.virtnft.kernel.NetworkNamespace;
import org.virtnft.network.Printable;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.report.LeftText;
import org.virtnft.report.NetworkOutcome;
import org.virtnft.report.NetworkOutcome.Became;
import org.virtnft.state.Snapshot;
import org.virtnft.transaction.ChangeException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code virt-nft enable}. */
@Command(
        name = "enable",
        description =
                "Puts libvirt's network hook in its place, after checking that it works, and applies running networks.")
final class EnableCommand extends Stateful {

    @Mixin
    private Confirmation confirmation = new Confirmation();

    @Mixin
    private HostsNetworks libvirt = new HostsNetworks();

    @Option(names = "--hook-only", description = "Leave running networks as they are until their next start.")
    private boolean hookOnly;

    @Option(names = "--check", description = "Check only, and change nothing.")
    private boolean checkOnly;

    @Option(
            names = "--force",
            description =
                    "Take all networks under our rules, those too whose guests would lose what rules of others let pass.")
    private boolean force;

    @Mixin
    private Account account = new Account();

    private final HostFiles files;
    private final Clock clock;
    private final Begun begun;
    private final Progress progress;

    EnableCommand(Surroundings surroundings) {
        this.files = surroundings.files();
        this.clock = surroundings.clock();
        this.begun = surroundings.begun();
        this.progress = surroundings.progress();
    }

    @Override
    Optional<Account> account() {
        return Optional.of(account);
    }

    @Override
    int execute() {
        List<LibvirtNetwork> defined = libvirt.all(files);
        List<Candidate> candidates = force ? List.of() : Leaving.candidates(defined, state(), files);
        RunningNetworks running = running(candidates);
        List<Check> checks = new ArrayList<>(new HookChecks(files).all());
        if (failed(checks).isEmpty() && !hookOnly) {
            RunningNetworks.Applied tried = progress.during(
                    "tries the running networks", () -> running.apply(applier().dryRun()::of, clock.instant()));
            checks.addAll(Enabling.checks(tried));
            if (checkOnly) {
                note(tried, state().read());
                NetworkOutcome.notApplied(tried).forEach(account::note);
            }
        }
        checks.forEach(this::show);
        showWhoDrops(running);
        candidates.forEach(this::show);
        List<Check> failed = failed(checks);
        if (!failed.isEmpty()) {
            throw new CommandException(
                    ExitCode.FAILED,
                    failed.stream()
                            .map(check -> "not enabled, nothing was changed: " + check.text())
                            .toList());
        }
        if (checkOnly) {
            account.onlyTries();
            account.remark(
                    isEnabled()
                            ? "it is enabled"
                            : "it does nothing yet, and nothing stands in the way: run 'virt-nft enable'");
            return ExitCode.DONE;
        }
        Optional<LibvirtDaemon> daemon = LibvirtDaemon.running(files);
        // Only where libvirt would not run the hook otherwise: a reload takes its rules away for a while, and starts
        // networks.
        Optional<LibvirtDaemon> reloaded = daemon.filter(found ->
                !new KnownHooks(files).foundBy(found, state().hookMark().seen()));
        announce(running, daemon, reloaded, candidates);
        if (!confirmation.given(account.people())) {
            return account.declined();
        }
        begun.changing();
        boolean fresh = !isEnabled();
        Enabling enabling = new Enabling(
                files, state(), this::applyRunning, change -> apply(applier(), change), fresh, progress::now);
        // first, for with the hook in force networks start by our rules
        mark(candidates);
        Leaving.forgetUndefined(state().left(), defined);
        try {
            return progress.during(
                    "enables the hook",
                    () -> enable(enabling, reloaded, running.networks().size(), fresh));
        } catch (EnablingException | DefinitionsException | ChangeException e) {
            candidates.forEach(candidate -> state().left().drop(candidate.left().uuid()));
            account.tookBack();
            throw e;
        }
    }

    private int enable(Enabling enabling, Optional<LibvirtDaemon> reloaded, int networks, boolean fresh) {
        if (!hookOnly) {
            Snapshot before = state().read();
            RunningNetworks.Applied applied = enabling.withRules(reloaded);
            account.changed();
            int status = tell(applied, before);
            enabling.startUnit();
            return status;
        }
        enabling.hookOnly(reloaded, networks);
        account.changed();
        // the record tells a state in which nothing is applied from one that was lost; this may be the first to begin
        // it
        if (!fresh || !state().begin(NetworkNamespace.current())) {
            apply(applier(), before -> before);
        }
        return ExitCode.DONE;
    }

    private RunningNetworks.Applied applyRunning() {
        return progress.during(
                "applies the running networks",
                () -> running(List.of()).apply(change -> apply(applier(), change), clock.instant()));
    }

    /** @param candidates those that will be left */
    private RunningNetworks running(List<Candidate> candidates) {
        Map<String, String> why = new HashMap<>();
        if (!force) {
            state().left().all().forEach(left -> why.put(left.uuid(), left.why()));
            candidates.forEach(each -> why.put(each.left().uuid(), each.left().why()));
        }
        return libvirt.running(files, clock.instant())
                .leaving(each -> each.reading().uuid().map(why::get));
    }

    private void mark(List<Candidate> candidates) {
        if (force) {
            state().left().dropIf(left -> true);
        }
        candidates.forEach(candidate -> state().left().mark(candidate.left()));
    }

    private static List<Check> failed(List<Check> checks) {
        return checks.stream()
                .filter(check -> check.result() == Check.Result.FAILED)
                .toList();
    }

    private void show(Check check) {
        String sign = switch (check.result()) {
            case GOOD -> "ok      ";
            case NOTE -> "note    ";
            case FAILED -> "FAILED  ";
        };
        account.check(check, sign + check.text());
    }

    private boolean isEnabled() {
        try {
            return new HookCopy(files).condition() != HookCopy.Condition.ABSENT;
        } catch (IOException e) {
            return false;
        }
    }

    /** Others' rules do not speak against ours; but who enables these will look here first when guests have no network. */
    private void showWhoDrops(RunningNetworks running) {
        List<VirtualNetwork> networks = new ArrayList<>();
        for (DefinedNetwork each : running.networks()) {
            if (each.reading().network().orElse(null) instanceof VirtualNetwork network) {
                networks.add(network);
            }
        }
        new Doctor(new HostFacts(files).gather())
                .examine(networks).stream()
                        .filter(finding -> finding.severity() == Finding.Severity.PROBLEM)
                        .forEach(finding -> {
                            account.note(finding);
                            FindingText.lines(finding).forEach(account::say);
                        });
    }

    private void show(Candidate candidate) {
        candidate.losses().forEach(account::note);
        account.tell(
                NetworkOutcome.of(candidate.left().name(), Became.LEFT)
                        .because(candidate.left().why()),
                FindingText.lines(candidate));
    }

    private void announce(
            RunningNetworks running,
            Optional<LibvirtDaemon> daemon,
            Optional<LibvirtDaemon> reloaded,
            List<Candidate> candidates) {
        List<String> names = running.networks().stream()
                .filter(each -> !running.isLeft(each))
                .map(each -> printable(each.name()))
                .toList();
        PrintWriter people = account.people();
        people.println("This will");
        people.println("  put the hook " + files.hook());
        if (reloaded.isPresent()) {
            people.println(
                    "  make libvirt see it: " + String.join(" ", reloaded.get().reloadCommand(files)));
            if (hookOnly && !names.isEmpty()) {
                people.println(
                        "  (libvirt makes its own rules anew then: packets of guests may be refused, or leave untranslated,"
                                + " for about half a second a network; not so without --hook-only)");
            }
            List<String> stopped = stoppedAutostart();
            if (!stopped.isEmpty()) {
                people.println("  start these, because libvirt starts autostart networks at a reload: "
                        + String.join(", ", stopped));
            }
        } else {
            people.println(
                    daemon.isPresent()
                            ? "  (libvirt runs hooks of networks already, and need not be reloaded)"
                            : "  (libvirt's daemon does not run, and will see it when it starts)");
        }
        if (hasUnit()) {
            people.println("  have the rules at boot: systemctl enable virt-nft");
        }
        List<String> left = Stream.concat(
                        candidates.stream().map(Candidate::left),
                        force ? Stream.empty() : state().left().all().stream())
                .map(each -> Printable.printable(each.name(), 128))
                .toList();
        if (!left.isEmpty()) {
            people.println("  leave to libvirt's own rules: " + String.join(", ", left));
        }
        if (!hookOnly) {
            people.println("  apply the running networks: " + (names.isEmpty() ? "none" : String.join(", ", names)));
        }
    }

    private List<String> stoppedAutostart() {
        try {
            return new LibvirtFiles(files.root())
                    .stoppedAutostart().stream().map(EnableCommand::printable).toList();
        } catch (LibvirtException e) {
            throw CommandException.failed("" + e.getMessage());
        }
    }

    private static String printable(String name) {
        return Printable.printable(name, 128);
    }

    private boolean hasUnit() {
        return Files.exists(files.unit());
    }

    private void note(RunningNetworks.Applied applied, Snapshot before) {
        for (DefinedNetwork each : applied.complete()) {
            account.note(NetworkOutcome.of(each, before, applied.result().after()));
        }
        for (DefinedNetwork each : applied.active()) {
            Optional.ofNullable(applied.left().get(each.given()))
                    .ifPresent(why ->
                            account.note(NetworkOutcome.of(each, Became.LEFT).because(why)));
        }
    }

    private int tell(RunningNetworks.Applied applied, Snapshot before) {
        note(applied, before);
        state().failedStarts()
                .clear(applied.complete().stream().map(DefinedNetwork::name).toList());
        for (DefinedNetwork each : applied.complete()) {
            account.say(printable(each.name()) + ": applied");
        }
        applied.left().forEach((given, why) -> account.say(LeftText.line(given, why)));
        return conclude(applied);
    }
}
