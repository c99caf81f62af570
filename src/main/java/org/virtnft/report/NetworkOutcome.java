package org.virtnft.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.RunningNetworks;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;
import org.virtnft.transaction.Result;
import org.virtnft.xml.Problem;

/**
 * What a command made of a network, or would make of it.
 *
 * @param name its name; of elements that nobody knows, their bridge
 * @param bridge "" when it is not known
 * @param mode "" when it is not known
 * @param shape companion or owner; "" when it has no rules, or it is not known
 * @param why why it is left, blocked, kept as it was or not applied; "" for nothing
 * @param paused for how long packets of its guests were stopped by a restart
 * @param differences what would change in its definition and in its elements, as {@code diff -u} shows it
 * @param problems what is surprising in its definition
 * @param remarks what else to know of it
 */
public record NetworkOutcome(
        String name,
        Became became,
        String bridge,
        String mode,
        String shape,
        String why,
        Optional<Duration> paused,
        List<String> differences,
        List<Problem> problems,
        List<String> remarks) {

    /** What has become of it. */
    public enum Became {
        APPLIED("applied"),
        /** It is applied, and was before. */
        UNCHANGED("unchanged"),
        /** Its mode has nothing to enforce. */
        NO_RULES("no rules"),
        REMOVED("removed"),
        /** A companion that has libvirt's own rules alone. */
        LEFT("left"),
        /** It could not be applied, and nothing else protects its guests. */
        BLOCKED("blocked"),
        /** It could not be applied, and has what it had. */
        KEPT("kept"),
        /** It could not be applied, and has no rules of ours. */
        FAILED("failed"),
        ADOPTED("adopted"),
        RELEASED("released"),
        /** What was tried stays. */
        CONFIRMED("confirmed"),
        /** What was tried does not stay. */
        WENT_BACK("went back");

        private final String word;

        Became(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    public NetworkOutcome {
        differences = List.copyOf(differences);
        problems = List.copyOf(problems);
        remarks = List.copyOf(remarks);
    }

    /** One of which only its name is known. */
    public static NetworkOutcome of(String name, Became became) {
        return new NetworkOutcome(name, became, "", "", "", "", Optional.empty(), List.of(), List.of(), List.of());
    }

    /** One that is defined or runs. */
    public static NetworkOutcome of(DefinedNetwork network, Became became) {
        String bridge = network.reading().bridge().map(InterfaceName::value).orElse("");
        NetworkOutcome outcome = of(network.name(), became);
        return network.reading().network().orElse(null) instanceof VirtualNetwork rules
                ? outcome.on(bridge, rules.forward().mode(), rules.shape().word())
                : outcome.on(bridge, network.reading().mode(), "");
    }

    /** One that is or was applied. */
    public static NetworkOutcome of(AppliedNetwork network, Became became) {
        return of(network.word(), became)
                .on(
                        network.bridge().value(),
                        network.enforced().word(),
                        network.shape().word());
    }

    /** One that was applied; with a table that was made anew it was, whatever was there before. */
    public static NetworkOutcome of(DefinedNetwork network, Result result) {
        NetworkOutcome outcome = of(network, result.before(), result.after());
        return result.rebuilt() && outcome.became() == Became.UNCHANGED ? of(network, Became.APPLIED) : outcome;
    }

    /** One that was applied, and may have been before. */
    public static NetworkOutcome of(DefinedNetwork network, Snapshot before, Snapshot after) {
        if (!(network.reading().network().orElse(null) instanceof VirtualNetwork rules)) {
            return of(network, Became.NO_RULES);
        }
        Optional<AppliedNetwork> then = Optional.ofNullable(before.networks().get(rules.bridge()));
        boolean still = Optional.ofNullable(after.networks().get(rules.bridge()))
                .filter(now ->
                        then.filter(was -> now.since(was.since()).isStill(was)).isPresent())
                .isPresent();
        return of(network, still ? Became.UNCHANGED : Became.APPLIED);
    }

    /** Those of all that run which were not applied as they say. */
    public static List<NetworkOutcome> notApplied(RunningNetworks.Applied applied) {
        List<NetworkOutcome> found = new ArrayList<>();
        for (DefinedNetwork each : applied.active()) {
            Optional<String> failure = Optional.ofNullable(applied.failures().get(each.given()));
            Optional<String> kept = Optional.ofNullable(applied.kept().get(each.given()));
            failure.or(() -> kept).ifPresent(why -> {
                Became became = failure.isPresent() && applied.blocked(each.given())
                        ? Became.BLOCKED
                        : applied.result().after().named(each.given()).isPresent() ? Became.KEPT : Became.FAILED;
                found.add(of(each, became).because(why));
            });
        }
        return found;
    }

    private NetworkOutcome on(String itsBridge, String itsMode, String itsShape) {
        return new NetworkOutcome(
                name, became, itsBridge, itsMode, itsShape, why, paused, differences, problems, remarks);
    }

    public NetworkOutcome because(String reason) {
        return new NetworkOutcome(name, became, bridge, mode, shape, reason, paused, differences, problems, remarks);
    }

    public NetworkOutcome saying(List<Problem> surprising, List<String> more) {
        return new NetworkOutcome(name, became, bridge, mode, shape, why, paused, differences, surprising, more);
    }

    public NetworkOutcome pausedFor(Optional<Duration> time) {
        return new NetworkOutcome(name, became, bridge, mode, shape, why, time, differences, problems, remarks);
    }

    public NetworkOutcome differing(List<String> lines) {
        return new NetworkOutcome(name, became, bridge, mode, shape, why, paused, lines, problems, remarks);
    }
}
