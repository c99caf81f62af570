package org.virtnft.host;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether libvirt's daemon runs hooks of networks already. At its start and at each reload it notes whether there is any; where there is, it
 * looks into the folder at every operation, and runs what it finds there then (libvirt 6.5 to 11.3, virHookCall in src/util/virhook.c). So
 * a new hook beside one that it has found needs no reload.
 */
public final class KnownHooks {

    private final HostFiles files;

    public KnownHooks(HostFiles files) {
        this.files = files;
    }

    /**
     * Whether there is one that the daemon has certainly found: it was there, and could be executed, when the daemon started, and at every
     * reload since.
     *
     * @param seen when libvirt is known to have run a hook of ours, or to have been reloaded after it was put there, in milliseconds; 0 for
     *     never
     */
    public boolean foundBy(LibvirtDaemon daemon, long seen) {
        // With SELinux, whether libvirt may execute a file is a matter of labels, and it finds only what it may.
        Instant started = Files.exists(files.selinux()) ? Instant.MIN : daemon.notStartedAt();
        for (Path hook : all()) {
            Instant unchanged = unchangedSince(hook);
            if (unchanged.isBefore(started)
                    || (hook.equals(files.hook()) && unchanged.isBefore(Instant.ofEpochMilli(seen)))) {
                return true;
            }
        }
        return false;
    }

    private List<Path> all() {
        List<Path> found = new ArrayList<>(List.of(files.hookFolder().resolve("network")));
        try (DirectoryStream<Path> more = Files.newDirectoryStream(files.networkHooks())) {
            more.forEach(found::add);
        } catch (IOException | DirectoryIteratorException e) {
            // there are none
        }
        return found.stream()
                .filter(hook -> Files.isRegularFile(hook) && Files.isExecutable(hook))
                .toList();
    }

    /** By the time that nobody can set: it counts modes, owners and names too. A folder that was put in its place is younger as well. */
    private static Instant unchangedSince(Path hook) {
        try {
            Instant own = changed(hook);
            Instant folder = changed(hook.resolveSibling("."));
            return own.isAfter(folder) ? own : folder;
        } catch (IOException | UnsupportedOperationException e) {
            return Instant.MAX; // what cannot be looked at proves nothing
        }
    }

    private static Instant changed(Path path) throws IOException {
        return ((FileTime) Files.getAttribute(path, "unix:ctime")).toInstant();
    }
}
