package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.virtnft.libvirt.LibvirtLab.Kind;

/** The lab touches nothing outside, and ends. */
class LibvirtLabIT {

    @Test
    void nothingIsLeftBehind() throws IOException {
        List<String> before = machine();
        List<ProcessHandle> processes = new ArrayList<>();
        try (LibvirtLab lab = LibvirtLab.start(Kind.WITH_HOOK)) {
            lab.defineAndStart(LabNetwork.companion("net", 11, "<forward mode='nat'/>"));
            ProcessHandle.current().descendants().forEach(processes::add);
            assertTrue(processes.size() > 4, processes::toString);
            assertEquals("root", lab.sh("id -un").strip());
            assertFalse(Files.exists(Path.of("/sys/class/net/vbr11")));
        }
        LibvirtLab.await(
                java.time.Duration.ofSeconds(5),
                "the end of all processes",
                () -> processes.stream().noneMatch(ProcessHandle::isAlive));
        assertEquals(before, machine());
    }

    private static List<String> machine() throws IOException {
        List<String> found = new ArrayList<>(Files.readAllLines(Path.of("/proc/self/mounts")));
        for (String folder : List.of(
                "/sys/class/net",
                "/run",
                "/dev",
                "/etc/libvirt",
                "/etc/libvirt/hooks",
                "/etc/libvirt/hooks/network.d",
                "/var/lib/libvirt",
                "/var/log",
                "/var/cache",
                "/usr/sbin",
                "/usr/lib")) {
            if (!Files.isDirectory(Path.of(folder))) {
                continue;
            }
            try (Stream<Path> files = Files.list(Path.of(folder))) {
                files.map(Path::toString).sorted().forEach(found::add);
            }
        }
        return found;
    }
}
