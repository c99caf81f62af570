package org.virtnft.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.virtnft.kernel.FakeScript.Command;
import org.virtnft.ruleset.TableName;

/**
 * nftables in memory, as far as our scripts and those of our tests go. It parses what it is given, does all of it or nothing, refuses what
 * nft and the kernel refuse in their words and by the line, and lists in nft's form. Rules are text: it knows only the sets and chains that
 * they name. The tests that run on it run on the real one too.
 */
public final class FakeNft implements Nft {

    /** What is refused, and of which line. */
    static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final int line;

        RefusedException(int line, String message) {
            super(message);
            this.line = line;
        }
    }

    private Map<String, FakeTable> tables = new LinkedHashMap<>();
    private long lastHandle;

    @Override
    public Answer run(Path script) {
        return execute(script.toString(), text(script), true, false);
    }

    @Override
    public Answer tryOut(Path script) {
        return execute(script.toString(), text(script), false, false);
    }

    @Override
    public Answer ask(String commands) {
        return ask(commands, false);
    }

    Answer ask(String commands, boolean handles) {
        return execute("<cmdline>", commands, true, handles);
    }

    @Override
    public Answer list(TableName table) {
        return ask("list table " + table, true);
    }

    private static String text(Path script) {
        try {
            return Files.readString(script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized Answer execute(String file, String text, boolean commit, boolean handles) {
        Batch batch = new Batch(handles);
        try {
            List<Command> commands = new FakeScript(text).commands();
            commands.forEach(command -> command.on(batch));
        } catch (RefusedException e) {
            String where = file + ":" + e.line + ":1-1: ";
            return new Answer(false, batch.output.toString(), where + "Error: " + e.getMessage() + "\n");
        }
        if (commit) {
            tables = batch.tables;
        }
        return new Answer(true, batch.output.toString(), "");
    }

    /** A transaction: what it changes is a copy until all of it was possible. */
    final class Batch {
        private final boolean handles;
        private final Map<String, FakeTable> tables = new LinkedHashMap<>();
        private final StringBuilder output = new StringBuilder();

        Batch(boolean handles) {
            this.handles = handles;
            FakeNft.this.tables.forEach((name, table) -> tables.put(name, table.copy()));
        }

        FakeTable table(int line, String name) {
            FakeTable table = tables.get(name);
            if (table == null) {
                throw missing(line);
            }
            return table;
        }

        /** One that is there already stays. */
        FakeTable addTable(String name) {
            return tables.computeIfAbsent(name, any -> new FakeTable(name, ++lastHandle));
        }

        boolean hasTable(String name) {
            return tables.containsKey(name);
        }

        void deleteTable(int line, String name) {
            table(line, name);
            tables.remove(name);
        }

        void flushRuleset() {
            tables.clear();
        }

        void listRuleset() {
            tables.values().forEach(table -> output.append(table.listing(handles)));
        }

        void list(int line, String name) {
            output.append(table(line, name).listing(handles));
        }

        void listChain(int line, String name, String chain) {
            output.append(table(line, name).listingOf(line, chain, handles));
        }

        void print(String text) {
            output.append(text);
        }
    }

    static RefusedException missing(int line) {
        return new RefusedException(line, "Could not process rule: No such file or directory");
    }

    static RefusedException exists(int line) {
        return new RefusedException(line, "Could not process rule: File exists");
    }

    static RefusedException busy(int line) {
        return new RefusedException(line, "Could not process rule: Device or resource busy");
    }
}
