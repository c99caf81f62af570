package org.virtnft.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.virtnft.definitions.OwnerNetworks;
import org.virtnft.host.HookCopy;
import org.virtnft.host.HostFiles;
import org.virtnft.host.Program;
import org.virtnft.network.Printable;
import org.virtnft.report.NetworkOutcome;
import org.virtnft.report.NetworkOutcome.Became;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Source;
import org.virtnft.transaction.BridgeHolders;
import org.virtnft.transaction.Result;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code virt-nft disable}. */
@Command(
        name = "disable",
        description =
                "Removes libvirt's network hook and the rules of libvirt's networks; refuses while owner networks exist.")
final class DisableCommand extends Stateful {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Mixin
    private Confirmation confirmation = new Confirmation();

    @Mixin
    private HostsNetworks libvirt = new HostsNetworks();

    @Option(names = "--hook-only", description = "Leave the rules in the kernel.")
    private boolean hookOnly;

    @Mixin
    private Account account = new Account();

    private final HostFiles files;
    private final Begun begun;

    DisableCommand(Surroundings surroundings) {
        this.files = surroundings.files();
        this.begun = surroundings.begun();
    }

    @Override
    Optional<Account> account() {
        return Optional.of(account);
    }

    @Override
    int execute() {
        HookCopy hook = new HookCopy(files);
        HookCopy.Condition condition = condition(hook);
        if (condition == HookCopy.Condition.CHANGED) {
            throw CommandException.failed("not disabled, nothing was changed: " + files.hook()
                    + " was changed by somebody, and is kept: run 'rm " + files.hook() + "' first");
        }
        List<String> objections = OwnerNetworks.objections(libvirt.all(files), state().read());
        if (!objections.isEmpty()) {
            throw new CommandException(
                    ExitCode.FAILED,
                    objections.stream()
                            .map(why -> "not disabled, nothing was changed: " + why)
                            .toList());
        }
        PrintWriter people = account.people();
        people.println("This will");
        people.println(
                condition == HookCopy.Condition.ABSENT ? "  (there is no hook)" : "  remove the hook " + files.hook());
        if (Files.exists(files.unit())) {
            people.println("  have no rules at boot: systemctl disable virt-nft");
        }
        if (!hookOnly) {
            people.println("  take the rules of libvirt's networks out; libvirt's own rules remain");
        }
        if (!confirmation.given(people)) {
            return account.declined();
        }
        begun.changing();
        // First what may fail: it leaves everything as it was.
        if (!hookOnly) {
            takeOut();
        }
        remove(hook);
        account.changed();
        return ExitCode.DONE;
    }

    private static HookCopy.Condition condition(HookCopy hook) {
        try {
            return hook.condition();
        } catch (IOException e) {
            throw CommandException.failed("the hook cannot be read (run as root): " + e);
        }
    }

    private void remove(HookCopy hook) {
        try {
            hook.remove();
        } catch (IOException e) {
            throw CommandException.failed("the hook cannot be removed: " + e);
        }
        if (Files.exists(files.unit())) {
            Program.Ending ending = Program.run(
                    Files.isDirectory(files.systemd())
                            ? List.of("systemctl", "disable", "--now", "--quiet", "virt-nft.service")
                            : List.of("systemctl", "disable", "--quiet", "virt-nft.service"),
                    "",
                    PATIENCE);
            if (ending.status() != 0) {
                aside().println("virt-nft: the unit virt-nft.service stays enabled, and does nothing without the hook: "
                        + ending.output());
                aside().flush();
            }
        }
    }

    private void takeOut() {
        Result result = apply(applier(), before -> {
            BridgeHolders holders = BridgeHolders.of(before);
            holders.leave(network -> network.source() == Source.LIBVIRT);
            return holders.after();
        });
        for (AppliedNetwork gone : result.gone()) {
            account.tell(NetworkOutcome.of(gone, Became.REMOVED), Printable.printable(gone.name(), 128) + ": removed");
        }
    }
}
