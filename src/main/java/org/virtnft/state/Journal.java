package org.virtnft.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.virtnft.files.PrivateFile;
import org.virtnft.files.PrivateFolder;
import org.virtnft.network.InterfaceName;
import org.virtnft.ruleset.Count;

/**
 * What to go back to while a change is under way. It exists from one rename to another: a process may die at any moment
 * between, and the next one finds it whole.
 *
 * <p>Nothing is forced to a disk: a dead process is survived, a dead kernel forgets the table anyway.
 */
public final class Journal {

    private static final String UNDO = "undo.nft";
    private static final String TABLE = "table";
    private static final String NAMESPACE = "namespace";
    private static final String COUNTS = "counts";
    private static final String ABSENT = "+absent";

    /** A journal that nobody goes back by: not yet, or not any more. */
    private static final String FRESH = "journal.new";

    private final Path directory;
    private final Path pending;
    private final Path settled;

    Journal(Path directory) {
        this.directory = directory;
        this.pending = directory.resolve("journal");
        this.settled = directory.resolve("journal.done");
    }

    /** Whether a change was begun and not finished. */
    public boolean isPending() {
        return Files.isDirectory(pending);
    }

    /**
     * Begins a change.
     *
     * @param namespace the network namespace whose kernel state it changes
     * @param bridges the networks that will be written or forgotten
     * @param undo a script that brings the kernel's table back from whatever state; empty when the state of before says it
     * @param counts what the counters say that go with this change: the kernel forgets it
     */
    public void begin(
            String namespace, Collection<InterfaceName> bridges, Optional<String> undo, Map<String, Count> counts) {
        Path fresh = directory.resolve(FRESH);
        clear(fresh);
        try {
            PrivateFolder.make(fresh.resolve("networks"));
            for (InterfaceName bridge : bridges) {
                keep(directory.resolve("networks").resolve(bridge.value()), fresh.resolve("networks"));
            }
            keep(directory.resolve(TABLE), fresh);
            PrivateFile.write(fresh.resolve(NAMESPACE), namespace);
            StringBuilder lines = new StringBuilder();
            counts.forEach((counter, count) ->
                    lines.append(counter).append(' ').append(count).append('\n'));
            PrivateFile.write(fresh.resolve(COUNTS), lines);
            if (undo.isPresent()) {
                PrivateFile.write(fresh.resolve(UNDO), undo.get());
            }
            Files.move(fresh, pending, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new StateException("the journal " + pending + " cannot be written: " + e, e);
        }
    }

    private static void keep(Path file, Path folder) throws IOException {
        if (Files.exists(file)) {
            // as it is: a damaged one need not be text
            try (FileChannel copy = PrivateFile.create(folder.resolve(file.getFileName()))) {
                PrivateFile.write(copy, Files.readAllBytes(file));
            }
        } else {
            PrivateFile.write(folder.resolve(file.getFileName() + ABSENT), "");
        }
    }

    /** The network namespace that {@link #begin} was given. */
    public String namespace() {
        return pendingIn().orElseThrow(() -> new StateException("the journal " + pending + " is damaged: remove it"));
    }

    /** The same, for who asks without the lock; empty when no change is pending, or not any more. */
    public Optional<String> pendingIn() {
        try {
            return Optional.of(Files.readString(pending.resolve(NAMESPACE)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new StateException("the journal " + pending + " cannot be read (run as root?): " + e, e);
        }
    }

    /** The script that {@link #begin} was given. */
    public Optional<String> undo() {
        Path file = pending.resolve(UNDO);
        try {
            return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        } catch (IOException e) {
            throw new StateException(file + " cannot be read: " + e, e);
        }
    }

    /** The counts that {@link #begin} was given. */
    public Map<String, Count> counts() {
        Path file = pending.resolve(COUNTS);
        Map<String, Count> counts = new HashMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                String[] words = line.split(" ");
                counts.put(words[0], Count.parse(words[2], words[4]));
            }
        } catch (NoSuchFileException e) {
            return Map.of(); // begun by a version without counters
        } catch (IOException | RuntimeException e) {
            throw new StateException("the journal " + pending + " is damaged: remove it", e);
        }
        return counts;
    }

    /** Puts the state's files back as they were at {@link #begin}; doing it twice does no harm. */
    public void restoreFiles() {
        Path kept = pending.resolve("networks");
        for (String name : StateFiles.listNames(kept)) {
            restore(kept, name, directory.resolve("networks"));
        }
        for (String name : StateFiles.listNames(pending)) {
            if (name.startsWith(TABLE)) {
                restore(pending, name, directory);
            }
        }
    }

    private static void restore(Path kept, String name, Path folder) {
        if (name.endsWith(ABSENT)) {
            StateFiles.delete(folder.resolve(name.substring(0, name.length() - ABSENT.length())));
            return;
        }
        try {
            StateFiles.replace(folder.resolve(name), Files.readAllBytes(kept.resolve(name)));
        } catch (IOException e) {
            throw new StateException("the journal's " + name + " cannot be read: " + e, e);
        }
    }

    /** Ends a change that stands: nobody goes back to what was before it. What that was is known until {@link #forget}. */
    public void settle() {
        clear(settled);
        move(settled);
    }

    /** Whether a change was settled, and not all was done that follows from it. */
    public boolean isSettled() {
        return Files.isDirectory(settled);
    }

    /**
     * What was before a change that was settled, given what is now; without what is kept of a change in another network namespace.
     *
     * @throws IllegalArgumentException when it cannot be read
     */
    public NavigableMap<InterfaceName, AppliedNetwork> beforeSettled(Snapshot now, String namespace) {
        try {
            return namespace.equals(Files.readString(settled.resolve(NAMESPACE)))
                    ? before(settled, now)
                    : now.networks();
        } catch (IOException e) {
            throw new IllegalArgumentException("the journal " + settled + " cannot be read: " + e, e);
        }
    }

    /** What {@link #restoreFiles} leads to, given what is now. */
    public NavigableMap<InterfaceName, AppliedNetwork> beforePending(Snapshot now) {
        try {
            return before(pending, now);
        } catch (IOException | IllegalArgumentException e) {
            throw new StateException("the journal " + pending + " is damaged: remove it", e);
        }
    }

    private static NavigableMap<InterfaceName, AppliedNetwork> before(Path journal, Snapshot now) throws IOException {
        NavigableMap<InterfaceName, AppliedNetwork> before = new TreeMap<>(now.networks());
        Path kept = journal.resolve("networks");
        for (String name : StateFiles.listNames(kept)) {
            if (name.endsWith(ABSENT)) {
                before.remove(new InterfaceName(name.substring(0, name.length() - ABSENT.length())));
            } else {
                put(before, new InterfaceName(name), kept.resolve(name));
            }
        }
        return before;
    }

    /** A file that was damaged before the change is so in the journal too, and nothing is known of its network. */
    private static void put(NavigableMap<InterfaceName, AppliedNetwork> before, InterfaceName bridge, Path kept)
            throws IOException {
        try {
            before.put(bridge, NetworkFile.read(Files.readString(kept)));
        } catch (CharacterCodingException | RuntimeException e) {
            before.remove(bridge);
        }
    }

    /** Forgets a change that was settled, when all is done that follows from it. */
    public void forget() {
        clear(settled);
    }

    /** Ends a change that was taken back. */
    public void abandon() {
        Path fresh = directory.resolve(FRESH);
        clear(fresh);
        move(fresh);
        clear(fresh);
    }

    private void move(Path to) {
        try {
            Files.move(pending, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new StateException("the journal " + pending + " cannot be closed: " + e, e);
        }
    }

    private static void clear(Path folder) {
        for (String name : StateFiles.listNames(folder)) {
            Path file = folder.resolve(name);
            if (Files.isDirectory(file)) {
                clear(file);
            } else {
                StateFiles.delete(file);
            }
        }
        StateFiles.delete(folder);
    }
}
