package org.virtnft.enabling;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.virtnft.definitions.DefinitionsException;
import org.virtnft.definitions.RunningNetworks;
import org.virtnft.host.Check;
import org.virtnft.host.HookCopy;
import org.virtnft.host.HostFiles;
import org.virtnft.host.LibvirtDaemon;
import org.virtnft.host.Program;
import org.virtnft.host.ProgramException;
import org.virtnft.kernel.KernelException;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.Printable;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;
import org.virtnft.state.StateDirectory;
import org.virtnft.state.StateException;
import org.virtnft.transaction.BridgeHolders;
import org.virtnft.transaction.BridgeHolders.Claimant;
import org.virtnft.transaction.Change;
import org.virtnft.transaction.ChangeException;
import org.virtnft.transaction.Result;

/** The steps of {@code enable}, and the way back from whichever fails. */
public final class Enabling {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HostFiles files;
    private final StateDirectory state;
    private final Supplier<RunningNetworks.Applied> applyRunning;
    private final Function<Change, Result> apply;
    private final boolean fresh;
    private final Consumer<String> progress;

    /**
     * @param applyRunning applies the networks that run when it is called
     * @param apply makes a change
     * @param fresh whether there is no hook yet
     * @param progress told what goes on, where that takes its time
     */
    public Enabling(
            HostFiles files,
            StateDirectory state,
            Supplier<RunningNetworks.Applied> applyRunning,
            Function<Change, Result> apply,
            boolean fresh,
            Consumer<String> progress) {
        this.files = files;
        this.state = state;
        this.applyRunning = applyRunning;
        this.apply = apply;
        this.fresh = fresh;
        this.progress = progress;
    }

    /** What would become of the networks that run: an owner network that would be cut off is a reason not to begin. */
    public static List<Check> checks(RunningNetworks.Applied tried) {
        List<Check> checks = new ArrayList<>();
        for (Map.Entry<String, String> failure : tried.failures().entrySet()) {
            boolean blocked = tried.blocked(failure.getKey());
            checks.add(new Check(
                    blocked ? Check.Result.FAILED : Check.Result.NOTE,
                    failure.getValue()
                            + (blocked
                                    ? "; its guests would be cut off: mend it, or leave running networks as they are by --hook-only"
                                    : "; it would be left to libvirt's rules")));
        }
        if (tried.failures().isEmpty()) {
            checks.add(new Check(
                    Check.Result.GOOD,
                    "running networks, tried without changing anything: "
                            + tried.active().size()));
        }
        boolean companions = tried.complete().stream()
                .anyMatch(each -> each.reading().network().orElse(null) instanceof VirtualNetwork network
                        && network.shape() == Shape.COMPANION);
        if (companions) {
            checks.add(new Check(
                    Check.Result.NOTE,
                    "guests of different nat and isolated networks do not reach each other in our rules either: who removed"
                            + " libvirt's reject rules to allow it must keep that in mind"));
        }
        return checks;
    }

    /** Running networks stay as they are. */
    public void hookOnly(Optional<LibvirtDaemon> reloaded, int networks) {
        try {
            putHook(reloaded, networks);
            enableUnit();
        } catch (ProgramException | StateException e) {
            takeBack(e);
            throw notEnabled(e, List.of());
        }
    }

    /**
     * First the rules: libvirt takes its own away while it makes them anew, and companions' packets would be refused, or leave
     * untranslated. Once more at the end: what started or stopped before libvirt had seen the hook did so without it.
     */
    public RunningNetworks.Applied withRules(Optional<LibvirtDaemon> reloaded) {
        Snapshot stored = state.read();
        RunningNetworks.Applied first = applyRunning.get();
        RunningNetworks.Applied applied;
        try {
            putHook(reloaded, first.active().size());
            applied = applyRunning.get();
            enableUnit();
        } catch (ProgramException | DefinitionsException | ChangeException | StateException | KernelException e) {
            takeBack(e);
            throw notEnabled(e, protectedSince(stored, goBack(first.result(), e)));
        }
        return applied;
    }

    private static EnablingException notEnabled(RuntimeException why, List<String> stay) {
        String kept = stay.isEmpty()
                ? ""
                : " (but the rules of " + String.join(", ", stay) + " stay: nothing else protects its guests)";
        return new EnablingException("not enabled, all is as it was before" + kept + ": " + why.getMessage(), why);
    }

    /** Owner networks that ran without a record of what is applied: whoever changes something protects them, as where one was lost. */
    private static List<String> protectedSince(Snapshot stored, Snapshot now) {
        return now.networks().values().stream()
                .filter(network -> !stored.networks().containsKey(network.bridge()))
                .map(network -> Printable.printable(network.name(), 128))
                .toList();
    }

    private void putHook(Optional<LibvirtDaemon> reloaded, int networks) {
        try {
            new HookCopy(files).put();
        } catch (IOException e) {
            throw new ProgramException("the hook cannot be put: " + e, e);
        }
        if (Files.exists(files.selinux()) && Files.isExecutable(files.restorecon())) {
            // A file's label comes from the folder that it was made in, which is not the hook's.
            run(List.of(files.restorecon().toString(), "-RF", files.hookFolder().toString()));
        }
        reloaded.ifPresent(daemon -> {
            progress.accept("libvirt reloads");
            daemon.reload(files, networks);
        });
        // libvirt has seen the hook, or will at its start: status need not warn until it has run.
        state.hookMark().touch();
    }

    /** The unit has nothing left to do, and counts as active. */
    public void startUnit() {
        if (Files.exists(files.unit()) && Files.isDirectory(files.systemd())) {
            run(List.of("systemctl", "start", "virt-nft.service"));
        }
    }

    private void enableUnit() {
        if (Files.exists(files.unit())) {
            run(List.of("systemctl", "enable", "--quiet", "virt-nft.service"));
        }
    }

    private static void run(List<String> command) {
        Program.runOrFail(command, PATIENCE);
    }

    /** What libvirt noted of a hook that is gone again does no harm: it looks for one at each operation, and finds none. */
    private void takeBack(RuntimeException why) {
        if (!fresh) {
            return;
        }
        try {
            new HookCopy(files).remove();
        } catch (IOException e) {
            throw ChangeException.uncertain(why, e);
        }
    }

    /** Takes out what was applied here; what a hook has done since is newer. Returns what is applied then. */
    private Snapshot goBack(Result applied, RuntimeException why) {
        try {
            Result back = apply.apply(now -> {
                BridgeHolders holders = BridgeHolders.of(now);
                List<AppliedNetwork> former = new ArrayList<>();
                for (InterfaceName bridge : applied.changed()) {
                    Optional<AppliedNetwork> ours =
                            Optional.ofNullable(applied.after().networks().get(bridge));
                    if (holders.holder(bridge).equals(ours)) {
                        holders.leave(bridge);
                        Optional.ofNullable(applied.before().networks().get(bridge))
                                .ifPresent(former::add);
                    }
                }
                former.forEach(each -> holders.take(each, Claimant.EARLIER));
                return holders.after();
            });
            return back.after();
        } catch (ChangeException | StateException | KernelException e) {
            throw ChangeException.uncertain(why, e);
        }
    }
}
