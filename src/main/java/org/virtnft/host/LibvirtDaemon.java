package org.virtnft.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * libvirt's daemon that has the network driver, running.
 *
 * @param name "virtnetworkd", or "libvirtd" where one daemon has all drivers
 * @param started when it was started
 */
public record LibvirtDaemon(String name, long pid, Instant started) {

    private static final Duration RELOAD_DEADLINE = Duration.ofSeconds(30);

    /** Finds it by its pid file; empty when none runs: it may be started when somebody connects. */
    public static Optional<LibvirtDaemon> running(HostFiles files) {
        for (String name : List.of("virtnetworkd", "libvirtd")) {
            Optional<LibvirtDaemon> found = byPidFile(name, files.run().resolve(name + ".pid"));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<LibvirtDaemon> byPidFile(String name, Path pidFile) {
        try {
            long pid = Long.parseLong(Files.readString(pidFile).strip());
            return ProcessHandle.of(pid)
                    .flatMap(process -> process.info().startInstant())
                    .map(started -> new LibvirtDaemon(name, pid, started));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The command that makes it look for hooks again (libvirt resets what it knows of them at SIGHUP, src/util/virhook.c). */
    public List<String> reloadCommand(HostFiles files) {
        return Files.isDirectory(files.systemd())
                ? List.of("systemctl", "reload", name)
                : List.of("kill", "-HUP", Long.toString(pid));
    }

    /**
     * Makes it look for hooks again.
     *
     * @throws ProgramException when that fails
     */
    public void reload(HostFiles files) {
        Program.runOrFail(reloadCommand(files), RELOAD_DEADLINE);
    }
}
