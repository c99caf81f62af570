package org.virtnft.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.adoption.BridgePorts.Port;
import org.virtnft.adoption.Unfinished.Entry;

/** What was begun can be read again, whatever its names hold. */
class UnfinishedTest {

    @TempDir
    private Path folder;

    private static Entry plain(String name) {
        return new Entry(
                name, "<network>\n  <name>é</name>\n</network>\n", "<network a='= : # \\\\'/>", Optional.empty());
    }

    private static Entry restarting(String name) {
        return plain(name)
                .restarting(new Guests(
                        name,
                        "virbr0",
                        List.of(
                                new Port(
                                        "vnet0",
                                        Map.of("isolated", "1", "backup_port", "", "group_fwd_mask", "0x8"),
                                        List.of("52:54:00:00:00:01 master static", "52:54:00:00:00:02 master dynamic")),
                                new Port("veth#=:1", Map.of(), List.of())),
                        List.of("<networkport>\n</networkport>")));
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        Unfinished unfinished = new Unfinished(folder.resolve("unfinished"));
        assertFalse(unfinished.isPending());
        assertEquals(List.of(), unfinished.read());
        List<Entry> entries = List.of(restarting("it's = {é}"), plain(" # "), restarting("b"));
        unfinished.write(entries);
        assertTrue(unfinished.isPending());
        assertEquals(entries, unfinished.read());
        unfinished.write(List.of(plain("a")));
        assertEquals(List.of(plain("a")), unfinished.read());
        unfinished.end();
        assertFalse(unfinished.isPending());
        unfinished.end();
    }

    @Test
    void aDamagedFileIsNotTakenForNothing() throws IOException {
        Path file = folder.resolve("unfinished");
        Files.writeString(file, "0.name=\\uXYZ");
        Unfinished unfinished = new Unfinished(file);
        assertTrue(unfinished.isPending());
        assertThrows(IOException.class, unfinished::read);
    }
}
