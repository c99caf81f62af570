package org.virtnft.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {

    @TempDir
    private Path folder;

    @Test
    void readsWhatIsThere() throws IOException {
        for (String text : List.of(
                "", "name: net\n", "name: Gäste \uD83D\uDC27\n", "told by \uFFFD itself", "x".repeat(100_000))) {
            Path file = Files.writeString(folder.resolve("file"), text);
            assertEquals(text, WholeFile.text(file));
            assertArrayEquals(Files.readAllBytes(file), WholeFile.bytes(file));
        }
    }

    @Test
    void whatIsNotUtf8IsNoText() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[] {'a', (byte) 0xe4, 'b'});
        assertThrows(MalformedInputException.class, () -> WholeFile.text(file));
        assertEquals(3, WholeFile.bytes(file).length);
    }

    @Test
    void saysWhyThereIsNothing() {
        assertThrows(NoSuchFileException.class, () -> WholeFile.bytes(folder.resolve("none")));
        assertThrows(NoSuchFileException.class, () -> WholeFile.text(folder.resolve("none")));
        IOException refusal = assertThrows(IOException.class, () -> WholeFile.bytes(folder));
        assertEquals("Is a directory", refusal.getMessage());
    }
}
