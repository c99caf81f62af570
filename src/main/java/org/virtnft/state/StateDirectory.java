package org.virtnft.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.virtnft.files.Memory;
import org.virtnft.files.PrivateFile;
import org.virtnft.files.PrivateFolder;
import org.virtnft.files.PrivateLock;
import org.virtnft.files.UntrustedException;
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

    /** At the end of a file that is being written; no interface name can end so. */
    private static final String FRESH = "+new";

    /** What lies in a state directory, one of these at least: libvirt's hook alone makes failed, enable makes hook. */
    private static final Set<String> SIGNS = Set.of("lock", "networks", "failed", "checksums", "hook");

    /** From so many files on, reading them is worth a second thread. */
    private static final int MANY = 64;

    private final Path directory;

    public StateDirectory(Path directory) {
        this.directory = directory;
    }

    public Path path() {
        return directory;
    }

    /** Where a change writes its script. */
    public Path script() {
        return directory.resolve("transaction.nft");
    }

    /**
     * Does something while no other command can.
     *
     * @throws StateException when somebody else holds the lock until the deadline, or the directory cannot be made
     */
    public <T> T locked(Duration deadline, Supplier<T> work) {
        prepare();
        Path file = directory.resolve("lock");
        try {
            PrivateLock lock = PrivateLock.acquire(file, deadline)
                    .orElseThrow(() -> new StateException("another virt-nft has held " + file + " for "
                            + deadline.toSeconds() + " s; try again when it is done"));
            try (lock) {
                return work.get();
            }
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private void prepare() {
        create();
        try {
            PrivateFolder.make(networks());
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /** Also what an earlier version left open: whoever can read the lock's file can hold it, see {@link PrivateLock}. */
    private void create() {
        try {
            PrivateFolder.makeOrTighten(directory, SIGNS);
        } catch (UntrustedException e) {
            throw new StateException("state directory " + e.getMessage(), e);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private StateException unusable(IOException e) {
        return new StateException("state directory " + directory + " cannot be used (run as root?): " + e, e);
    }

    /** Whether there is nothing to take out: nothing is applied, no change under way, and the record is there that says so. */
    public boolean isEmpty() {
        return listNames(networks()).isEmpty()
                && !journal().isPending()
                && readTable().isRecorded();
    }

    /** Whether it is the one that the hook and the units use. */
    public boolean isDefault() {
        return canonical().equals(canonical(DEFAULT));
    }

    /** The directory by its one name, whatever links lead there. */
    public Path canonical() {
        return canonical(directory);
    }

    private static Path canonical(Path directory) {
        try {
            return directory.toRealPath();
        } catch (IOException e) {
            return directory.toAbsolutePath().normalize(); // not there yet
        }
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
        List<String> files = listNames(networks());
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
            throw unreadable(path, e);
        }
    }

    private TableState readTable() {
        try {
            return NetworkFile.readTable(Files.readString(table()));
        } catch (NoSuchFileException | CharacterCodingException | IllegalArgumentException e) {
            return TableState.NONE; // lost, or never begun
        } catch (IOException e) {
            throw unreadable(table(), e);
        }
    }

    private static StateException damaged(Path file, Exception e) {
        return new StateException(
                file + " is damaged (" + e.getMessage() + "): remove it and run 'virt-nft apply --all'", e);
    }

    private static StateException unreadable(Path file, IOException e) {
        return new StateException(file + " cannot be read (run as root?): " + e, e);
    }

    /** Writes one network, all of it or nothing. */
    public void write(AppliedNetwork network) {
        replace(networks().resolve(network.bridge().value()), NetworkFile.write(network));
    }

    /** Forgets the network of a bridge. */
    public void forget(InterfaceName bridge) {
        delete(networks().resolve(bridge.value()));
    }

    /** Writes the record, which stays when the table goes. */
    public void write(TableState table) {
        replace(table(), NetworkFile.write(table));
    }

    /**
     * Begins the record of a namespace in which nothing was applied so far.
     *
     * @return false when there is one, or something was applied
     */
    public boolean begin(String namespace) {
        create();
        if (readTable().isRecorded() || !listNames(networks()).isEmpty()) {
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
            throw unreadable(table(), e);
        }
    }

    /** Writes the script of a change where nft and people can read it. */
    public void writeScript(String script) {
        replace(script(), script);
    }

    /** The journal of the change under way. */
    public Journal journal() {
        return new Journal(directory);
    }

    /** Notes that libvirt has seen the hook: it ran, or libvirt was reloaded after it was put there. */
    public void touchHook() {
        create();
        replace(directory.resolve("hook"), "");
    }

    /** When {@link #touchHook} noted that last, in milliseconds since 1970; 0 for never. */
    public long hookSeen() {
        return directory.resolve("hook").toFile().lastModified();
    }

    /**
     * Tells the hook that this very process restarts a network whose elements are there already, and looks after them: the launcher
     * then starts no JVM at its {@code stopped} and {@code start}, for which guests' packets would wait. It holds as long as the process
     * lives, which its start time tells apart from a later one with the same number.
     */
    public void beginRestart(String network) {
        create();
        replace(restarting(), ProcessHandle.current().pid() + " " + startTime() + "\n" + network + "\n");
    }

    /** The hook does its work again. */
    public void endRestart() {
        delete(restarting());
    }

    /** In clock ticks since the boot: field 22 of /proc/self/stat (proc(5)); what stands before it may hold spaces and parentheses. */
    private static String startTime() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            return stat.substring(stat.lastIndexOf(") ") + 2).split(" ", -1)[19];
        } catch (IOException e) {
            throw new StateException("/proc/self/stat cannot be read: " + e, e);
        }
    }

    /** Companions whose start failed and that were not applied since. */
    public List<FailedStart> failedStarts() {
        List<FailedStart> found = new ArrayList<>();
        for (String file : listNames(failed())) {
            failedStart(failed().resolve(file)).ifPresent(found::add);
        }
        return found;
    }

    /** Drops the records of failed starts of these networks. */
    public void clearFailedStarts(Collection<String> names) {
        for (String file : listNames(failed())) {
            Path record = failed().resolve(file);
            if (failedStart(record)
                    .filter(failed -> names.contains(failed.network()))
                    .isPresent()) {
                delete(record);
            }
        }
    }

    /** Empty when it was removed meanwhile. The shell wrote it as bytes, and a name need not be text to it. */
    private static Optional<FailedStart> failedStart(Path record) {
        try {
            String text = new String(Files.readAllBytes(record), StandardCharsets.UTF_8);
            int end = text.indexOf('\n');
            return end < 0
                    ? Optional.empty()
                    : Optional.of(new FailedStart(
                            text.substring(0, end), text.substring(end + 1).strip()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new StateException(record + " cannot be read: " + e, e);
        }
    }

    /** The companions that are left to libvirt: of the host's own state beyond a reboot, of any other one in it. */
    public LeftNetworks left() {
        return isDefault()
                ? new LeftNetworks(Path.of("/").resolve(Memory.PLACE), Memory::make)
                : new LeftNetworks(directory, folder -> PrivateFolder.makeOrTighten(folder, SIGNS));
    }

    /** Why the checksums of a network's DHCP answers are not complete; empty where they are. */
    public Optional<String> checksumFailure(InterfaceName bridge) {
        Path file = directory.resolve("checksums").resolve(bridge.value());
        try {
            return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** The trial that is open, or the last one. */
    public Optional<Trial> trial() {
        Path file = directory.resolve("try");
        try {
            return Optional.of(TrialFile.read(Files.readString(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (CharacterCodingException | IllegalArgumentException e) {
            throw damaged(file, e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Writes down a trial, in the place of the last one. Under the lock. */
    public void write(Trial trial) {
        replace(directory.resolve("try"), TrialFile.write(trial));
    }

    /** For what the process says that waits for a trial's end. */
    public Path trialLog() {
        return directory.resolve("try.log");
    }

    private Path restarting() {
        return directory.resolve("restarting");
    }

    private Path networks() {
        return directory.resolve("networks");
    }

    private Path table() {
        return directory.resolve("table");
    }

    private Path failed() {
        return directory.resolve("failed");
    }

    static List<String> listNames(Path folder) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                names.add(String.valueOf(file.getFileName()));
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return names;
        } catch (IOException e) {
            // and not as if it were empty: who may not look does not know whether anything is applied
            throw new StateException(folder + " cannot be read (run as root): " + e, e);
        }
        names.sort(null);
        return names;
    }

    /** A reader sees the old text or the new one, never a part. */
    static void replace(Path file, String text) {
        replace(file, text.getBytes(StandardCharsets.UTF_8));
    }

    static void replace(Path file, byte[] content) {
        Path fresh = file.resolveSibling(file.getFileName() + FRESH);
        try {
            try (FileChannel channel = PrivateFile.create(fresh)) {
                PrivateFile.write(channel, content);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new StateException(file + " cannot be written: " + e, e);
        }
    }

    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new StateException(file + " cannot be removed: " + e, e);
        }
    }
}
