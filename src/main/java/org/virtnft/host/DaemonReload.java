package org.virtnft.host;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Follows libvirt's daemon through its reload. {@code kill -HUP} and, up to libvirt 9, {@code systemctl reload} return at once; what the
 * daemon then does, it does in a thread that it calls daemon-reload (src/remote/remote_daemon.c), as daemon-init before it takes any notice
 * of a reload.
 */
final class DaemonReload {

    private static final String INIT = "daemon-init";
    private static final String RELOAD = "daemon-reload";

    /** A reload that nobody has seen after this is over: without networks it takes a millisecond. */
    private static final Duration UNSEEN = Duration.ofSeconds(1);

    /** A process that has not taken its signal after this does not run, whatever the reason. */
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private static final Duration PAUSE = Duration.ofMillis(5);

    private final Path process;
    private final Duration patience;

    /**
     * @param process the daemon's folder in /proc
     * @param patience how long a reload may take
     */
    DaemonReload(Path process, Duration patience) {
        this.process = process;
        this.patience = patience;
    }

    /** Waits until the daemon listens to a reload: one that is just starting ignores it. */
    void awaitStart() {
        long end = System.nanoTime() + patience.toNanos();
        while (has(INIT)) {
            pauseUntil(end, "is still starting");
        }
    }

    /**
     * Waits for the end of a reload that was just asked for.
     *
     * @throws ProgramException when it does not come
     */
    void awaitEnd() {
        long begin = System.nanoTime();
        long end = begin + patience.toNanos();
        boolean seen = false;
        while (Files.isDirectory(process)) { // a daemon that was started since has looked for hooks
            if (has(RELOAD)) {
                seen = true;
            } else if (seen || (System.nanoTime() - begin > UNSEEN.toNanos() && !isPending())) {
                return;
            }
            pauseUntil(seen ? end : Math.min(end, begin + ANSWER.toNanos()), "does not come to the end of its reload");
        }
    }

    private boolean has(String thread) {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(process.resolve("task"))) {
            for (Path each : threads) {
                if (read(each.resolve("comm")).strip().equals(thread)) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return false; // it ended
        }
        return false;
    }

    /** Whether the process has not taken the signal yet: SIGHUP is 1, so its bit is the last (proc(5)). */
    private boolean isPending() {
        return read(process.resolve("status")).lines().anyMatch(line -> line.matches("(SigPnd|ShdPnd):.*[13579bdf]"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return ""; // the thread or the process ended
        }
    }

    private static void pauseUntil(long end, String complaint) {
        if (System.nanoTime() > end) {
            throw new ProgramException("libvirt's daemon " + complaint);
        }
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProgramException("interrupted", e);
        }
    }
}
