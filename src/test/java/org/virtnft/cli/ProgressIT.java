package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.kernel.TestNamespace;
import org.virtnft.launcher.Program;
import org.virtnft.launcher.Run;
import org.virtnft.launcher.Screen;

/** The launched command on a pseudo-terminal, and without one; DemoIT has a demo there. */
class ProgressIT {

    private static final String APPLIED = "net: nat on virbr1, applied\n";

    @TempDir
    Path folder;

    private TestNamespace namespace;
    private Path javaHome;
    private String apply;

    @BeforeEach
    void applyingTakesSeconds() throws IOException {
        namespace = TestNamespace.create();
        SlowRepair slow = new SlowRepair(folder);
        javaHome = slow.javaHome("sleep 3");
        apply = Program.launcher() + " apply -f " + slow.network() + " --state-dir " + folder.resolve("state") + " "
                + InProcess.NO_LIBVIRT;
    }

    @AfterEach
    void close() {
        namespace.close();
    }

    @Test
    void aTerminalSeesThatLongWorkGoesOnAndNothingOfItStays() throws IOException {
        Path out = folder.resolve("out");
        Run run = onTerminal(apply + " >" + out);

        assertTrue(run.out().matches("(?s)\rvirt-nft: applies 1 network, \\d+ s.*"), run::toString);
        assertEquals("", Screen.of(run.out()));
        assertEquals(APPLIED, Files.readString(out));
    }

    @Test
    void whatTheCommandPrintsStandsAboveIt() {
        Run run = onTerminal(apply);

        assertTrue(run.out().contains("\rvirt-nft: applies 1 network"), run::toString);
        assertEquals(APPLIED, Screen.of(run.out()));
    }

    @Test
    void aPipeOrAFileGetsNothingOfIt() throws IOException {
        Path err = folder.resolve("err");
        assertEquals(APPLIED, onTerminal(apply + " 2>" + err).out().replace("\r\n", "\n"));
        assertEquals("", Files.readString(err));

        assertEquals(new Run(0, APPLIED, ""), run("sh", "-c", apply + " 2>&1 | cat"));
    }

    @Test
    void aQuickCommandShowsNothing() {
        Run run = onTerminal(Program.launcher() + " check -f " + folder.resolve("net.xml"));

        assertFalse(run.out().contains("virt-nft: "), run::toString);
        assertEquals(run.out().replace("\r\n", "\n"), Screen.of(run.out()));
    }

    /** script (util-linux) makes a pseudo-terminal, and copies what comes there to its own output. */
    private Run onTerminal(String command) {
        return run("script", "-qec", command, "/dev/null").ok();
    }

    private Run run(String... command) {
        return namespace.program(command).with("JAVA_HOME", javaHome.toString()).run();
    }
}
