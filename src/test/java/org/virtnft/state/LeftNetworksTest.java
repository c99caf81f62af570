package org.virtnft.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.state.LeftNetworks.Left;

/** What is remembered of companions that are left to libvirt. */
class LeftNetworksTest {

    private static final String UUID = "5c6d3a52-0000-4000-8000-0000000000ff";
    private static final String OTHER = "5c6d3a52-0000-4000-8000-0000000000fe";

    @TempDir
    private Path root;

    private Path directory;
    private LeftNetworks left;

    @BeforeEach
    void begin() {
        directory = root.resolve("state");
        left = new StateDirectory(directory).left();
    }

    @Test
    void aMarkLastsUntilItIsDropped() {
        Left mark = new Left(UUID, "é<{ \"net", "a rule");
        assertEquals(List.of(), left.all());
        left.mark(mark);
        assertEquals(Optional.of(mark), new StateDirectory(directory).left().of(Optional.of(UUID)));
        assertEquals(Optional.empty(), left.of(Optional.of(OTHER)));
        assertEquals(Optional.empty(), left.of(Optional.empty()), "a file's network has no UUID");
        left.mark(new Left(UUID, "net", "another\nrule"));
        assertEquals(List.of(new Left(UUID, "net", "another rule")), left.all());
        assertTrue(left.drop(UUID));
        assertFalse(left.drop(UUID));
        assertEquals(List.of(), left.all());
    }

    @Test
    void someAreDroppedByWhatTheySay() {
        left.mark(new Left(UUID, "net", "why"));
        left.mark(new Left(OTHER, "other", "why"));
        left.dropIf(mark -> mark.name().equals("net"));
        assertEquals(List.of(new Left(OTHER, "other", "why")), left.all());
    }

    @Test
    void itIsForRootAlone() throws IOException {
        left.mark(new Left(UUID, "net", "why"));
        Path folder = directory.resolve("left");
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(UUID))));
    }

    @Test
    void whatIsNoMarkIsNone() throws IOException {
        left.mark(new Left(UUID, "net", "why"));
        Path folder = directory.resolve("left");
        Files.writeString(folder.resolve(OTHER + ".new"), "half written");
        Files.writeString(folder.resolve("README"), "mine");
        assertEquals(List.of(new Left(UUID, "net", "why")), left.all());
        assertThrows(IllegalArgumentException.class, () -> left.mark(new Left("../../etc/passwd", "net", "why")));
        assertEquals(Optional.empty(), left.of(Optional.of("../" + UUID)));
    }

    @Test
    void whoCannotBeAskedIsNotTakenForNobody() throws IOException {
        Files.createDirectories(directory.resolve("left").resolve(UUID));
        assertThrows(StateException.class, () -> left.of(Optional.of(UUID)));
    }
}
