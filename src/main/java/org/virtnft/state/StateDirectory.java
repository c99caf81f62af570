package org.virtnft.state;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.virtnft.files.Memory;
import org.virtnft.files.WholeFile;
import org.virtnft.network.InterfaceName;

/**
 * The state directory, {@code /run/virt-nft}: it goes with the kernel's state at a reboot. It and all in it is for its owner alone.
 *
 * <pre>
 * lock                 held by the command that changes something
 * networks/BRIDGE      an applied network; a bridge's name is a safe file name, a network's is not; shell reads it too, see NetworkFile
 * table                what is known of the table in the kernel: there as soon as anything was enabled or changed, and so what
 *                      tells a state that was lost from one in which nothing is applied
 * transaction.nft      the last script, for people
 * journal/             what to go back to, while a change is under way
 * failed/              companions whose start failed
 * checksums/BRIDGE     why the checksums of a network's DHCP answers cannot be completed; dhcp-checksums writes it
 * try                  a change that goes back unless confirmed, or how the last one ended
 * try.log              what the process said that waits for its end
 * hook                 touched when libvirt has seen the hook
 * restarting           the network that a command restarts, and that command's process
 * left/UUID            companions that are left to libvirt; those of the default directory lie in /var/lib/virt-nft, see LeftNetworks
 * </pre>
 */
public final class StateDirectory {

    /** Where the state is unless a command says otherwise. */
    public static final Path DEFAULT = Path.of("/run/virt-nft");

    /** From so many files on, reading them is worth a second thread. */
    private static final int MANY = 64;

    private static final String NETWORKS = "networks";

    private final StateFolder folder;

    public StateDirectory(Path directory) {
        this.folder = new StateFolder(directory);
    }

    public Path path() {
        return folder.path();
    }

    /** Where a change writes its script. */
    public Path script() {
        return folder.path().resolve("transaction.nft");
    }

    /**
     * Does something while no other command can.
     *
     * @throws StateException when somebody else holds the lock until the deadline, or the directory cannot be made
     */
    public <T> T locked(Duration deadline, Supplier<T> work) {
        folder.make();
        folder.makeWithin(NETWORKS);
        return new StateLock(folder).locked(deadline, work);
    }

    /** Whether there is nothing to take out: nothing is applied, no change under way, and the record is there that says so. */
    public boolean isEmpty() {
        return StateFiles.listNames(networks()).isEmpty()
                && !journal().isPending()
                && readTable().isRecorded();
    }

    /** Whether it is the one that the hook and the units use. */
    public boolean isDefault() {
        return folder.canonical().equals(new StateFolder(DEFAULT).canonical());
    }

    /** The directory by its one name, whatever links lead there. */
    public Path canonical() {
        return folder.canonical();
    }

    /**
     * Reads all of it. What cannot be read of a network, by damage or for another version of virt-nft wrote it, is told as damaged.
     *
     * @throws StateException when the directory cannot be read
     */
    public Snapshot read() {
        NavigableMap<InterfaceName, AppliedNetwork> found = new TreeMap<>();
        NavigableMap<InterfaceName, String> damaged = new TreeMap<>();
        NavigableSet<InterfaceName> earlier = new TreeSet<>();
        List<String> files = StateFiles.listNames(networks());
        Stream<String> each = files.size() < MANY ? files.stream() : files.parallelStream();
        for (Entry entry : each.flatMap(file -> entry(file).stream()).toList()) {
            entry.network()
                    .ifPresentOrElse(
                            network -> found.put(entry.bridge(), network),
                            () -> damaged.put(entry.bridge(), entry.damage()));
            if (entry.earlier()) {
                earlier.add(entry.bridge());
            }
        }
        TableState table = readTable();
        for (InterfaceName bridge : table.bridges()) {
            if (!found.containsKey(bridge) && !damaged.containsKey(bridge)) {
                damaged.put(bridge, networks().resolve(bridge.value()) + " is missing");
            }
        }
        return new Snapshot(found, table, damaged, earlier);
    }

    /**
     * Begins to read, while the caller asks the kernel for example.
     *
     * @return waits for what {@link #read} returns or throws
     */
    public Supplier<Snapshot> reading() {
        return Meanwhile.begin(this::read);
    }

    /**
     * @param damage why there is no network; "" where there is one
     * @param earlier whether another version of virt-nft wrote it
     */
    private record Entry(InterfaceName bridge, Optional<AppliedNetwork> network, String damage, boolean earlier) {}

    /** Empty for what is half written, nothing of ours, or removed since by a command that holds the lock. */
    private Optional<Entry> entry(String file) {
        Optional<InterfaceName> bridge = InterfaceName.of(file);
        if (bridge.isEmpty()) {
            return Optional.empty();
        }
        Path path = networks().resolve(file);
        try {
            String text = WholeFile.text(path);
            AppliedNetwork network = NetworkFile.read(text);
            if (!file.equals(network.bridge().value())) {
                throw new IllegalArgumentException("it is the file of bridge " + network.bridge());
            }
            return Optional.of(new Entry(bridge.get(), Optional.of(network), "", !NetworkFile.isOfToday(text)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (CharacterCodingException | RuntimeException e) {
            // whatever is in it: one that is damaged must not stand in the way of every command
            return Optional.of(
                    new Entry(bridge.get(), Optional.empty(), path + " is damaged (" + e.getMessage() + ")", false));
        } catch (IOException e) {
            throw StateFiles.unreadable(path, e);
        }
    }

    private TableState readTable() {
        try {
            return NetworkFile.readTable(Files.readString(table()));
        } catch (NoSuchFileException | CharacterCodingException | IllegalArgumentException e) {
            return TableState.NONE; // lost, or never begun
        } catch (IOException e) {
            throw StateFiles.unreadable(table(), e);
        }
    }

    /** Writes one network, all of it or nothing. */
    public void write(AppliedNetwork network) {
        StateFiles.replace(networks().resolve(network.bridge().value()), NetworkFile.write(network));
    }

    /** Forgets the network of a bridge. */
    public void forget(InterfaceName bridge) {
        StateFiles.delete(networks().resolve(bridge.value()));
    }

    /** Writes the record, which stays when the table goes. */
    public void write(TableState table) {
        StateFiles.replace(table(), NetworkFile.write(table));
    }

    /**
     * Begins the record of a namespace in which nothing was applied so far.
     *
     * @return false when there is one, or something was applied
     */
    public boolean begin(String namespace) {
        folder.make();
        if (readTable().isRecorded() || !StateFiles.listNames(networks()).isEmpty()) {
            return false;
        }
        write(TableState.empty(namespace));
        return true;
    }

    /** When a change was last made, or found to be none; empty when none ever was. */
    public Optional<Instant> lastChange() {
        long milliseconds = table().toFile().lastModified();
        return milliseconds == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(milliseconds));
    }

    /**
     * By what two looks at the state tell whether a change was made between them: it writes the record of the table anew, as its last file.
     * That of a change that is under way shows only when it ends.
     */
    public String stamp() {
        try {
            BasicFileAttributes table = Files.readAttributes(table(), BasicFileAttributes.class);
            return table.fileKey() + " " + table.lastModifiedTime();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return "";
        } catch (IOException e) {
            throw StateFiles.unreadable(table(), e);
        }
    }

    /** Writes the script of a change where nft and people can read it. */
    public void writeScript(String script) {
        StateFiles.replace(script(), script);
    }

    /** The journal of the change under way. */
    public Journal journal() {
        return new Journal(folder.path());
    }

    /** When libvirt saw the hook last. */
    public HookMark hookMark() {
        return new HookMark(folder.path().resolve("hook"), folder::make);
    }

    /** The network that a command restarts. */
    public RestartMark restartMark() {
        return new RestartMark(folder.path().resolve("restarting"), folder::make);
    }

    /** Companions whose start failed. */
    public FailedStarts failedStarts() {
        return new FailedStarts(folder.path().resolve("failed"));
    }

    /** Why the checksums of a network's DHCP answers are not complete. */
    public ChecksumFailures checksumFailures() {
        return new ChecksumFailures(folder.path().resolve("checksums"));
    }

    /** The change that goes back unless somebody confirms it. */
    public TrialRecord trialRecord() {
        return new TrialRecord(folder.path());
    }

    /** The companions that are left to libvirt: of the host's own state beyond a reboot, of any other one in it. */
    public LeftNetworks left() {
        return isDefault()
                ? new LeftNetworks(Path.of("/").resolve(Memory.PLACE), Memory::make)
                : new LeftNetworks(folder.path(), StateFolder::makeOrTighten);
    }

    private Path networks() {
        return folder.path().resolve(NETWORKS);
    }

    private Path table() {
        return folder.path().resolve("table");
    }
}
