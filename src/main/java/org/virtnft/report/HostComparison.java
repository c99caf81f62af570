package org.virtnft.report;

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
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.definitions.Readings;
import org.virtnft.network.Printable;
import org.virtnft.ruleset.Template;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Meanwhile;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;
import org.virtnft.state.StateDirectory;
import org.virtnft.state.StateException;
import org.virtnft.transaction.Inspection;
import org.virtnft.transaction.Survey;

/** What is defined, what is applied and what the kernel holds, compared; it looks without the lock, and changes nothing. */
public final class HostComparison {

    /** A command that changes something meanwhile makes it look again. */
    private static final int MOST_TRIES = 10;

    private final StateDirectory state;
    private final Survey survey;
    private final List<DefinedNetwork> given;
    private final List<String> names;

    /**
     * What was found.
     *
     * @param remarks what comes with a network's next start, which is as it should be until then
     * @param damaged why the state does not say what is applied; nothing was compared where there is any
     */
    public record Found(List<Difference> differences, List<String> remarks, List<String> damaged) {}

    /**
     * Of these networks, or of all where none are given.
     *
     * @param given definitions from files
     * @param names of networks that run or are applied
     */
    public HostComparison(StateDirectory state, Survey survey, List<DefinedNetwork> given, List<String> names) {
        this.state = state;
        this.survey = survey;
        this.given = List.copyOf(given);
        this.names = List.copyOf(names);
    }

    /**
     * Compares.
     *
     * @param active the networks that libvirt runs; not asked where files alone are compared
     * @throws DefinitionsException when a name is no network's
     * @throws StateException when the state cannot be read, or does not hold still
     */
    public Found compare(Supplier<List<LibvirtNetwork>> active) {
        Supplier<List<LibvirtNetwork>> libvirts =
                Meanwhile.begin(given.isEmpty() || !names.isEmpty() ? active : List::of);
        String stamp = state.stamp();
        Supplier<Snapshot> reading = state.reading();
        Supplier<List<DefinedNetwork>> named =
                Meanwhile.begin(() -> DefinedNetwork.all(libvirts.get(), Readings.of(reading.get())));
        Inspection kernel = survey.inspect(reading);
        for (int i = 0; i < MOST_TRIES && mayBeInTheMiddleOfAChange(stamp); i++) {
            Overview.pause();
            stamp = state.stamp();
            kernel = survey.inspect(state.reading());
        }
        if (!state.stamp().equals(stamp)) {
            throw new StateException("networks are changed all the time; try again");
        }
        List<String> damaged = damage(kernel.stored());
        if (!damaged.isEmpty()) {
            return new Found(List.of(), List.of(), damaged);
        }
        List<DefinedNetwork> running = named.get();
        return new Found(compare(kernel, running), remarks(running), List.of());
    }

    /** What was interrupted stays so until the next change: then the state is what it was before. */
    private boolean mayBeInTheMiddleOfAChange(String stamp) {
        return state.journal().isPending() || !state.stamp().equals(stamp);
    }

    private static List<String> damage(Snapshot snapshot) {
        return snapshot.damaged().values().stream()
                .map(why -> why + ": 'virt-nft apply --all' makes it anew")
                .toList();
    }

    private List<String> remarks(List<DefinedNetwork> running) {
        List<String> remarks = new ArrayList<>();
        if (state.journal().isPending()) {
            remarks.add("a change was interrupted, or is under way: the next command goes back to what was before it");
        }
        running.stream()
                .filter(each -> names.isEmpty() || names.contains(each.name()))
                .filter(each -> !each.next().faulty() && !each.next().remark().isEmpty())
                .sorted(Comparator.comparing(DefinedNetwork::name))
                .forEach(each -> remarks.add(Printable.printable(each.name(), 128) + ": "
                        + each.next().remark()));
        return remarks;
    }

    private List<Difference> compare(Inspection kernel, List<DefinedNetwork> running) {
        Snapshot snapshot = kernel.stored();
        Set<String> scope = scope(snapshot, running);
        Map<String, AppliedNetwork> byName = snapshot.byName();
        Comparison comparison = new Comparison(snapshot, kernel, Template.load());
        given.forEach(comparison::definition);
        // libvirt has them in no order
        running.stream()
                .filter(each -> scope.contains(each.name()))
                .filter(each -> byName.containsKey(each.name()) || !each.isLeft(state.left()))
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
        if (names.isEmpty() && given.isEmpty()) {
            comparison.strays();
        }
        return comparison.found();
    }

    /** The names of the networks to compare; each must be known. */
    private Set<String> scope(Snapshot snapshot, List<DefinedNetwork> running) {
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
            throw DefinitionsException.wrongWords(unknown);
        }
        if (names.isEmpty() && given.isEmpty()) {
            return known;
        }
        Set<String> scope = new TreeSet<>(names);
        given.forEach(each -> scope.add(each.name()));
        return scope;
    }
}
