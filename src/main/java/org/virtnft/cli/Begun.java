package org.virtnft.cli;

import java.time.Duration;
import java.util.OptionalInt;
import org.virtnft.transaction.Step;
import org.virtnft.transaction.StepListener;

/**
 * Whether a command has begun to change something. What was begun is brought to its end, whatever asks the process to end meanwhile: a
 * JVM ends at a signal wherever its threads are, and a network between its stop and its start has no guests on its bridge.
 */
final class Begun {

    private enum Phase {
        NOTHING,
        CHANGING,
        /** Asked to end before anything was begun: the JVM is about to, and nothing may begin any more. */
        INTERRUPTED,
        ENDED
    }

    private final Runnable apart;
    private Phase phase = Phase.NOTHING;
    private int status;

    /** @param apart takes this process out of the reach of its terminal's signals, and so the programs that it starts */
    Begun(Runnable apart) {
        this.apart = apart;
    }

    /** Of a process that has no end of its own, a test's for one. */
    static Begun unwatched() {
        return new Begun(() -> {});
    }

    /**
     * From now on the command goes on to its end.
     *
     * @throws CommandException when the process was asked to end before
     */
    synchronized void changing() {
        if (phase == Phase.INTERRUPTED) {
            throw CommandException.failed("interrupted; nothing was changed");
        }
        if (phase == Phase.NOTHING) {
            apart.run();
        }
        phase = Phase.CHANGING;
    }

    /** The same, by the lock under which a change is made: who waits for it has begun nothing. */
    StepListener byChanges() {
        return step -> {
            if (step == Step.RECOVER) {
                changing();
            }
        };
    }

    /** Whether anything was, or may have been, changed. */
    synchronized boolean hasBegun() {
        return phase == Phase.CHANGING;
    }

    /** The command has come to its end. */
    synchronized void ended(int exitStatus) {
        phase = Phase.ENDED;
        status = exitStatus;
        notifyAll();
    }

    /** The process is asked to end; whether it must wait for what was begun. */
    synchronized boolean interrupted() {
        if (phase == Phase.NOTHING) {
            phase = Phase.INTERRUPTED;
        }
        return phase == Phase.CHANGING;
    }

    /** Waits for the end of what was begun; its exit status, or empty when it did not come. */
    synchronized OptionalInt awaitEnd(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        try {
            while (phase != Phase.ENDED) {
                long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
                if (left <= 0) {
                    return OptionalInt.empty();
                }
                wait(left);
            }
            return OptionalInt.of(status);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalInt.empty();
        }
    }
}
