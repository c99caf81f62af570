package org.virtnft.report;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.HostDoubts;
import org.virtnft.host.HookCopy;
import org.virtnft.host.HostFiles;
import org.virtnft.host.Uptime;
import org.virtnft.kernel.Interfaces;
import org.virtnft.kernel.NetworkNamespace;
import org.virtnft.network.Printable;
import org.virtnft.report.NetworkStatus.State;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.FailedStart;
import org.virtnft.state.LeftNetworks.Left;
import org.virtnft.state.Meanwhile;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;
import org.virtnft.state.StateDirectory;
import org.virtnft.transaction.Applier;
import org.virtnft.transaction.Observation;
import org.virtnft.transaction.Restoration;
import org.virtnft.transaction.Trials;

/** Finds out how a host's networks are: by the state, the kernel, libvirt, and where the hook lies. */
public final class HostStatus {

    private final HostFiles files;
    private final StateDirectory state;
    private final Overview overview;
    private final List<DefinedNetwork> running;
    private final Supplier<List<String>> shared;

    /** @param shared the addresses that networks of the state share */
    private HostStatus(
            HostFiles files,
            StateDirectory state,
            Overview overview,
            List<DefinedNetwork> running,
            Supplier<List<String>> shared) {
        this.files = files;
        this.state = state;
        this.overview = overview;
        this.running = running;
        this.shared = shared;
    }

    /**
     * Looks, and changes nothing.
     *
     * @param reading what the state says, which is being read
     * @param running what libvirt runs, which is being found out
     */
    public static HostStatus of(
            HostFiles files,
            StateDirectory state,
            Supplier<Snapshot> reading,
            Supplier<List<DefinedNetwork>> running,
            Supplier<Applier> applier) {
        Supplier<List<String>> shared = Meanwhile.begin(
                () -> HostDoubts.remarks(reading.get().networks().values()));
        return new HostStatus(files, state, Overview.of(state, reading, applier), running.get(), shared);
    }

    /** Those that are applied, that failed, that are left, or that run. */
    public List<NetworkStatus> networks() {
        return overview.beside(running, state.left());
    }

    /**
     * What there is to say of the host, and of some of its networks.
     *
     * @throws IOException when the hook cannot be read
     */
    public Status about(List<NetworkStatus> networks) throws IOException {
        HookCopy.Condition hook = new HookCopy(files).condition();
        List<String> faults = faults(networks, hook);
        List<String> notes = notes(hook);
        notes.addAll(leftBehind());
        notes.addAll(marks(networks));
        return new Status(networks, faults, notes, !overview.trouble().isEmpty());
    }

    private List<String> marks(List<NetworkStatus> networks) {
        Map<String, List<Left>> marks = state.left().all().stream().collect(Collectors.groupingBy(Left::name));
        return networks.stream()
                .filter(network -> network.state() == State.LEFT)
                .flatMap(network -> marks.getOrDefault(network.name(), List.of()).stream())
                .map(left -> LeftText.line(left.name(), left.why()))
                .toList();
    }

    /** What is not as it should be, beside what the networks' own lines say. */
    private List<String> faults(List<NetworkStatus> networks, HookCopy.Condition hook) {
        List<String> faults = new ArrayList<>();
        if (!overview.trouble().isEmpty()) {
            faults.add(overview.trouble());
        }
        overview.kernel().ifPresent(kernel -> faults.addAll(inKernel(kernel, networks)));
        for (NetworkStatus network : networks) {
            if (network.state() == State.NOT_APPLIED && !network.isInOrder()) {
                faults.add(Printable.printable(network.name(), 128)
                        + ": nothing protects its guests, for it runs without our rules: run 'virt-nft apply --all'");
            }
        }
        state.journal()
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
        HookInForce inForce = new HookInForce(files, state);
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
                    faults.add(Printable.printable(network.name(), 128)
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
            faults.add("the state in " + state.path()
                    + " does not say all that was applied, or nothing was: 'virt-nft apply --all' makes it anew");
        }
        faults.addAll(kernel.remarks());
        return faults;
    }

    /** What else is worth knowing. */
    private List<String> notes(HookCopy.Condition hook) {
        List<String> notes = new ArrayList<>();
        Trials.open(state)
                .ifPresent(trial ->
                        notes.add(TrialText.remark(trial, Duration.ofMillis(trial.until() - Uptime.millis(files)))));
        for (AppliedNetwork network : overview.snapshot().networks().values()) {
            network.blocked().ifPresent(reason -> notes.add("blocked: " + reason));
            notes.addAll(network.warnings());
            if (network.needsDhcpRepair()) {
                state.checksumFailures().of(network.bridge()).ifPresent(notes::add);
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
        running.stream()
                .map(DefinedNetwork::loss)
                .filter(loss -> !loss.isEmpty())
                .forEach(notes::add);
        for (DefinedNetwork each : running) {
            String remark = each.next().remark();
            if (!remark.isEmpty()) {
                notes.add(each.next().faulty() ? remark : Printable.printable(each.name(), 128) + ": " + remark);
            }
        }
        boolean stateSaysAll =
                overview.kernel().filter(kernel -> !kernel.remarks().isEmpty()).isEmpty();
        notes.addAll(
                stateSaysAll
                        ? shared.get()
                        : HostDoubts.remarks(overview.snapshot().networks().values()));
        for (FailedStart failed : state.failedStarts().all()) {
            notes.add("failed: " + failed.message());
        }
        return notes;
    }

    /** Why the bridge of a network of libvirt's is missing: often no hook comes after a start that failed (9.0.0 to 11.3). */
    private List<String> leftBehind() {
        Set<String> names = running.stream().map(DefinedNetwork::name).collect(Collectors.toSet());
        return overview.networks().stream()
                .filter(network -> network.state() == State.APPLIED
                        && network.source().equals(Source.LIBVIRT.word())
                        && network.link().equals(Optional.of(Interfaces.Condition.MISSING))
                        && !names.contains(network.name()))
                .map(network -> Printable.printable(network.name(), 128)
                        + ": it is applied and does not run, for its start failed"
                        + " after our hook, or it left without a word: 'virt-nft apply --all' takes it out")
                .toList();
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
}
