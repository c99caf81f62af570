package org.virtnft.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.virtnft.files.Memory;
import org.virtnft.files.PrivateFile;
import org.virtnft.files.PrivateFolder;

/**
 * The companions that are left to libvirt's own rules, a file for each: {@code /var/lib/virt-nft/left/UUID}, with the network's name in
 * its first line and why in the second. By UUID, for a name may hold anything, and comes back with another network. It outlives
 * networks, daemons and hosts, so a mark is on the disk before it counts.
 *
 * <p>A mark says nothing of an owner network: that one has no other protection, whoever marked it.
 */
public final class LeftNetworks {

    /** Makes the folder in which that of the marks lies. */
    interface Making {
        void make(Path parent) throws IOException;
    }

    private static final String FRESH = ".new";

    private final Path parent;
    private final Making making;
    private final Path folder;

    /**
     * @param parent for the folder of marks; made where it is missing
     * @param making makes that one
     */
    LeftNetworks(Path parent, Making making) {
        this.parent = parent;
        this.making = making;
        this.folder = parent.resolve("left");
    }

    /**
     * A network that is left.
     *
     * @param why a clause
     */
    public record Left(String uuid, String name, String why) {}

    /**
     * All of them.
     *
     * @throws StateException when they cannot be read: whoever is left must not be taken for one that is not
     */
    public List<Left> all() {
        List<Left> found = new ArrayList<>();
        for (String file : StateFiles.listNames(folder)) {
            of(Optional.of(file)).ifPresent(found::add);
        }
        return found;
    }

    /** The mark of a network; empty where it has none, or no UUID. */
    public Optional<Left> of(Optional<String> uuid) {
        if (uuid.filter(Memory::isUuid).isEmpty()) {
            return Optional.empty();
        }
        Path file = folder.resolve(uuid.get());
        try {
            String[] lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n", 3);
            return Optional.of(new Left(uuid.get(), lines[0], lines.length > 1 ? lines[1] : ""));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new StateException(file + " cannot be read (run as root?): " + e, e);
        }
    }

    /**
     * Leaves a network, or says anew why.
     *
     * @throws StateException when that cannot be kept; what was kept before still is
     */
    public void mark(Left left) {
        Path file = folder.resolve(Memory.uuid(left.uuid()));
        Path fresh = folder.resolve(left.uuid() + FRESH);
        try {
            making.make(parent);
            PrivateFolder.make(folder);
            String text = left.name() + "\n" + left.why().replace('\n', ' ') + "\n";
            PrivateFile.replaceDurably(fresh, file, text.getBytes(StandardCharsets.UTF_8), Optional.empty());
            // a file's new name is on the disk with its folder
            try (FileChannel channel = FileChannel.open(folder)) {
                channel.force(true);
            }
        } catch (IOException e) {
            throw new StateException(file + " cannot be written (run as root?): " + e, e);
        }
    }

    /** Takes a mark away; whether there was one. */
    public boolean drop(String uuid) {
        boolean marked = of(Optional.of(uuid)).isPresent();
        if (marked) {
            StateFiles.delete(folder.resolve(uuid));
        }
        return marked;
    }

    /** Takes those marks away. */
    public void dropIf(Predicate<Left> condition) {
        all().stream().filter(condition).map(Left::uuid).forEach(this::drop);
    }
}
