package org.virtnft.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.DefinitionsException;
import org.virtnft.definitions.LibvirtFiles;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.definitions.Readings;
import org.virtnft.host.HostFiles;
import org.virtnft.kernel.KernelException;
import org.virtnft.network.Printable;
import org.virtnft.report.Comparison;
import org.virtnft.report.Difference;
import org.virtnft.report.Overview;
import org.virtnft.ruleset.Template;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Meanwhile;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;
import org.virtnft.state.StateException;
import org.virtnft.transaction.Inspection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code virt-nft diff}. */
@Command(
        name = "diff",
        description = "Compares what is defined, what is applied and what the kernel holds; changes nothing.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:no difference", "1:something differs", "2:it could not be found out, or bad usage"})
final class DiffCommand extends AskingLibvirt {

    /** It asks without the lock: a command that changes something meanwhile makes it ask again. */
    private static final int MOST_TRIES = 10;

    @Parameters(paramLabel = "NETWORK", arity = "0..*", description = "Compare these only.")
    private List<String> names = List.of();

    @Mixin
    private GivenFiles files = new GivenFiles();

    @Option(names = "--json", description = "For programs.")
    private boolean json;

    private final HostFiles host;

    DiffCommand(Surroundings surroundings) {
        this.host = surroundings.files();
    }

    @Override
    int execute() {
        List<Difference> differences;
        List<String> remarks = new ArrayList<>();
        try {
            differences = compare(remarks);
        } catch (StateException | KernelException e) {
            throw CommandException.badInput("" + e.getMessage());
        } catch (CommandException e) {
            throw CommandException.badInput(e.messages());
        } catch (DefinitionsException e) {
            throw CommandException.badInput(e.messages());
        }
        if (json) {
            out().println(Json.diff(differences, remarks));
        } else {
            differences.forEach(this::print);
            remarks.forEach(remark -> out().println("# " + remark));
        }
        return differences.isEmpty() ? ExitCode.DONE : ExitCode.DIFFERENT;
    }

    /** @param remarks gets what comes with a network's next start, which is as it should be until then */
    private List<Difference> compare(List<String> remarks) {
        List<DefinedNetwork> given = files.read();
        List<String> errors = DefinedNetwork.errors(given);
        if (!errors.isEmpty()) {
            throw CommandException.badInput(errors);
        }
        Supplier<List<LibvirtNetwork>> libvirts = Meanwhile.begin(
                files.isEmpty() || !names.isEmpty()
                        ? () -> definitions().activeByWhoeverAnswers(new LibvirtFiles(host.root()))
                        : List::of);
        String stamp = state().stamp();
        Supplier<Snapshot> reading = state().reading();
        Supplier<List<DefinedNetwork>> named =
                Meanwhile.begin(() -> DefinedNetwork.all(libvirts.get(), Readings.of(reading.get())));
        Inspection kernel = applier().survey().inspect(reading);
        for (int i = 0; i < MOST_TRIES && mayBeInTheMiddleOfAChange(stamp); i++) {
            Overview.pause();
            stamp = state().stamp();
            kernel = applier().survey().inspect(state().reading());
        }
        if (!state().stamp().equals(stamp)) {
            throw CommandException.badInput("networks are changed all the time; try again");
        }
        refuseDamage(kernel.stored());
        if (state().journal().isPending()) {
            remarks.add("a change was interrupted, or is under way: the next command goes back to what was before it");
        }
        List<DefinedNetwork> running = named.get();
        running.stream()
                .filter(each -> names.isEmpty() || names.contains(each.name()))
                .filter(each -> !each.next().faulty() && !each.next().remark().isEmpty())
                .sorted(Comparator.comparing(DefinedNetwork::name))
                .forEach(each -> remarks.add(Printable.printable(each.name(), 128) + ": "
                        + each.next().remark()));
        return compare(kernel, given, running);
    }

    /** What was interrupted stays so until the next change: then the state is what it was before. */
    private boolean mayBeInTheMiddleOfAChange(String stamp) {
        return state().journal().isPending() || !state().stamp().equals(stamp);
    }

    private static void refuseDamage(Snapshot snapshot) {
        if (!snapshot.damaged().isEmpty()) {
            List<String> damaged = new ArrayList<>(snapshot.damaged().values());
            damaged.replaceAll(why -> why + ": 'virt-nft apply --all' makes it anew");
            throw CommandException.badInput(damaged);
        }
    }

    private List<Difference> compare(Inspection kernel, List<DefinedNetwork> given, List<DefinedNetwork> running) {
        Snapshot snapshot = kernel.stored();
        Set<String> scope = scope(snapshot, given, running);
        boolean all = names.isEmpty() && files.isEmpty();
        Map<String, AppliedNetwork> byName = snapshot.byName();
        Comparison comparison = new Comparison(snapshot, kernel, Template.load());
        given.forEach(comparison::definition);
        // libvirt has them in no order
        running.stream()
                .filter(each -> scope.contains(each.name()))
                .filter(each -> byName.containsKey(each.name()) || !each.isLeft(state().left()))
                .sorted(Comparator.comparing(DefinedNetwork::name))
                .forEach(comparison::definition);
        List<AppliedNetwork> applied = snapshot.networks().values().stream()
                .filter(network -> scope.contains(network.name()))
                .toList();
        Set<String> known = new HashSet<>();
        given.forEach(each -> known.add(each.name()));
        running.forEach(each -> known.add(each.name()));
        for (AppliedNetwork network : applied) {
            if (network.source() == Source.LIBVIRT && !known.contains(network.name())) {
                comparison.notRunning(network);
            }
        }
        comparison.rules();
        applied.forEach(comparison::elements);
        if (all) {
            comparison.strays();
        }
        return comparison.found();
    }

    /** The names of the networks to compare; each must be known. */
    private Set<String> scope(Snapshot snapshot, List<DefinedNetwork> given, List<DefinedNetwork> running) {
        Set<String> known = new TreeSet<>();
        running.forEach(each -> known.add(each.name()));
        snapshot.networks().values().forEach(network -> known.add(network.name()));
        List<String> unknown = new ArrayList<>();
        for (String name : names) {
            if (!known.contains(name)) {
                unknown.add(Printable.network(name)
                        + " is neither applied nor running; 'virt-nft status' lists those that are");
            }
        }
        if (!unknown.isEmpty()) {
            throw CommandException.badInput(unknown);
        }
        if (names.isEmpty() && files.isEmpty()) {
            return known;
        }
        Set<String> scope = new TreeSet<>(names);
        given.forEach(each -> scope.add(each.name()));
        return scope;
    }

    private void print(Difference difference) {
        String what = !difference.network().isEmpty()
                ? Printable.network(difference.network())
                : difference.kind() == Difference.Kind.RULES ? "rules" : "no network";
        out().println("--- " + what + ", " + difference.kind().before());
        out().println("+++ " + what + ", " + difference.kind().after());
        difference.lines().forEach(out()::println);
        out().println("# " + difference.remark());
    }
}
