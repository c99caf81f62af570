package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.launcher.Program;
import org.virtnft.launcher.Run;

/** The installed command on a pseudo-terminal, and without one. */
class ProgressIT {

    @TempDir
    Path folder;

    @Test
    void aTerminalSeesThatLongWorkGoesOnAndNothingOfItStays() throws IOException {
        Path out = folder.resolve("out");
        Run run = onTerminal(demo() + " >" + out);

        assertTrue(run.out().matches("(?s).*\rvirt-nft: builds network \\d+ of \\d+, \\d+ s.*"), run::toString);
        assertTrue(run.out().matches("(?s).*\rvirt-nft: sends packets, \\d+ s.*"), run::toString);
        assertEquals("", Screen.of(run.out()));
        assertOfTheCommandAlone(Files.readString(out));
    }

    @Test
    void whatTheCommandPrintsStandsAboveIt() {
        Run run = onTerminal(demo());

        assertTrue(run.out().contains("\rvirt-nft: sends packets"), run::toString);
        assertOfTheCommandAlone(Screen.of(run.out()));
    }

    @Test
    void aPipeGetsNothingOfIt() throws IOException {
        Path err = folder.resolve("err");
        Run run = onTerminal(demo() + " 2>" + err);

        assertEquals("", Files.readString(err));
        assertFalse(run.out().contains("virt-nft: "), run::toString);
        assertOfTheCommandAlone(Screen.of(run.out()));

        Run piped = Program.of("sh", "-c", demo()).run().ok();
        assertEquals("", piped.err());
        assertOfTheCommandAlone(piped.out());
    }

    @Test
    void aQuickCommandShowsNothing() {
        String check = Program.launcher() + " check -f " + Program.basedir().resolve("test-networks/default.xml");
        Run run = onTerminal(check);

        assertEquals(Program.of("sh", "-c", check).run().ok().out(), run.out().replace("\r\n", "\n"));
    }

    private static void assertOfTheCommandAlone(String output) {
        List<String> lines = output.lines().toList();
        assertTrue(lines.get(0).startsWith("Building a host with "), output);
        assertTrue(lines.get(lines.size() - 1).startsWith("Removed after "), output);
        assertTrue(lines.contains("Sending packets: UDP, TCP and ping."), output);
        assertFalse(output.contains("\r"), output);
        assertFalse(output.contains("virt-nft: "), output);
    }

    /** Of enough networks to take some seconds. */
    private static String demo() {
        try (Stream<Path> all = Files.list(Program.basedir().resolve("test-networks"))) {
            List<String> files = all.map(Path::toString)
                    .filter(name -> name.matches(".*/(nat|route|owner)-[^/]*\\.xml"))
                    .sorted()
                    .toList();
            return Program.launcher() + " demo " + String.join(" ", files);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** script (util-linux) makes a pseudo-terminal, and copies what comes there to its own output. */
    private static Run onTerminal(String command) {
        return Program.of("script", "-qec", command, "/dev/null").run().ok();
    }
}
