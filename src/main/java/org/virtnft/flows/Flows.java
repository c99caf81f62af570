package org.virtnft.flows;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.virtnft.kernel.Conntrack;
import org.virtnft.kernel.Routing;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.Printable;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;

/** Ends the flows that a change of the networks no longer allows. */
public final class Flows {

    private final Conntrack conntrack;
    private final Routing routing;
    private final Predicate<InterfaceName> exists;
    private final Consumer<String> warnings;

    /**
     * @param exists whether there is an interface of a name now
     * @param warnings is told, in one line, when they could not be ended: the change stands all the same
     */
    public Flows(Conntrack conntrack, Routing routing, Predicate<InterfaceName> exists, Consumer<String> warnings) {
        this.conntrack = conntrack;
        this.routing = routing;
        this.exists = exists;
        this.warnings = warnings;
    }

    /**
     * Ends them. The kernel is asked only where a network that may have flows says something else than before, or was not in force.
     *
     * @param mended whether the kernel did not hold what {@code before} says: what guests began meanwhile was not translated, and would
     *     not be for as long as they go on with it, for the kernel asks the rules about a flow's first packet alone
     */
    public void end(Snapshot before, Snapshot after, boolean mended) {
        Map<String, Consent> was = new HashMap<>();
        Set<String> changed = new HashSet<>();
        List<String> names = new ArrayList<>();
        for (InterfaceName bridge : bridges(before, after)) {
            Optional<AppliedNetwork> old = network(before, bridge);
            Optional<AppliedNetwork> fresh = network(after, bridge);
            if (saysSomethingElse(bridge, old, fresh)) {
                old.ifPresent(network -> was.put(bridge.value(), Consent.of(network)));
                changed.add(bridge.value());
                names.add(fresh.or(() -> old).map(AppliedNetwork::name).orElse(""));
            }
        }
        Optional<String> untranslated = mended ? oneThatTranslates(after) : Optional.empty();
        untranslated.filter(name -> changed.isEmpty()).ifPresent(names::add);
        if (!names.isEmpty()) {
            end(was, after, changed, untranslated.isPresent(), names);
        }
    }

    /** The name of one whose guests can have begun something. */
    private Optional<String> oneThatTranslates(Snapshot snapshot) {
        return snapshot.networks().entrySet().stream()
                .filter(each -> !Consent.of(each.getValue()).translations().isEmpty() && exists.test(each.getKey()))
                .map(each -> each.getValue().name())
                .findFirst();
    }

    // whatever goes wrong: the rules are in the kernel and in the state, and only what was established is left
    private void end(
            Map<String, Consent> was, Snapshot after, Set<String> changed, boolean mended, List<String> names) {
        try {
            List<Judge> judges = new ArrayList<>();
            conntrack.delete(flow -> {
                if (changed.isEmpty() && !Judge.maySeekTranslation(flow)) {
                    return false;
                }
                if (judges.isEmpty()) { // with a thousand networks it takes its time, and most hosts have no such flow
                    Map<String, Consent> is = new HashMap<>();
                    after.networks().forEach((bridge, network) -> is.put(bridge.value(), Consent.of(network)));
                    judges.add(new Judge(was, is, changed, mended, routing));
                }
                return judges.get(0).forbids(flow);
            });
        } catch (RuntimeException e) {
            warnings.accept(Printable.network(names.get(0))
                    + (names.size() > 1 ? " and " + (names.size() - 1) + " more" : "")
                    + ": the change is in force, but connections that it no longer allows may go on (" + e.getMessage()
                    + "); 'conntrack -D -s SUBNET' and '-D -r SUBNET' end them");
        }
    }

    private static Set<InterfaceName> bridges(Snapshot before, Snapshot after) {
        Set<InterfaceName> all = new TreeSet<>(before.networks().keySet());
        all.addAll(after.networks().keySet());
        return all;
    }

    private static Optional<AppliedNetwork> network(Snapshot snapshot, InterfaceName bridge) {
        return Optional.ofNullable(snapshot.networks().get(bridge));
    }

    private boolean saysSomethingElse(
            InterfaceName bridge, Optional<AppliedNetwork> before, Optional<AppliedNetwork> after) {
        if (before.isEmpty()) {
            return exists.test(bridge); // at its start a network has no bridge yet, and no flows
        }
        if (after.isEmpty()) {
            return !leftToLibvirt(before.get(), bridge);
        }
        if (before.get().enforced().equals(after.get().enforced())) {
            return false;
        }
        // that libvirt's rules go, or come, forbids nothing that was translated and established
        return !Consent.of(before.get())
                .withoutShape()
                .equals(Consent.of(after.get()).withoutShape());
    }

    /** A companion that runs on without us is as libvirt's own rules say, which are as old as its bridge. */
    private boolean leftToLibvirt(AppliedNetwork network, InterfaceName bridge) {
        return !network.isOwner() && network.source() == Source.LIBVIRT && exists.test(bridge);
    }
}
