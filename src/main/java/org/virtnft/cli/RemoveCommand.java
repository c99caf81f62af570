package org.virtnft.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.LibvirtException;
import org.virtnft.definitions.LibvirtFiles;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.enabling.Leaving;
import org.virtnft.host.HostFiles;
import org.virtnft.network.Printable;
import org.virtnft.report.LeftText;
import org.virtnft.report.NetworkOutcome;
import org.virtnft.report.NetworkOutcome.Became;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.LeftNetworks.Left;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;
import org.virtnft.transaction.BridgeHolders;
import org.virtnft.transaction.Result;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code virt-nft remove}. */
@Command(name = "remove", description = "Takes networks out of the kernel, all of them or none.")
final class RemoveCommand extends Stateful {

    @Parameters(
            paramLabel = "NETWORK",
            arity = "0..*",
            description = "A network that is applied, or a companion of libvirt's.")
    private List<String> names = List.of();

    @Option(names = "--all", description = "Every network, and with them the table.")
    private boolean all;

    @Mixin
    private Account account = new Account();

    private final HostFiles files;
    private final Begun begun;

    RemoveCommand(Surroundings surroundings) {
        this.files = surroundings.files();
        this.begun = surroundings.begun();
    }

    @Override
    Optional<Account> account() {
        return Optional.of(account);
    }

    @Override
    int execute() {
        if (all != names.isEmpty()) {
            throw usage("name networks, or say --all");
        }
        List<Left> left = all ? List.of() : leave();
        Set<String> marked =
                all ? Set.of() : state().left().all().stream().map(Left::name).collect(Collectors.toSet());
        Result result;
        try {
            result = apply(applier(begun), before -> without(before, marked));
        } catch (RuntimeException e) {
            left.forEach(each -> state().left().drop(each.uuid()));
            throw e;
        }
        for (AppliedNetwork gone : result.gone()) {
            String name = gone.source() == Source.UNKNOWN
                    ? "unknown " + gone.bridge()
                    : Printable.printable(gone.name(), 128);
            List<String> remarks = new ArrayList<>();
            if (gone.isOwner()) {
                remarks.add("nothing protects its guests now, for libvirt makes no rules for it");
            } else if (!all && gone.source() == Source.LIBVIRT && !marked.contains(gone.name())) {
                remarks.add("it comes back at its next start, for libvirt's files do not know it");
            }
            List<String> lines = new ArrayList<>(remarks);
            lines.add(0, "removed");
            lines.replaceAll(line -> name + ": " + line);
            account.tell(NetworkOutcome.of(gone, Became.REMOVED).saying(List.of(), remarks), lines);
        }
        for (Left each : left) {
            account.changed();
            account.tell(
                    NetworkOutcome.of(each.name(), Became.LEFT).because(each.why()),
                    LeftText.line(each.name(), each.why()));
        }
        return ExitCode.DONE;
    }

    /** @param marked the names of networks that are left, so that nothing of theirs need be there */
    private Snapshot without(Snapshot before, Set<String> marked) {
        List<String> unknown = new ArrayList<>();
        Set<String> applied =
                before.networks().values().stream().map(AppliedNetwork::word).collect(Collectors.toSet());
        for (String name : names) {
            if (!applied.contains(name) && !marked.contains(name)) {
                unknown.add(Printable.network(name) + " is not applied; 'virt-nft status' lists those that are");
            }
        }
        if (!unknown.isEmpty()) {
            throw CommandException.badInput(unknown);
        }
        BridgeHolders holders = BridgeHolders.of(before);
        Set<String> named = Set.copyOf(names);
        holders.leave(network -> all || named.contains(network.word()));
        return holders.after();
    }

    /** Marks those of libvirt's companions that were named, before the hook can meet them again; those that were not marked yet. */
    private List<Left> leave() {
        Map<String, AppliedNetwork> now = state().read().byName();
        List<Left> left = new ArrayList<>();
        for (LibvirtNetwork network : ofLibvirt()) {
            if (names.contains(network.name()) && isMeant(Optional.ofNullable(now.get(network.name())), network)) {
                Optional<String> uuid = Leaving.uuid(network);
                if (uuid.isPresent() && state().left().of(uuid).isEmpty()) {
                    left.add(new Left(uuid.get(), network.name(), "taken out by 'virt-nft remove'"));
                }
            }
        }
        left.forEach(state().left()::mark);
        return left;
    }

    /** Not a file's network, nor an owner, which nothing else protects; of the host's own state also one that is not applied now. */
    private boolean isMeant(Optional<AppliedNetwork> applied, LibvirtNetwork network) {
        return applied.map(found -> found.source() == Source.LIBVIRT && !found.isOwner())
                .orElseGet(
                        () -> state().isDefault() && DefinedNetwork.of(network).isCompanion());
    }

    private List<LibvirtNetwork> ofLibvirt() {
        try {
            return new LibvirtFiles(files.root()).all();
        } catch (LibvirtException e) {
            return List.of(); // what is applied goes all the same
        }
    }
}
