package org.virtnft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.virtnft.definitions.Definitions;
import org.virtnft.definitions.DefinitionsException;
import org.virtnft.definitions.HostDoubts;
import org.virtnft.definitions.LibvirtFiles;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.definitions.Named;
import org.virtnft.definitions.Readings;
import org.virtnft.host.HookCopy;
import org.virtnft.host.HostFiles;
import org.virtnft.host.Uptime;
import org.virtnft.kernel.Interfaces;
import org.virtnft.kernel.NetworkNamespace;
import org.virtnft.network.Words;
import org.virtnft.report.HookInForce;
import org.virtnft.report.NetworkStatus;
import org.virtnft.report.NetworkStatus.State;
import org.virtnft.report.Overview;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.FailedStart;
import org.virtnft.state.LeftNetworks.Left;
import org.virtnft.state.Meanwhile;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;
import org.virtnft.state.StateException;
import org.virtnft.transaction.Observation;
import org.virtnft.transaction.Restoration;
import org.virtnft.transaction.Trials;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code virt-nft status}. */
@Command(
        name = "status",
        description =
                "Shows which networks are applied, their traffic, what was refused, and whether the kernel agrees.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all is as it should be",
            "1:something is down, blocked, failed or not as applied, or the hook is not in force",
            "2:it could not be found out, or bad usage"
        })
final class StatusCommand extends AskingLibvirt {

    private final HostFiles files = HostFiles.REAL;

    @Parameters(paramLabel = "NETWORK", arity = "0..*", description = "Show these only.")
    private List<String> names = List.of();

    @Option(names = "--json", description = "For programs.")
    private boolean json;

    private final Clock clock = Clock.system(ZoneId.systemDefault());

    @Override
    int execute() {
        Supplier<Snapshot> reading = state().reading();
        Supplier<List<Named>> named = Meanwhile.begin(() -> Named.all(running(), Readings.of(reading.get())));
        Supplier<List<String>> shared = Meanwhile.begin(
                () -> HostDoubts.remarks(reading.get().networks().values()));
        Overview overview;
        List<Named> running;
        try {
            overview = Overview.of(state(), reading, this::applier);
            running = named.get();
        } catch (DefinitionsException e) {
            throw new CommandException(ExitCode.UNKNOWN, e.messages());
        } catch (StateException e) {
            throw new CommandException(ExitCode.UNKNOWN, List.of("" + e.getMessage()));
        }
        List<NetworkStatus> networks = overview.beside(running, state().left());
        for (String name : names) {
            if (networks.stream().noneMatch(network -> network.isCalled(name))) {
                throw CommandException.badInput(Words.network(name)
                        + " is neither applied nor running; 'virt-nft status' lists those that are");
            }
        }
        if (!names.isEmpty()) {
            networks.removeIf(network -> names.stream().noneMatch(network::isCalled));
        }
        HookCopy.Condition hook = hook();
        List<String> faults = faults(overview, networks, hook);
        List<String> remarks = new ArrayList<>(faults);
        remarks.addAll(notes(overview, running, hook, shared));
        remarks.addAll(leftBehind(overview.networks(), running));
        remarks.addAll(marks(networks));
        if (json) {
            out().println(Json.status(networks, remarks));
        } else {
            print(networks, remarks);
        }
        if (!overview.trouble().isEmpty()) {
            return ExitCode.UNKNOWN;
        }
        return faults.isEmpty() && networks.stream().allMatch(NetworkStatus::isInOrder)
                ? ExitCode.DONE
                : ExitCode.FAILED;
    }

    private List<String> marks(List<NetworkStatus> networks) {
        Map<String, List<Left>> marks = state().left().all().stream().collect(Collectors.groupingBy(Left::name));
        return networks.stream()
                .filter(network -> network.state() == State.LEFT)
                .flatMap(network -> marks.getOrDefault(network.name(), List.of()).stream())
                .map(left -> Leaving.line(left.name(), left.why()))
                .toList();
    }

    /** Those that libvirt runs; by its files where it does not answer, unless the state is another one's than the hook's. */
    private List<LibvirtNetwork> running() {
        Optional<List<LibvirtNetwork>> answer = definitions().activeIfLibvirtAnswers();
        return answer.isEmpty() && state().isDefault()
                ? Definitions.activeByFiles(new LibvirtFiles(files.root()))
                : answer.orElse(List.of());
    }

    /** What is not as it should be, beside what the networks' own lines say. */
    private List<String> faults(Overview overview, List<NetworkStatus> networks, HookCopy.Condition hook) {
        List<String> faults = new ArrayList<>();
        if (!overview.trouble().isEmpty()) {
            faults.add(overview.trouble());
        }
        overview.kernel().ifPresent(kernel -> faults.addAll(inKernel(kernel, networks)));
        for (NetworkStatus network : networks) {
            if (network.state() == State.NOT_APPLIED && !network.isInOrder()) {
                faults.add(Words.printable(network.name(), 128)
                        + ": nothing protects its guests, for it runs without our rules: run 'virt-nft apply --all'");
            }
        }
        state().journal()
                .pendingIn()
                .ifPresent(namespace -> faults.add(
                        namespace.equals(NetworkNamespace.current())
                                ? "a change was interrupted: the next command goes back to what was before it"
                                : "a change was interrupted in another network namespace (" + namespace
                                        + "): the next command there goes back to what was before it"));
        if (Files.exists(files.unfinishedReshaping())) {
            faults.add(
                    "an adopt or release is under way, or was interrupted: 'virt-nft apply --all' takes it back then");
        }
        hookFault(hook).ifPresent(faults::add);
        HookInForce inForce = new HookInForce(files, state());
        inForce.openToOthers().ifPresent(faults::add);
        if (inForce.notSeen()) {
            faults.add("the hook is younger than libvirt's daemon, which may not run it: run 'virt-nft enable'");
        }
        return faults;
    }

    private List<String> inKernel(Observation kernel, List<NetworkStatus> networks) {
        List<String> faults = new ArrayList<>();
        if (!kernel.rulesInForce()) {
            faults.add("the kernel's table is not the one that was applied: run 'virt-nft apply --all'");
        } else if (!kernel.inForce()) {
            for (NetworkStatus network : networks) {
                if (network.state() == State.NOT_AS_APPLIED) {
                    faults.add(Words.printable(network.name(), 128)
                            + ": its elements in the kernel are not those that were applied ('virt-nft diff' shows them):"
                            + " run 'virt-nft apply --all'");
                }
            }
            if (kernel.strays() > 0) {
                faults.add("the kernel's table holds elements of no network ('virt-nft diff' shows them):"
                        + " 'virt-nft apply --all' takes them out");
            }
        }
        if (kernel.applied().isIncomplete() && !kernel.remarks().isEmpty()) {
            faults.add("the state in " + state().path()
                    + " does not say all that was applied, or nothing was: 'virt-nft apply --all' makes it anew");
        }
        faults.addAll(kernel.remarks());
        return faults;
    }

    /**
     * What else is worth knowing.
     *
     * @param shared the addresses that networks of the state share
     */
    private List<String> notes(
            Overview overview, List<Named> running, HookCopy.Condition hook, Supplier<List<String>> shared) {
        List<String> notes = new ArrayList<>();
        Trials.open(state())
                .ifPresent(trial ->
                        notes.add(TrialText.remark(trial, Duration.ofMillis(trial.until() - Uptime.millis(files)))));
        for (AppliedNetwork network : overview.snapshot().networks().values()) {
            network.blocked().ifPresent(reason -> notes.add("blocked: " + reason));
            notes.addAll(network.warnings());
            if (network.needsDhcpRepair()) {
                state().checksumFailures().of(network.bridge()).ifPresent(notes::add);
            }
            boolean told = overview.kernel()
                    .filter(kernel -> !overview.stored().networks().containsKey(network.bridge()))
                    .isPresent();
            if (network.source() == Source.UNKNOWN && !told) {
                notes.add(Restoration.remark(network));
            }
        }
        if (hook == HookCopy.Condition.OUTDATED) {
            notes.add("the hook " + files.hook() + " is another version's: run 'virt-nft enable'");
        }
        running.stream().map(Named::loss).filter(loss -> !loss.isEmpty()).forEach(notes::add);
        for (Named each : running) {
            String remark = each.next().remark();
            if (!remark.isEmpty()) {
                notes.add(each.next().faulty() ? remark : Words.printable(each.name(), 128) + ": " + remark);
            }
        }
        boolean stateSaysAll =
                overview.kernel().filter(kernel -> !kernel.remarks().isEmpty()).isEmpty();
        notes.addAll(
                stateSaysAll
                        ? shared.get()
                        : HostDoubts.remarks(overview.snapshot().networks().values()));
        for (FailedStart failed : state().failedStarts().all()) {
            notes.add("failed: " + failed.message());
        }
        return notes;
    }

    /** Why the bridge of a network of libvirt's is missing: often no hook comes after a start that failed (9.0.0 to 11.3). */
    private static List<String> leftBehind(List<NetworkStatus> networks, List<Named> running) {
        Set<String> names = running.stream().map(Named::name).collect(Collectors.toSet());
        return networks.stream()
                .filter(network -> network.state() == State.APPLIED
                        && network.source().equals(Source.LIBVIRT.word())
                        && network.link().equals(Optional.of(Interfaces.Condition.MISSING))
                        && !names.contains(network.name()))
                .map(network ->
                        Words.printable(network.name(), 128) + ": it is applied and does not run, for its start failed"
                                + " after our hook, or it left without a word: 'virt-nft apply --all' takes it out")
                .toList();
    }

    private HookCopy.Condition hook() {
        try {
            return new HookCopy(files).condition();
        } catch (IOException e) {
            throw new CommandException(ExitCode.UNKNOWN, List.of("the hook cannot be read: " + e.getMessage()));
        }
    }

    private Optional<String> hookFault(HookCopy.Condition hook) {
        return switch (hook) {
            case ABSENT ->
                Files.exists(files.shippedHook())
                        ? Optional.of(
                                "the hook is not there, so networks get no rules when they start: run 'virt-nft enable'")
                        : Optional.empty();
            case CURRENT, OUTDATED -> Optional.empty();
            case CHANGED ->
                Optional.of("the hook " + files.hook()
                        + " was changed by somebody (its text, or not executable, or a link), and is kept; the shipped one is "
                        + files.shippedHook());
        };
    }

    private void print(List<NetworkStatus> networks, List<String> remarks) {
        if (networks.isEmpty()) {
            out().println("no network is applied");
        } else {
            // the launcher knows where the output goes, and whether colour is wanted there
            boolean colour = Boolean.getBoolean("virtnft.colour");
            int width = Integer.getInteger("virtnft.columns", StatusTable.ANY_WIDTH);
            List<String> lines = new StatusTable(clock.instant(), clock.getZone(), colour, width).lines(networks);
            out().println(String.join("\n", lines));
        }
        remarks.forEach(out()::println);
    }
}
