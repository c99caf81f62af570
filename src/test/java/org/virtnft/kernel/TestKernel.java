package org.virtnft.kernel;

import java.util.concurrent.Callable;
import org.virtnft.transaction.Aftermath;

/** Where a test's tables are: in a network namespace of its own, or in memory. */
public interface TestKernel extends AutoCloseable {

    /** What we ask; to be used {@link #inside}. */
    Nft library();

    /** What ends connections after a change. */
    Aftermath flowsEnd();

    /** Whether there is a bridge of this name; to be asked inside. */
    boolean hasInterface(String name);

    void addBridge(String name);

    void removeBridge(String name);

    /** Does something inside. */
    <T> T inside(Callable<T> work);

    /** What the program nft says; its failure is the test's. */
    String nft(String... arguments);

    /** Loads a script with the program nft. */
    void load(String script);

    /** The whole ruleset, as nft lists it: ours and others'. */
    String ruleset();

    /** Our table; "" where there is none. */
    default String table() {
        return tableOf(ruleset());
    }

    /** The same, from a ruleset that was listed before. */
    static String tableOf(String ruleset) {
        int start = ruleset.indexOf("table inet virt_nft {");
        return start < 0 ? "" : ruleset.substring(start, ruleset.indexOf("\n}\n", start) + 3);
    }

    @Override
    void close();
}
