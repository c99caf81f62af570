package org.virtnft.transaction;

import java.util.List;
import org.virtnft.kernel.NetworkNamespace;
import org.virtnft.kernel.Nft;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.Script;
import org.virtnft.state.Snapshot;
import org.virtnft.state.TableState;
import org.virtnft.transaction.ChangeException.Outcome;

/** Makes sure that the kernel holds what it was given. */
record ReadBack(Nft nft, Planning planning, StepListener listener) {

    /** {@code get element} crashes nft from about 64 keys of an interval set on (1.0.6, 1.1.3): for more, the table is listed. */
    private static final int MOST_KEYS = 32;

    /**
     * The record that goes with what is there now.
     *
     * @throws ChangeException when it is not what it should be
     */
    TableState of(Plan plan, Snapshot after) {
        return switch (plan.kind()) {
            case NOTHING, REMOVE -> TableState.empty(NetworkNamespace.current());
            case ELEMENTS -> {
                refuseMissing(plan.expected());
                yield after.table();
            }
            case REBUILD -> {
                KernelTable kernel = planning.survey().listed();
                if (!kernel.holdsExactly(plan.expected())) {
                    refuseMissing(plan.expected(), kernel);
                    throw new ChangeException(
                            Outcome.UNCHANGED, List.of("the kernel's table holds elements of no network"));
                }
                listener.before(Step.READ_HANDLES);
                yield kernel.state(planning.template());
            }
        };
    }

    private void refuseMissing(List<Element> expected) {
        if (expected.isEmpty()) {
            return;
        }
        if (expected.size() > MOST_KEYS) {
            refuseMissing(expected, planning.survey().listed());
            return;
        }
        Nft.Answer answer =
                nft.ask(new Script(planning.template()).get(expected).toString());
        refuseMissing(expected, KernelTable.of(answer.output()));
    }

    private static void refuseMissing(List<Element> expected, KernelTable kernel) {
        List<String> missing = kernel.missing(expected).stream()
                .map(element -> element.origin() + ": the kernel does not hold " + element.set() + " { "
                        + element.text() + " } after the transaction")
                .toList();
        if (!missing.isEmpty()) {
            throw new ChangeException(Outcome.UNCHANGED, missing);
        }
    }
}
