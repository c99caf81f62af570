package org.virtnft.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertLinesMatch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.virtnft.kernel.Listed;
import org.virtnft.kernel.Nft;
import org.virtnft.kernel.TableText;
import org.virtnft.kernel.TestKernel;
import org.virtnft.kernel.TestNamespace;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.Ruleset;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Source;
import org.virtnft.state.StateDirectory;
import org.virtnft.transaction.BridgeHolders.Claimant;

/** A network namespace, or tables in memory, with a state directory: all that a change changes. */
final class Scene implements AutoCloseable {

    static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    /** Something of somebody else, in the same namespace. */
    private static final String FOREIGN = """
            table inet somebody {
            	set from {
            		type ifname
            		elements = { "a1", "b1" }
            	}
            	chain forward {
            		type filter hook forward priority filter; policy accept;
            		iifname @from counter accept
            	}
            }
            """;

    private final TestKernel kernel;
    private final StateDirectory state;
    private final String foreign;

    /** On the real kernel. */
    Scene(Path folder) {
        this(folder, TestNamespace.create());
    }

    Scene(Path folder, TestKernel kernel) {
        this.kernel = kernel;
        this.state = new StateDirectory(folder);
        kernel.load(FOREIGN);
        this.foreign = kernel.ruleset();
    }

    TestKernel kernel() {
        return kernel;
    }

    /** Of a scene on the real kernel. */
    TestNamespace namespace() {
        return (TestNamespace) kernel;
    }

    StateDirectory state() {
        return state;
    }

    Path folder() {
        return state.path();
    }

    /** Networks to be there afterwards, beside those that are or in the place of those of the same bridge. */
    static Change put(VirtualNetwork... networks) {
        return put(Arrays.stream(networks).map(Scene::applied).toArray(AppliedNetwork[]::new));
    }

    static Change put(AppliedNetwork... networks) {
        return before -> {
            BridgeHolders holders = BridgeHolders.of(before);
            for (AppliedNetwork network : networks) {
                holders.take(network, Claimant.RUNNING);
            }
            return holders.after();
        };
    }

    static Change remove(String... names) {
        return before -> {
            BridgeHolders holders = BridgeHolders.of(before);
            holders.leave(network -> List.of(names).contains(network.name()));
            return holders.after();
        };
    }

    /** What a next command that wants nothing does: it repairs all the same. */
    static Change nothing() {
        return before -> before;
    }

    static AppliedNetwork applied(VirtualNetwork network) {
        return AppliedNetwork.of(network, Source.FILE, NOW, "", "", List.of());
    }

    Result apply(Change change) {
        return apply(change, StepListener.NONE);
    }

    Result apply(Change change, StepListener listener) {
        return apply(change, kernel.library(), listener);
    }

    Result apply(Change change, Nft nft, StepListener listener) {
        return kernel.inside(() -> applier(nft, listener).apply(change));
    }

    /** By a program with other rules, or other elements for its networks. */
    Result apply(Change change, Ruleset ruleset) {
        return kernel.inside(
                () -> applier(kernel.library(), StepListener.NONE, ruleset).apply(change));
    }

    Applier applier() {
        return applier(kernel.library(), StepListener.NONE);
    }

    Applier applier(Nft nft, StepListener listener) {
        return applier(nft, listener, Ruleset.own());
    }

    Applier applier(Nft nft, StepListener listener, Ruleset ruleset) {
        return applier(state, nft, listener, ruleset);
    }

    /** Of another state directory. */
    Applier applier(StateDirectory other, Nft nft, StepListener listener, Ruleset ruleset) {
        return new Applier(
                other,
                nft,
                ruleset,
                listener,
                Duration.ofSeconds(5),
                kernel.flowsEnd(),
                new Restoration(bridge -> kernel.hasInterface(bridge.value()), List::of, Clock.systemUTC()));
    }

    boolean rulesInForce() {
        return kernel.inside(() -> applier().survey().observe(state::read).rulesInForce());
    }

    /** All that a failed change must leave as it was. */
    record Picture(String table, SortedMap<String, String> files, boolean inForce) {

        /** Fails with the lines that differ. */
        void assertSame(Picture other) {
            assertLinesMatch(
                    table.lines().map(Pattern::quote).toList(),
                    other.table.lines().toList());
            assertEquals(files, other.files);
            assertEquals(inForce, other.inForce, "whether the state knows the table");
        }

        Picture inForce(boolean known) {
            return new Picture(table, files, known);
        }

        /** The names of the networks that the state holds. */
        List<String> networks() {
            return files.entrySet().stream()
                    .filter(file -> file.getKey().startsWith("networks/"))
                    .flatMap(file -> file.getValue().lines().filter(line -> line.startsWith("name: ")))
                    .map(line -> line.substring("name: ".length()))
                    .toList();
        }
    }

    Picture picture() {
        String ruleset = kernel.ruleset();
        String table = TestKernel.tableOf(ruleset);
        assertEquals(foreign, ruleset.replace(table, ""), "somebody else's table was changed");
        return new Picture(TableText.withoutUnusedChains(TableText.normalised(table)), files(), rulesInForce());
    }

    /** The state's files; not the lock, not the last script, and of what is known of the table not the handles. */
    private SortedMap<String, String> files() {
        SortedMap<String, String> found = new TreeMap<>();
        if (!Files.isDirectory(state.path())) {
            return found;
        }
        try (Stream<Path> all = Files.walk(state.path())) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String name = state.path().relativize(file).toString();
                found.put(name, Files.readString(file).replaceAll("(?m)^(handles|rules): .*", "$1: "));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        found.keySet().removeAll(List.of("lock", "transaction.nft"));
        return found;
    }

    /** The elements in the kernel, by set: what guests meet. */
    Map<String, Set<String>> elements() {
        return Listed.elements(kernel.table());
    }

    @Override
    public void close() {
        kernel.close();
    }
}
