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

    /** A process's start is known by the kernel's boot time, which has whole seconds (btime of /proc/stat). */
    private static final Duration IMPRECISION = Duration.ofSeconds(1);

    private static final Duration SHORTEST_RELOAD = Duration.ofSeconds(30);

    /** It runs a process for each rule of a network: libvirt 11.3 took 43 s for 81 networks, on a machine with nothing else to do. */
    private static final Duration RELOAD_OF_A_NETWORK = Duration.ofSeconds(3);

    private static final Duration LONGEST_RELOAD = Duration.ofMinutes(20);

    /** When it had certainly not been started yet. */
    public Instant notStartedAt() {
        return started.minus(IMPRECISION);
    }

    /** When it certainly had been started. */
    public Instant startedBy() {
        return started.plus(IMPRECISION);
    }

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
     * Makes it look for hooks again, and waits until it has done all that a reload does: it also makes its own rules for every running
     * network anew, and starts autostart networks.
     *
     * @param networks how many run
     * @throws ProgramException when that fails, or does not end
     */
    public void reload(HostFiles files, int networks) {
        DaemonReload reload = new DaemonReload(files.process(pid), reloadDeadline(networks));
        reload.awaitStart();
        Program.runOrFail(reloadCommand(files), reloadDeadline(networks));
        reload.awaitEnd();
    }

    static Duration reloadDeadline(int networks) {
        Duration deadline = SHORTEST_RELOAD.plus(RELOAD_OF_A_NETWORK.multipliedBy(networks));
        return deadline.compareTo(LONGEST_RELOAD) < 0 ? deadline : LONGEST_RELOAD;
    }
}
