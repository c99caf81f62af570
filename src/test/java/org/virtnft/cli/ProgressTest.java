package org.virtnft.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.virtnft.launcher.Screen;

/** What a terminal is shown of long work, and what nothing else is. */
class ProgressTest {

    private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
    private final Progress progress = new Progress(terminal, () -> true);

    @Test
    void longWorkIsOneLineThatGoesAgain() throws IOException {
        assertEquals("done", progress.during("reads", () -> {
            awaitLine("reads");
            progress.now("3 of 38 networks");
            awaitLine("3 of 38 networks");
            return "done";
        }));

        assertFalse(written().contains("\n"), this::written);
        assertEquals("", Screen.of(written()));
        assertNoThreadIsLeft();
    }

    @Test
    void quickWorkShowsNothing() {
        for (int i = 0; i < 20; i++) {
            progress.run("reads", () -> pause(100));
        }
        progress.now("nothing goes on");
        pause(1_500);

        assertEquals("", written());
        assertNoThreadIsLeft();
    }

    @Test
    void whatIsNoTerminalGetsNothing() {
        Progress nowhere = new Progress(terminal, () -> false);
        nowhere.run("reads", () -> pause(1_500));

        assertEquals("", written());
        assertNoThreadIsLeft();
    }

    @Test
    void whatIsNotOverIsShownAgainAfterWorkWithinIt() {
        progress.run("enables", () -> {
            progress.run("libvirt reloads", () -> awaitLine("libvirt reloads"));
            awaitLine("enables");
        });

        assertEquals("", Screen.of(written()));
    }

    @Test
    void outputStandsAboveTheLine() {
        progress.run("applies", () -> {
            try (OutputStream out = progress.above(terminal)) {
                for (int i = 0; i < 20; i++) {
                    pause(100);
                    if (i == 15) {
                        awaitLine("applies");
                    }
                    out.write(("line " + i + "\n").getBytes(UTF_8));
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });

        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            expected.append("line ").append(i).append('\n');
        }
        assertEquals(expected.toString(), Screen.of(written()));
    }

    @Test
    void workThatFailsLeavesNoLine() {
        try {
            progress.run("applies", () -> {
                awaitLine("applies");
                throw new IllegalStateException("refused");
            });
            throw new AssertionError("it failed");
        } catch (IllegalStateException e) {
            assertEquals("refused", e.getMessage());
        }
        assertEquals("", Screen.of(written()));
        assertNoThreadIsLeft();
    }

    @Test
    void whenTheProcessEndsInTheMidstNothingIsDrawnAnyMore() {
        progress.run("applies", () -> {
            awaitLine("applies");
            progress.over();
            String before = written();
            assertEquals("", Screen.of(before));
            pause(500);
            assertEquals(before, written());
        });
    }

    /** Ctrl-S: neither the work nor what it prints elsewhere waits for Ctrl-Q. */
    @Test
    void aStoppedTerminalDoesNotStopTheWork() {
        CountDownLatch go = new CountDownLatch(1);
        OutputStream stopped = new OutputStream() {
            @Override
            public void write(int b) {
                write(new byte[0], 0, 0);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                boolean interrupted = false;
                while (go.getCount() > 0) {
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        interrupted = true; // write(2) in a JVM goes on, and what interrupted is kept
                    }
                }
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        Progress waiting = new Progress(stopped, () -> true);
        try {
            assertTimeoutPreemptively(
                    Duration.ofSeconds(10),
                    () -> waiting.run("restarts networks", () -> {
                        pause(1_500);
                        waiting.now("2 of 3");
                        try (OutputStream out = waiting.above(terminal)) {
                            out.write("printed\n".getBytes(UTF_8));
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    }));
            assertEquals("printed\n", written());
        } finally {
            go.countDown();
        }
        for (int i = 0; i < 100 && isThreadLeft(); i++) {
            pause(100);
        }
        assertNoThreadIsLeft();
    }

    private void awaitLine(String goesOn) {
        Pattern line = Pattern.compile("\rvirt-nft: " + goesOn + ", \\d+ s");
        for (int i = 0; i < 300 && !line.matcher(written()).find(); i++) {
            pause(100);
        }
        assertTrue(line.matcher(written()).find(), this::written);
    }

    private static void assertNoThreadIsLeft() {
        assertFalse(isThreadLeft());
    }

    private static boolean isThreadLeft() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("progress"));
    }

    private String written() {
        return terminal.toString(UTF_8);
    }

    private static void pause(long milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
