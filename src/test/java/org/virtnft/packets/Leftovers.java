package org.virtnft.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.virtnft.kernel.NetworkNamespace;

/** What a lab could leave behind: threads in other network namespaces, sockets, which hold theirs, named ones, interfaces. */
final class Leftovers {

    private final List<String> before;

    Leftovers() {
        try {
            DatagramChannel.open().close(); // makes the one socket that Java keeps for good
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        before = now();
    }

    /** Fails when there is more or less than when this object was made, after a moment for threads that are about to end. */
    void assertNone() {
        long end = System.nanoTime() + 5_000_000_000L;
        while (!now().equals(before) && System.nanoTime() < end) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        assertEquals(before, now());
    }

    private static List<String> now() {
        try {
            List<String> found = new ArrayList<>();
            found.addAll(threads());
            long sockets = links(Path.of("/proc/self/fd"), "").stream()
                    .filter(each -> each.startsWith("socket:"))
                    .count();
            found.add(sockets + " sockets");
            names(Path.of("/run/netns")).forEach(each -> found.add("namespace " + each));
            names(Path.of("/sys/class/net")).forEach(each -> found.add("interface " + each));
            return found;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Those in other network namespaces than this one. */
    private static List<String> threads() throws IOException {
        String own = NetworkNamespace.current();
        List<String> found = new ArrayList<>();
        for (String thread : names(Path.of("/proc/self/task"))) {
            try {
                Path task = Path.of("/proc/self/task", thread);
                String namespace =
                        Files.readSymbolicLink(task.resolve("ns/net")).toString();
                if (!namespace.equals(own)) {
                    found.add(
                            "thread '" + Files.readString(task.resolve("comm")).strip() + "' in " + namespace);
                }
            } catch (IOException e) {
                // ended meanwhile
            }
        }
        return found;
    }

    private static List<String> links(Path folder, String below) throws IOException {
        List<String> found = new ArrayList<>();
        for (String name : names(folder)) {
            try {
                found.add(Files.readSymbolicLink(folder.resolve(name).resolve(below))
                        .toString());
            } catch (NoSuchFileException e) {
                // ended, or closed, meanwhile
            }
        }
        return found;
    }

    private static List<String> names(Path folder) throws IOException {
        List<String> found = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                files.forEach(file -> found.add(String.valueOf(file.getFileName())));
            }
        }
        found.sort(null);
        return found;
    }
}
