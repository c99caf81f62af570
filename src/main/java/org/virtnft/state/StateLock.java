package org.virtnft.state;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.virtnft.files.PrivateLock;

/** The lock that orders the commands of one state. */
final class StateLock {

    private final StateFolder folder;

    StateLock(StateFolder folder) {
        this.folder = folder;
    }

    /**
     * Does something while no other command can.
     *
     * @throws StateException when somebody else holds the lock until the deadline
     */
    <T> T locked(Duration deadline, Supplier<T> work) {
        Path file = folder.path().resolve("lock");
        try {
            PrivateLock lock = PrivateLock.acquire(file, deadline)
                    .orElseThrow(() -> new StateException("another virt-nft has held " + file + " for "
                            + deadline.toSeconds() + " s; try again when it is done"));
            try (lock) {
                return work.get();
            }
        } catch (IOException e) {
            throw folder.unusable(e);
        }
    }
}
