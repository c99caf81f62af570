package org.virtnft.cli;

import java.time.Duration;
import org.virtnft.host.SystemLog;
import org.virtnft.kernel.KernelException;
import org.virtnft.state.StateDirectory;
import org.virtnft.state.StateException;
import org.virtnft.state.Trial;
import org.virtnft.transaction.Applier;
import org.virtnft.transaction.ChangeException;
import org.virtnft.transaction.Trials;

/** Waits for the end of a trial in the place of a command and a terminal that may be gone by then. */
record TrialWatch(Trials trials, Applier applier, StateDirectory state) {

    private static final Duration POLL = Duration.ofMillis(200);

    /** Somebody else may have the lock, the kernel may be out of memory: for a minute. */
    private static final int ATTEMPTS = 300;

    /** Waits, and goes back when nobody has confirmed it in time. */
    int until(String id) {
        // Whether the state and the kernel can be used at all shows now, while nothing is changed; and all classes are
        // loaded.
        applier.survey().observe(state::read);
        trials.watched(id);
        goBackAtExit(trials, id);
        int attempts = 0;
        while (true) {
            Trial trial = trials.get(id);
            if (!trial.phase().isOpen() || trial.phase() == Trial.Phase.STUCK) {
                return ExitCode.DONE;
            }
            boolean due =
                    trial.phase() == Trial.Phase.RETURNING || trials.left(trial).isNegative();
            if (due && goneBack(id, ++attempts)) {
                return ExitCode.DONE;
            }
            pause();
        }
    }

    private boolean goneBack(String id, int attempts) {
        try {
            Trial ended = trials.goBack(id);
            if (ended.phase() == Trial.Phase.BACK && !ended.said().isEmpty()) {
                SystemLog.warn("a try was not confirmed: " + String.join("; ", ended.said()));
            }
            return true;
        } catch (ChangeException | StateException | KernelException e) {
            if (attempts < ATTEMPTS) {
                return false;
            }
            SystemLog.warn("a try was not confirmed, and cannot go back: " + e.getMessage());
            trials.stuck(id, "" + e.getMessage());
            return true;
        }
    }

    /** When the process is asked to end, by Ctrl-C, by the end of its terminal, by kill: nobody is left to confirm it there. */
    static void goBackAtExit(Trials trials, String id) {
        Runnable goBack = () -> {
            try {
                if (trials.get(id).phase().isOpen()) {
                    trials.goBack(id);
                }
            } catch (ChangeException | StateException | KernelException e) {
                // the other process goes back in time
            }
        };
        Runtime.getRuntime().addShutdownHook(new Thread(goBack, "go back"));
    }

    static void pause() {
        try {
            Thread.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StateException("interrupted while waiting for the end of the trial", e);
        }
    }
}
