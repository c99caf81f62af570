package org.virtnft.doctor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.virtnft.doctor.Condition.Answer;

/**
 * The rules of others that let packets pass which libvirt's rules would refuse, in one base chain. There only what comes before libvirt's
 * rules opens anything; a base chain elsewhere opens nothing, for a packet must pass all of them.
 */
final class Passage {

    /** As {@link Walk}'s. */
    private static final int DEEPEST = 16;

    /**
     * A rule that lets packets pass.
     *
     * @param rule what stands there, or that nothing stands there any more
     */
    record Gap(String chain, String rule) {}

    /** How a chain ends for all of the packets. */
    private enum End {
        GOES_ON,
        /** To where the chain was called from; from the base chain, to its policy. */
        BACK,
        OVER
    }

    private final Table table;
    private final Flight flight;
    private final boolean ordered;
    private final boolean libvirtsRulesCount;
    private final Set<Gap> gaps = new LinkedHashSet<>();
    private final Map<String, End> known = new HashMap<>();

    /**
     * @param ordered whether libvirt's rules are in this table; where it has none yet, what names the network counts
     */
    private Passage(Table table, Flight flight, boolean ordered) {
        this.table = table;
        this.flight = flight;
        this.ordered = ordered;
        this.libvirtsRulesCount = flight.hook() == Packet.Hook.FORWARD && hasLibvirtsRulesOfIt();
    }

    static List<Gap> gaps(Table table, Chain base, Flight flight, boolean ordered) {
        Passage passage = new Passage(table, flight, ordered);
        End end = passage.through(base, false, 0);
        boolean accepts = base.base().map(Chain.Base::accepts).orElse(true);
        if (end != End.OVER && passage.libvirtsRulesCount && accepts) {
            passage.gaps.add(new Gap(base.name(), "libvirt's own rule that refuses them is gone"));
        }
        return new ArrayList<>(passage.gaps);
    }

    /** Of a network that runs; the others' will come where libvirt's chains are now. */
    private boolean hasLibvirtsRulesOfIt() {
        return table.chains().values().stream()
                .filter(chain -> chain.name().startsWith("LIBVIRT_FW"))
                .flatMap(chain -> chain.rules().stream())
                .flatMap(rule -> rule.conditions().stream())
                .anyMatch(condition -> condition instanceof Condition.Device device
                        && device.names().contains(flight.bridge()));
    }

    private End through(Chain chain, boolean named, int depth) {
        for (Rule rule : chain.rules()) {
            boolean namedHere = named || rule.conditions().stream().anyMatch(flight::isNamedBy);
            Answer answer = flight.spokenOfBy(rule, namedHere);
            if (answer == Answer.NO) {
                continue;
            }
            boolean sure = answer == Answer.YES;
            Verdict verdict = rule.verdict();
            if (opens(verdict, depth) && counts(chain, namedHere)) {
                gaps.add(new Gap(chain.name(), rule.text()));
            }
            End end = end(verdict, namedHere, depth);
            if (sure && end != End.GOES_ON) {
                return end == End.BACK && depth > 0 ? End.GOES_ON : end;
            }
        }
        return End.GOES_ON;
    }

    private boolean opens(Verdict verdict, int depth) {
        return verdict instanceof Verdict.Accept
                || (verdict instanceof Verdict.Return && flight.hook() == Packet.Hook.TRANSLATION && depth == 0);
    }

    /** libvirt's own accepts stay, and name no network of which we ask; those that somebody put among them do. */
    private boolean counts(Chain chain, boolean named) {
        return named || (ordered && !Table.isLibvirts(chain.name()));
    }

    private End end(Verdict verdict, boolean named, int depth) {
        if (verdict instanceof Verdict.Jump jump) {
            End end = jump(jump.chain(), named, depth);
            return end == End.GOES_ON && !jump.comesBack() ? End.BACK : end;
        }
        if (verdict instanceof Verdict.Return) {
            return End.BACK;
        }
        return verdict instanceof Verdict.Next ? End.GOES_ON : End.OVER;
    }

    private End jump(String name, boolean named, int depth) {
        if (Table.isLibvirts(name) && !libvirtsRulesCount) {
            return End.OVER;
        }
        Chain next = table.chains().get(name);
        if (next == null || depth >= DEEPEST) {
            return End.GOES_ON;
        }
        // that the network was named on the way there decides what a chain means
        String key = name + " " + named;
        End before = known.get(key);
        if (before != null) {
            return before;
        }
        End end = through(next, named, depth + 1);
        known.put(key, end);
        return end;
    }
}
