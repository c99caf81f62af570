package org.virtnft.definitions;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibvirtFilesTest {

    @TempDir
    Path root;

    private void write(String path) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, "<network/>");
    }

    private void link(String name) throws IOException {
        Path autostart = Files.createDirectories(root.resolve("etc/libvirt/qemu/networks/autostart"));
        Files.createSymbolicLink(
                autostart.resolve(name),
                root.resolve("etc/libvirt/qemu/networks").resolve(name));
    }

    @Test
    void whatAReloadStartsIsDefinedHasALinkAndDoesNotRun() throws Exception {
        LibvirtFiles files = new LibvirtFiles(root);
        assertEquals(List.of(), files.stoppedAutostart());
        for (String name : List.of("stopped.xml", "running.xml", "by hand.xml")) {
            write("etc/libvirt/qemu/networks/" + name);
        }
        for (String name : List.of("stopped.xml", "running.xml", "undefined.xml")) {
            link(name);
        }
        write("run/libvirt/network/running.xml");
        assertEquals(List.of("stopped"), files.stoppedAutostart());
    }
}
