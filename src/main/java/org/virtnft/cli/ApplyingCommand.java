package org.virtnft.cli;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.Definitions;
import org.virtnft.definitions.HostDoubts;
import org.virtnft.definitions.LibvirtFiles;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.definitions.Readings;
import org.virtnft.definitions.RunningNetworks;
import org.virtnft.host.HostFiles;
import org.virtnft.kernel.Interfaces;
import org.virtnft.network.Claims.Claim;
import org.virtnft.network.NetworkDefinition;
import org.virtnft.network.Printable;
import org.virtnft.network.RulelessNetwork;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.report.LeftText;
import org.virtnft.report.NetworkOutcome;
import org.virtnft.report.NetworkOutcome.Became;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.LeftNetworks.Left;
import org.virtnft.state.Meanwhile;
import org.virtnft.state.Source;
import org.virtnft.transaction.BridgeHolders;
import org.virtnft.transaction.BridgeHolders.Claimant;
import org.virtnft.transaction.Change;
import org.virtnft.transaction.Result;
import org.virtnft.xml.Problem;
import org.virtnft.xml.Reading;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that applies networks: given by name or file, or all that run. */
abstract class ApplyingCommand extends AskingLibvirt {

    @Parameters(paramLabel = "NETWORK", arity = "0..*", description = "A running network of libvirt's.")
    private List<String> names = List.of();

    @Mixin
    private GivenFiles files = new GivenFiles();

    @Option(
            names = "--all",
            description =
                    "Every running network of libvirt's; those that are not running any more go, those from files stay.")
    private boolean all;

    @Option(
            names = "--no-libvirt",
            description =
                    "With --all: read which networks run in libvirt's files, for when its daemon does not answer.")
    private boolean noLibvirt;

    @Mixin
    private Account account = new Account();

    private final HostFiles hostFiles;
    private final Clock clock;
    private final HostDoubts host = new HostDoubts(name -> new Interfaces().exists(name));

    ApplyingCommand(Surroundings surroundings) {
        this.hostFiles = surroundings.files();
        this.clock = surroundings.clock();
    }

    @Override
    final Optional<Account> account() {
        return Optional.of(account);
    }

    /** The same. */
    final Account telling() {
        return account;
    }

    /** @throws picocli.CommandLine.ParameterException when it is not clear which networks are meant */
    final void requireNetworks() {
        if (all ? !names.isEmpty() || !files.isEmpty() : names.isEmpty() && files.isEmpty()) {
            throw usage("name networks, or give -f FILE, or --all");
        }
        if (noLibvirt && !all) {
            throw usage("--no-libvirt goes with --all");
        }
    }

    /** Whether no networks are spoken of. */
    final boolean withoutNetworks() {
        return names.isEmpty() && files.isEmpty() && !all && !noLibvirt;
    }

    final boolean all() {
        return all;
    }

    final boolean noLibvirt() {
        return noLibvirt;
    }

    /** Networks by name or file, and what applies them. */
    record Given(List<DefinedNetwork> networks, Change change) {}

    /** Those that were named. */
    final Given given() {
        Instant asked = clock.instant();
        List<DefinedNetwork> given = given(files, names, true);
        List<String> errors = DefinedNetwork.errors(given);
        if (errors.isEmpty() && !files.isEmpty()) {
            errors.addAll(namedAsActive(given));
            errors.addAll(collisions(given));
        }
        if (!errors.isEmpty()) {
            throw CommandException.badInput(errors);
        }
        Instant now = clock.instant();
        return new Given(given, before -> {
            Map<String, AppliedNetwork> there = before.byName();
            List<DefinedNetwork> mine = given.stream()
                    .filter(each -> each.source() == Source.FILE
                            || !RunningNetworks.appliedSince(asked, Optional.ofNullable(there.get(each.name()))))
                    .toList();
            BridgeHolders holders = BridgeHolders.of(before);
            // first all that they were: two may have changed places
            mine.forEach(each -> holders.vacate(each.name(), Optional.empty(), claimant(each)));
            mine.forEach(each -> put(holders, each, now));
            return holders.after();
        });
    }

    /** All that run. */
    final RunningNetworks running() {
        Instant asked = clock.instant();
        Supplier<List<LibvirtNetwork>> active = Meanwhile.begin(
                noLibvirt
                        ? () -> Definitions.activeByFiles(new LibvirtFiles(hostFiles.root()))
                        : definitions()::active);
        Readings before = Readings.of(state().read());
        List<DefinedNetwork> named = DefinedNetwork.all(active.get(), before);
        RunningNetworks running = noLibvirt ? RunningNetworks.byFiles(named, asked) : new RunningNetworks(named, asked);
        return running.leaving(each -> state().left().of(each.reading().uuid()).map(Left::why));
    }

    private static Claimant claimant(DefinedNetwork given) {
        return given.source() == Source.FILE ? Claimant.FILE : Claimant.NAMED;
    }

    private static void put(BridgeHolders holders, DefinedNetwork given, Instant now) {
        Reading reading = given.reading();
        Claimant by = claimant(given);
        Optional<AppliedNetwork> other = reading.network().orElse(null) instanceof VirtualNetwork network
                ? holders.take(given.applied(network, now), by)
                : holders.vacate(given.name(), reading.bridge(), by);
        if (other.filter(holder -> holder.name().equals(given.name())).isPresent()) {
            throw CommandException.badInput(namedAsActive(given)); // it started since we looked
        }
        if (other.isPresent()) {
            throw CommandException.badInput(Printable.network(given.name()) + ", <bridge>: "
                    + other.get().bridge() + " belongs to "
                    + Printable.network(other.get().name())
                    + ", which is applied; give it another bridge, or run 'virt-nft remove' for that one");
        }
    }

    /** A file speaks of a network of its own; a running network's definition is libvirt's. */
    private List<String> namedAsActive(List<DefinedNetwork> given) {
        Set<String> active = new HashSet<>();
        for (AppliedNetwork network : state().read().networks().values()) {
            if (network.source() == Source.LIBVIRT) {
                active.add(network.name());
            }
        }
        for (LibvirtNetwork network : definitions().activeIfLibvirtAnswers().orElse(List.of())) {
            active.add(network.name());
        }
        List<String> errors = new ArrayList<>();
        for (DefinedNetwork each : given) {
            if (each.source() == Source.FILE && active.contains(each.name())) {
                errors.add(namedAsActive(each));
            }
        }
        return errors;
    }

    private static String namedAsActive(DefinedNetwork given) {
        return given.given() + ": <name>: libvirt runs a " + Printable.network(given.name())
                + "; apply that one by its name, or rename this one";
    }

    /** Of files: who has only a name runs already. */
    private List<String> collisions(List<DefinedNetwork> given) {
        List<Claim> applied = HostDoubts.applied(state().read().networks().values());
        Map<String, List<Problem>> collisions = HostDoubts.collisions(given, applied);
        return given.stream()
                .filter(each -> each.source() == Source.FILE)
                .flatMap(each -> collisions.getOrDefault(each.name(), List.of()).stream())
                .map(Problem::toString)
                .toList();
    }

    /** Says what all that run became. */
    final void tell(RunningNetworks.Applied applied) {
        applied.complete().forEach(each -> tell(each, applied.result()));
        for (DefinedNetwork each : applied.active()) {
            Optional.ofNullable(applied.left().get(each.given()))
                    .ifPresent(why -> account.tell(
                            NetworkOutcome.of(each, Became.LEFT).because(why), LeftText.line(each.given(), why)));
        }
        for (AppliedNetwork gone : applied.result().gone()) {
            if (applied.left().containsKey(gone.name())) {
                continue; // that was said
            }
            account.tell(
                    NetworkOutcome.of(gone, Became.REMOVED),
                    Printable.printable(gone.name(), 128) + ": not running, removed");
        }
    }

    /** Says what a network became. */
    final void tell(DefinedNetwork each, Result result) {
        String name = Printable.printable(each.name(), 128);
        List<String> lines = new ArrayList<>();
        List<String> remarks = new ArrayList<>();
        NetworkDefinition definition = each.reading().network().orElse(null);
        if (definition instanceof RulelessNetwork ruleless) {
            lines.add(name + ": " + ruleless.mode() + ", no rules: " + ruleless.why());
            remarks.add("no rules: " + ruleless.why());
        } else if (definition instanceof VirtualNetwork network) {
            lines.add(name + ": " + network.forward().mode() + " on " + network.bridge() + ", applied");
            if (network.shape() == Shape.COMPANION && each.source() == Source.LIBVIRT) {
                remarks.add("libvirt's own rules for it remain; what they reject stays rejected");
                lines.add(name + ": " + remarks.get(0));
            }
        }
        List<Problem> problems = new ArrayList<>(each.reading().warnings());
        problems.addAll(host.doubts(each));
        problems.forEach(problem -> lines.add(problem.toString()));
        if (!each.next().remark().isEmpty()) {
            remarks.add(each.next().remark());
            lines.add(name + ": " + each.next().remark());
        }
        account.tell(NetworkOutcome.of(each, result).saying(problems, remarks), lines);
    }
}
