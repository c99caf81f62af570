package org.virtnft.transaction;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.virtnft.kernel.KernelException;
import org.virtnft.kernel.NetworkNamespace;
import org.virtnft.kernel.Nft;
import org.virtnft.ruleset.Count;
import org.virtnft.ruleset.Ruleset;
import org.virtnft.state.Keeper;
import org.virtnft.state.Meanwhile;
import org.virtnft.state.Snapshot;
import org.virtnft.state.StateDirectory;
import org.virtnft.state.StateException;
import org.virtnft.state.TableState;

/**
 * What is applied: what the state says, what libvirt's files say where the state was lost, and what the kernel holds, put together. The
 * hook, the units and all commands ask here, before a change and for a look.
 */
public final class Survey {

    private final StateDirectory state;
    private final Nft nft;
    private final Ruleset ruleset;
    private final Restoration restoration;
    private final StepListener listener;

    /**
     * @param restoration what was applied, where the state does not say it any more
     */
    Survey(StateDirectory state, Nft nft, Ruleset ruleset, Restoration restoration, StepListener listener) {
        this.state = state;
        this.nft = nft;
        this.ruleset = ruleset;
        this.restoration = restoration;
        this.listener = listener;
    }

    // ---- A look ---------------------------------------------------------------------------------------------------

    /**
     * Asks the kernel whether what was applied is in force, and changes nothing.
     *
     * @param reading what the state says; it is read meanwhile, for with a thousand networks that takes as long as the kernel does
     * @throws KernelException when the kernel cannot be asked
     * @throws StateException when the state cannot be read, or is another namespace's
     */
    public Observation observe(Supplier<Snapshot> reading) {
        return look(reading, (said, kernel) -> {
            Ground ground = ground(said, kernel, Map.of());
            KernelTable.Amiss amiss = kernel.exists() && !ground.exact()
                    ? kernel.amiss(ground.elements())
                    : new KernelTable.Amiss(Collections.emptyNavigableSet(), 0);
            return new Observation(
                    ground.before(),
                    ground.rules(),
                    amiss.networks(),
                    amiss.strays(),
                    kernel.counts(),
                    ground.remarks());
        });
    }

    /**
     * Asks the kernel for everything, and changes nothing.
     *
     * @param reading what the state says, which is read meanwhile
     * @throws KernelException when the kernel cannot be asked
     * @throws StateException when the state cannot be read, or is another namespace's
     */
    public Inspection inspect(Supplier<Snapshot> reading) {
        return look(reading, (said, kernel) -> {
            checkNamespace(said.stored());
            Translated applied = said.elements();
            return kernel.exists()
                    ? new Inspection(
                            said.stored(),
                            applied.byBridge(),
                            kernel.handles(),
                            kernel.rules(),
                            kernel::elements,
                            kernel.titles(),
                            kernel.holdsExactly(applied.all()))
                    : new Inspection(said.stored(), applied.byBridge(), "", "", Map::of, Set.of(), false);
        });
    }

    private <T> T look(Supplier<Snapshot> reading, BiFunction<Said, KernelTable, T> view) {
        Supplier<Said> said = Meanwhile.begin(() -> said(reading.get()));
        KernelTable kernel = table();
        return view.apply(said.get(), kernel);
    }

    // ---- Before a change ------------------------------------------------------------------------------------------

    /** What the state says, and the elements of that. */
    record Said(Snapshot stored, Translated elements) {}

    Said said() {
        return said(state.read());
    }

    Said said(Snapshot stored) {
        return new Said(stored, translated(stored));
    }

    Translated translated(Snapshot snapshot) {
        return Translated.of(ruleset.translation(), snapshot.networks().values());
    }

    /** What a change begins with. */
    Ground ground(Said said, KernelTable kernel, Map<String, Count> counted) {
        Snapshot stored = said.stored();
        checkNamespace(stored);
        Restoration.Restored restored = restoration.restore(state, said, kernel, ruleset);
        boolean rules = restored.before().networks().isEmpty() ? !kernel.exists() : rulesMatch(stored.table(), kernel);
        return new Ground(
                stored,
                restored.before(),
                restored.elements(),
                kernel,
                restored.exact(),
                rules,
                Ground.later(kernel.counts(), counted),
                restored.remarks());
    }

    private boolean rulesMatch(TableState table, KernelTable kernel) {
        return kernel.exists()
                && kernel.keeper().equals(Keeper.of(state))
                && table.template().equals(ruleset.template().version())
                && table.handles().equals(kernel.handles());
    }

    /**
     * Our table.
     *
     * @throws StateException when it is another state directory's: whatever it protects, this one knows nothing of it
     * @throws KernelException when nft does not list it
     */
    KernelTable table() {
        listener.before(Step.READ_KERNEL);
        KernelTable kernel = listed();
        if (kernel.exists() && !kernel.keeper().lets(state)) {
            throw new StateException(
                    kernel.keeper().refusal(state, ruleset.template().table()));
        }
        return kernel;
    }

    /** Our table, whoever keeps it. */
    KernelTable listed() {
        Nft.Answer answer = nft.list(ruleset.template().table());
        if (answer.ok()) {
            return KernelTable.of(answer.output());
        }
        if (answer.errors().contains("No such file or directory")) {
            return KernelTable.NONE;
        }
        throw new ListingException(withHint(answer.errors().strip()));
    }

    private static String withHint(String errors) {
        int end = errors.indexOf('\n');
        String first = end < 0 ? errors : errors.substring(0, end);
        return first + (errors.contains("not permitted") ? " (run as root)" : "");
    }

    /**
     * Refuses a state that speaks of another network namespace than this thread's.
     *
     * @throws StateException naming it
     */
    void checkNamespace(Snapshot before) {
        String namespace = before.table().namespace();
        boolean known = !before.networks().isEmpty() && before.table().isRecorded();
        if (known && !namespace.equals(NetworkNamespace.current())) {
            throw new StateException("the state in " + state.path() + " belongs to another network namespace ("
                    + namespace + "): use --state-dir for this one, or remove that directory if the other is gone");
        }
    }
}
