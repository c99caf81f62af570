package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.launcher.Program;
import org.virtnft.launcher.Run;

/** What has begun is out of a terminal's reach, with all that it starts. */
class BegunIT {

    @TempDir
    Path folder;

    /** At whatever moment of their lives: a child that has not executed anything yet is in the terminal's group too. */
    @Test
    void controlCOnTheTerminalDoesNotReachPrograms() {
        String command = String.join(
                " ",
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                System.getProperty("java.class.path"),
                OnTerminal.class.getName(),
                "100");
        Path seen = folder.resolve("seen");
        // the shell in front of it is there like the launcher: it gets the signal, and waits
        Run run = Program.of("sh", "-c", """
                        {
                            i=0
                            until grep -q begun %1$s 2>/dev/null || [ $i -gt 600 ]; do sleep 0.05; i=$((i + 1)); done
                            for i in 1 2 3 4 5 6 7 8 9 10; do printf '\\003'; sleep 0.1; done
                            sleep 20 & waiting=$!
                            until grep -q 'their end' %1$s || ! kill -0 $waiting 2>/dev/null; do sleep 0.05; done
                            kill $waiting 2>/dev/null
                        } | script -q -f -c "trap : INT; $0; :" %1$s
                        """.formatted(seen), command).run();

        assertTrue(run.out().contains("^C"), run::toString);
        assertTrue(run.out().contains("programs that came to their end: 100"), run::toString);
    }
}
