package org.virtnft.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.virtnft.network.Printable;

/**
 * Shows on a terminal that long work goes on: what it is and for how long, on one line that goes again. What is done in a second shows
 * nothing, and what is no terminal (a pipe, a journal, a log) never gets anything.
 *
 * <p>A terminal can be stopped, by Ctrl-S for one, and whoever writes there waits then. So the work itself never draws, and waits for
 * the thread that does no longer than a moment.
 */
final class Progress {

    /** Something that takes its time. */
    interface Work<T, E extends Exception> {
        T perform() throws E;
    }

    private static final Duration QUIET = Duration.ofSeconds(1);
    private static final Duration STEP = Duration.ofMillis(200);
    private static final Duration MOMENT = Duration.ofSeconds(1);

    /** A line that a narrow terminal wraps cannot be taken back. */
    private static final int LONGEST = 60;

    private final OutputStream terminal;
    private final BooleanSupplier isTerminal;
    private final ReentrantLock line = new ReentrantLock();
    private volatile String what = "";
    private volatile boolean over;

    /** How many characters stand there; of whoever holds {@link #line}. */
    private int shown;

    /**
     * For one terminal.
     *
     * @param isTerminal whether it is one; asked only after a second of work
     */
    Progress(OutputStream terminal, BooleanSupplier isTerminal) {
        this.terminal = terminal;
        this.isTerminal = isTerminal;
    }

    /** Of a command that nobody watches. */
    static Progress unwatched() {
        return new Progress(OutputStream.nullOutputStream(), () -> false);
    }

    /** Shows what goes on for as long as it does; within other work, instead of that. */
    <T, E extends Exception> T during(String goesOn, Work<T, E> work) throws E {
        String outer = what;
        what = goesOn;
        Optional<Thread> drawing = outer.isEmpty() ? Optional.of(new Thread(this::draw, "progress")) : Optional.empty();
        drawing.ifPresent(thread -> {
            thread.setDaemon(true);
            thread.start();
        });
        try {
            return work.perform();
        } finally {
            what = outer;
            drawing.ifPresent(Progress::end);
        }
    }

    /** The same of what gives nothing back. */
    void run(String goesOn, Runnable work) {
        during(goesOn, () -> {
            work.run();
            return true;
        });
    }

    /** What goes on by now, or how far it has come. */
    void now(String goesOn) {
        if (!what.isEmpty()) {
            what = goesOn;
        }
    }

    /** Nothing is drawn any more: the process is about to end in the midst of it. */
    void over() {
        over = true;
        show("");
    }

    /** A stream whose output never gets into the line, nor behind it. */
    OutputStream above(OutputStream to) {
        return new FilterOutputStream(to) {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                boolean alone = hold();
                try {
                    if (alone) {
                        redraw("");
                    }
                    out.write(bytes, offset, length);
                } finally {
                    if (alone) {
                        line.unlock();
                    }
                }
            }
        };
    }

    private void draw() {
        long begin = System.nanoTime();
        try {
            Thread.sleep(QUIET.toMillis());
            while (isTerminal.getAsBoolean() && !over) {
                long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
                show("virt-nft: " + what + ", " + seconds + " s");
                Thread.sleep(STEP.toMillis());
            }
        } catch (InterruptedException e) {
            show(""); // it is done
        }
    }

    private static void end(Thread drawing) {
        drawing.interrupt();
        try {
            drawing.join(MOMENT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void show(String text) {
        if (hold()) {
            try {
                redraw(over ? "" : text);
            } finally {
                line.unlock();
            }
        }
    }

    private boolean hold() {
        try {
            return line.tryLock(MOMENT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return line.tryLock();
        }
    }

    private void redraw(String text) {
        String cut = Printable.printable(text, LONGEST);
        String blank = " ".repeat(Math.max(0, shown - cut.length()));
        if (cut.isEmpty() && blank.isEmpty()) {
            return;
        }
        shown = cut.length();
        try {
            terminal.write(("\r" + cut + blank + (cut.isEmpty() ? "\r" : "")).getBytes(StandardCharsets.UTF_8));
            terminal.flush();
        } catch (IOException e) {
            shown = 0; // it is gone
        }
    }
}
