package org.virtnft.files;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A lock on a file that nobody else can open, and so nobody else can hold: for a shared lock fcntl(2) wants no more than a
 * descriptor for reading, and it keeps out whoever wants an exclusive one. In a {@link PrivateFolder}.
 *
 * <p>A file that others could open (version 0.1.0 made it with mode 0644) may be open at somebody's still, after its folder was
 * closed. It is replaced by a fresh one, so:
 *
 * <ul>
 *   <li>Only one at a time replaces it, under a lock of its own, and looks again then: all others find the fresh one.
 *   <li>A command of 0.1.0 may be at work under the old file. It holds an exclusive lock, for which fcntl(2) wants a descriptor for
 *       writing: whoever could only read has at most a shared one. A shared lock of ours therefore waits for the former and not for
 *       the latter. Where others could write it too (a umask of 000), the two cannot be told apart: it is replaced when the deadline
 *       has passed.
 *   <li>A command of 0.1.0 may wait for the old file. The one that replaces it keeps its shared lock until it is done itself, and
 *       0.1.0 waits five seconds at most. A third command beside one that waited so is not kept out.
 * </ul>
 */
public final class PrivateLock implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(20);

    /** POSIX locks belong to a process, and closing any descriptor of the file ends them: these stay open for as long. */
    private final List<FileChannel> open = new ArrayList<>();

    private PrivateLock() {}

    /**
     * Waits for the lock.
     *
     * @return empty when another process, or another thread, has it until the deadline
     * @throws IOException when the file cannot be used
     */
    public static Optional<PrivateLock> acquire(Path file, Duration deadline) throws IOException {
        PrivateLock lock = new PrivateLock();
        boolean held = false;
        try {
            long end = System.nanoTime() + deadline.toNanos();
            held = (isGood(file) || lock.replace(file, end)) && lock.hold(PrivateFile.openOrCreate(file), false, end);
            return held ? Optional.of(lock) : Optional.empty();
        } finally {
            if (!held) {
                lock.close();
            }
        }
    }

    private static boolean isGood(Path file) throws IOException {
        try {
            return FileOwner.of(file, LinkOption.NOFOLLOW_LINKS).isPrivateFile();
        } catch (NoSuchFileException e) {
            return true;
        }
    }

    private boolean replace(Path file, long end) throws IOException {
        PrivateLock alone = new PrivateLock();
        try (alone) {
            if (!alone.hold(PrivateFile.openOrCreate(beside(file, "+replacing")), false, end)) {
                return false;
            }
            if (isGood(file)) {
                return true;
            }
            FileOwner former = FileOwner.of(file, LinkOption.NOFOLLOW_LINKS);
            boolean nobodyWorks = former.isLink()
                    || hold(FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS), true, end);
            if (!nobodyWorks && !former.isWritableByOthers()) {
                return false;
            }
            Path fresh = beside(file, "+new");
            PrivateFile.create(fresh).close();
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            return true;
        }
    }

    private static Path beside(Path file, String end) {
        return file.resolveSibling(file.getFileName() + end);
    }

    private boolean hold(FileChannel channel, boolean shared, long end) throws IOException {
        open.add(channel);
        while (!tryLock(channel, shared)) {
            if (System.nanoTime() >= end) {
                return false;
            }
            sleep();
        }
        return true;
    }

    private static boolean tryLock(FileChannel channel, boolean shared) throws IOException {
        try {
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // another thread of this JVM has it
        }
    }

    private static void sleep() throws InterruptedIOException {
        try {
            Thread.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a lock");
        }
    }

    /** Lets others have it. */
    @Override
    public void close() throws IOException {
        for (FileChannel channel : open) {
            channel.close();
        }
    }
}
