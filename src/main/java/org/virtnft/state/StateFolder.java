package org.virtnft.state;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.virtnft.files.PrivateFolder;
import org.virtnft.files.UntrustedException;

/** The folder of a state: whose it is, and where. What is in it is {@link StateDirectory}'s. */
final class StateFolder {

    /** What lies in a state directory, one of these at least: libvirt's hook alone makes failed, enable makes hook. */
    private static final Set<String> SIGNS = Set.of("lock", "networks", "failed", "checksums", "hook");

    private final Path path;

    StateFolder(Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    /**
     * Makes it, its owner's alone. Also what an earlier version left open: whoever can read the lock's file can hold it, see {@link
     * org.virtnft.files.PrivateLock}.
     */
    void make() {
        try {
            makeOrTighten(path);
        } catch (UntrustedException e) {
            throw new StateException("state directory " + e.getMessage(), e);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    static void makeOrTighten(Path folder) throws IOException {
        PrivateFolder.makeOrTighten(folder, SIGNS);
    }

    /** Makes a folder in it. */
    void makeWithin(String name) {
        try {
            PrivateFolder.make(path.resolve(name));
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    StateException unusable(IOException e) {
        return new StateException("state directory " + path + " cannot be used (run as root?): " + e, e);
    }

    /** It by its one name, whatever links lead there. */
    Path canonical() {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path.toAbsolutePath().normalize(); // not there yet
        }
    }
}
