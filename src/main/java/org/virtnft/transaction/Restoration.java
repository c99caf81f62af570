package org.virtnft.transaction;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.Printable;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.Enforcement.Unknown;
import org.virtnft.ruleset.KernelElements;
import org.virtnft.ruleset.Ruleset;
import org.virtnft.ruleset.Template;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;
import org.virtnft.state.StateDirectory;
import org.virtnft.transaction.BridgeHolders.Claimant;

/**
 * What was applied, where the state does not say it any more: its directory was removed, a file is damaged, or somebody put elements
 * into the table. Nothing that protects guests goes for that reason.
 */
public final class Restoration {

    private static final int MOST_NAMES = 5;

    private final Predicate<InterfaceName> exists;
    private final Supplier<List<AppliedNetwork>> running;
    private final Clock clock;

    /**
     * @param exists whether there is an interface of a name now
     * @param running the networks that run, by libvirt's own files; asked only for the default state directory
     */
    public Restoration(Predicate<InterfaceName> exists, Supplier<List<AppliedNetwork>> running, Clock clock) {
        this.exists = exists;
        this.running = running;
        this.clock = clock;
    }

    /**
     * What was applied, and what to tell about it.
     *
     * @param elements those of what was applied, by this program's template
     * @param exact whether the kernel holds its elements and no others
     * @param remarks a line for each thing that the state did not say
     */
    record Restored(Snapshot before, Translated elements, boolean exact, List<String> remarks) {}

    /**
     * Finds it out: what the state says, then what libvirt's files say, then what the kernel holds.
     *
     * @param said what the state says
     */
    Restored restore(StateDirectory state, Survey.Said said, KernelTable kernel, Ruleset ruleset) {
        Snapshot stored = said.stored();
        NavigableMap<InterfaceName, AppliedNetwork> networks = new TreeMap<>(stored.networks());
        List<String> remarks = new ArrayList<>();
        List<AppliedNetwork> found = new ArrayList<>();
        Template template = ruleset.template();
        Translated elements = said.elements();
        if (networks.values().stream().anyMatch(network -> network.source() == Source.UNKNOWN)) {
            // elements of a bridge that is gone are nobody's
            networks.values().removeIf(network -> network.source() == Source.UNKNOWN && !exists.test(network.bridge()));
            networks.replaceAll((bridge, network) -> fitting(network, template));
            elements = Translated.of(ruleset.translation(), networks.values());
        }
        List<Element> expected = elements.all();
        if (!stored.isIncomplete() && kernel.holdsExactly(expected)) {
            return new Restored(stored.with(networks), elements, true, remarks);
        }
        BridgeHolders holders = BridgeHolders.of(stored.with(networks));
        KernelElements unknown = new KernelElements(kernel.beside(expected));
        if (stored.isIncomplete() && state.isDefault()) {
            for (AppliedNetwork network : running.get()) {
                // a companion has libvirt's rules; that it had ours, its damaged file tells, or the kernel
                boolean had = network.isOwner()
                        || stored.damaged().containsKey(network.bridge())
                        || unknown.bridges().contains(network.bridge());
                if (had && holders.take(network, Claimant.EARLIER).isEmpty()) {
                    found.add(network);
                }
            }
            remarks.addAll(said(found));
            elements = Translated.of(
                    ruleset.translation(), holders.after().networks().values());
            unknown = new KernelElements(kernel.beside(elements.all()));
        }
        Instant now = clock.instant();
        for (InterfaceName bridge : unknown.bridges()) {
            if (holders.holder(bridge).isEmpty() && exists.test(bridge)) {
                AppliedNetwork held = unknown.of(bridge, template)
                        .map(fit -> AppliedNetwork.unknown(bridge, now, fit))
                        .orElseGet(() -> unfit(bridge, now));
                holders.take(held, Claimant.EARLIER);
                remarks.add(remark(held));
            }
        }
        stored.damaged().forEach((bridge, why) -> {
            boolean free = holders.holder(bridge).isEmpty();
            if (free && exists.test(bridge)) {
                holders.take(AppliedNetwork.unknownAndBlocked(bridge, now, why), Claimant.EARLIER);
                remarks.add(why + ", and what it said is not known: " + bridge
                        + " is blocked; apply its network again, or 'virt-nft remove " + bridge + "'");
            } else if (free) {
                remarks.add(why + ", and what it said is not known; there is no " + bridge);
            }
        });
        Snapshot before = holders.after();
        elements = Translated.of(ruleset.translation(), before.networks().values());
        return new Restored(before, elements, kernel.holdsExactly(elements.all()), remarks);
    }

    /** Elements that were found by a program with another template may be none in this one's. */
    private static AppliedNetwork fitting(AppliedNetwork network, Template template) {
        return network.enforced() instanceof Unknown unknown
                        && KernelElements.fit(unknown.elements().elements(), template)
                                .isEmpty()
                ? unfit(network.bridge(), network.since())
                : network;
    }

    private static AppliedNetwork unfit(InterfaceName bridge, Instant since) {
        return AppliedNetwork.unknownAndBlocked(
                bridge, since, "the kernel held elements of it for another version of virt-nft");
    }

    /** What to tell of a bridge whose elements are in the kernel without a record. */
    public static String remark(AppliedNetwork unknown) {
        InterfaceName bridge = unknown.bridge();
        return "unknown " + bridge + ": elements without a record of whose they are"
                + unknown.blocked()
                        .map(why -> ", which cannot be kept (" + why + ")")
                        .orElse("")
                + "; they stay until its network is applied, 'virt-nft remove " + bridge + "', or the bridge is gone";
    }

    /** In a line, whatever their number; those that are blocked, each. */
    private static List<String> said(List<AppliedNetwork> found) {
        List<String> said = new ArrayList<>();
        if (!found.isEmpty()) {
            String names = found.stream()
                    .limit(MOST_NAMES)
                    .map(network -> Printable.printable(network.name(), 128))
                    .collect(Collectors.joining(", "));
            int more = found.size() - MOST_NAMES;
            said.add("the state knew nothing of what runs by libvirt's files: " + names
                    + (more > 0 ? " and " + more + " more" : ""));
        }
        for (AppliedNetwork network : found) {
            network.blocked()
                    .ifPresent(reason -> said.add(Printable.printable(network.name(), 128) + ": blocked: " + reason));
        }
        return said;
    }
}
