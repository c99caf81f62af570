package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.virtnft.launcher.Program;
import org.virtnft.launcher.Run;

/** The man pages in the eyes of the two programs that show them: mandoc, and groff behind man-db. */
class ManPagesIT {

    private static final Run NOTHING_TO_SAY = new Run(0, "", "");

    static List<Path> pages() throws IOException {
        return ManPagesTest.pages();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void mandocFindsNothingWrong(Path page) {
        assertEquals(NOTHING_TO_SAY, lint(page));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void groffFindsNothingWrong(Path page) {
        assertEquals(NOTHING_TO_SAY, format(page));
    }

    /** The control. */
    @Test
    void aBrokenPageIsSeen(@TempDir Path folder) throws IOException {
        String page = Files.readString(ManPagesTest.pages().get(0));
        Path broken = Files.writeString(folder.resolve("broken.8"), page + ".Frobnicate\n.El\n");

        assertNotEquals(NOTHING_TO_SAY, lint(broken));
        assertNotEquals(NOTHING_TO_SAY, format(broken));
    }

    private static Run lint(Path page) {
        return Program.of("mandoc", "-Tlint", "-W", "warning", page.toString()).run();
    }

    private static Run format(Path page) {
        return Program.of("groff", "-mandoc", "-Tutf8", "-ww", "-z", page.toString())
                .run();
    }
}
