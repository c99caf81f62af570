package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.kernel.TestNamespace;
import org.virtnft.launcher.Program;
import org.virtnft.launcher.Run;
import org.virtnft.state.StateDirectory;

/** A command that is asked to end: before it has begun to change anything it ends, from then on it comes to its end and says so. */
class InterruptedCommandIT {

    @TempDir
    Path folder;

    private TestNamespace namespace;
    private Path state;

    @BeforeEach
    void open() {
        namespace = TestNamespace.create();
        state = folder.resolve("state");
    }

    @AfterEach
    void close() {
        namespace.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HUP", "INT", "TERM"})
    void whatWasBegunComesToItsEnd(String signal) throws Exception {
        String said = "virt-nft: interrupted; what was begun is brought to its end\n";

        Run applied = interrupted(signal, "apply", "-f", file(), InProcess.NO_LIBVIRT);
        assertEquals(new Run(0, "net: nat on virbr1, applied\n", said), applied);
        assertTrue(namespace.table().contains("192.168.1.0/24"), namespace::table);

        Run removed = interrupted(signal, "remove", "net");
        assertEquals(0, removed.status(), removed::toString);
        assertEquals(said, removed.err());
        assertTrue(removed.out().startsWith("net: removed\n"), removed::toString);
        assertEquals("", namespace.table());
        assertFalse(Files.exists(state.resolve("journal")));
    }

    /** Who waits for another command's lock has changed nothing, and does not go on after the end was asked for. */
    @Test
    void whatWasNotBegunIsNot() throws Exception {
        Run run = new StateDirectory(state).locked(Duration.ofSeconds(5), () -> {
            Program.Running waiting =
                    virtNft("apply", "-f", file(), InProcess.NO_LIBVIRT).start();
            pause(TimeUnit.SECONDS.toMillis(3));
            kill("TERM", waiting);
            return waiting.await();
        });

        assertEquals(143, run.status(), run::toString);
        assertFalse(run.err().contains("brought to its end"), run::toString);
        assertEquals("", namespace.table());
    }

    /** Asks it to end when it is at the last step, a program that is slow here. */
    private Run interrupted(String signal, String... words) throws IOException {
        Path reached = folder.resolve("reached");
        Files.deleteIfExists(reached);
        Path java = new SlowRepair(folder).javaHome("touch " + reached + "; sleep 2");
        Program.Running running =
                virtNft(words).with("JAVA_HOME", java.toString()).start();
        for (int i = 0; i < 600 && !Files.exists(reached) && running.isAlive(); i++) {
            pause(50);
        }
        kill(signal, running);
        return running.await();
    }

    private Program virtNft(String... words) {
        return namespace.program(Program.launcher().toString()).and(words).and("--state-dir", state.toString());
    }

    private String file() {
        try {
            return new SlowRepair(folder).network().toString();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void kill(String signal, Program.Running running) {
        Program.of("kill", "-" + signal, "" + running.process().pid()).run().ok();
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
