package org.virtnft.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.launcher.Screen;

/** {@code virt-nft demo}, by the built launcher. */
class DemoIT {

    private static final String LAUNCHER =
            Path.of("target/virt-nft").toAbsolutePath().toString();
    private static final String DEFAULT = "test-networks/default.xml";

    private record Run(int status, String out, String err) {}

    private static Run run(List<String> before, String... files) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(LAUNCHER, "demo"));
        command.addAll(List.of(files));
        return runCommand(command);
    }

    private static Run runCommand(List<String> command) throws IOException, InterruptedException {
        Path out = Files.createTempFile("demo", ".out");
        Path err = Files.createTempFile("demo", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            if (!process.waitFor(90, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("demo does not end");
            }
            return new Run(
                    process.exitValue(),
                    Files.readString(out, StandardCharsets.UTF_8),
                    Files.readString(err, StandardCharsets.UTF_8));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** What it must not change: interfaces, mounts, named namespaces, our state, its own temporary directory. */
    private static List<String> machine() throws IOException {
        List<String> found = new ArrayList<>(Files.readAllLines(Path.of("/proc/self/mountinfo")));
        for (String folder : List.of("/sys/class/net", "/run/netns", "/run/virt-nft")) {
            if (Files.isDirectory(Path.of(folder))) {
                try (Stream<Path> files = Files.list(Path.of(folder))) {
                    files.map(Path::toString).sorted().forEach(found::add);
                }
            }
        }
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            files.map(Path::toString)
                    .filter(name -> name.contains("virt-nft-demo"))
                    .forEach(found::add);
        }
        return found;
    }

    private static void showsDefault(Run run) {
        assertEquals("", run.err());
        assertEquals(0, run.status());
        assertTrue(run.out().contains("default: nat on virbr0\n"), run.out());
        assertTrue(run.out().contains("  guest to outside          as 203.0.113.1\n"), run.out());
        assertTrue(run.out().contains("  outside to guest          rejected\n"), run.out());
        assertTrue(run.out().contains("  guest to guest            passed\n"), run.out());
        assertTrue(run.out().contains("nothing of it is left on this machine.\n"), run.out());
    }

    @Test
    @DisplayName("root sees what passes, and the machine is as before")
    void showsAndLeavesNothing() throws IOException, InterruptedException {
        List<String> before = machine();
        showsDefault(run(List.of(), DEFAULT));
        assertEquals(before, machine());
    }

    @Test
    @DisplayName("so does somebody without any right: user namespaces are enough")
    void needsNoRoot(@TempDir Path copy) throws IOException, InterruptedException {
        // the checkout may lie where only root can look; nobody's own copy
        for (String each : List.of("target/virt-nft", "target/lib", DEFAULT)) {
            try (Stream<Path> files = Files.walk(Path.of(each))) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Path target = copy.resolve(file);
                    Files.createDirectories(target.getParent());
                    Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
        assertEquals(
                0,
                new ProcessBuilder("chmod", "-R", "a+rX", copy.toString())
                        .start()
                        .waitFor());
        List<String> before = machine();
        String enter =
                "cd \"$0\" && exec setpriv --reuid=65534 --regid=65534 --clear-groups target/virt-nft demo " + DEFAULT;
        showsDefault(runCommand(List.of("sh", "-c", enter, copy.toString())));
        assertEquals(before, machine());
    }

    @Test
    @DisplayName("all test networks, in 80 columns")
    void showsAll() throws IOException, InterruptedException {
        String[] files;
        try (Stream<Path> all = Files.list(Path.of("test-networks"))) {
            files = all.map(Path::toString)
                    .filter(name -> name.endsWith(".xml"))
                    .sorted()
                    .toArray(String[]::new);
        }
        Run run = run(List.of(), files);
        assertEquals("", run.err());
        assertEquals(0, run.status());
        assertEquals(
                List.of(), run.out().lines().filter(line -> line.length() > 80).toList());
        assertFalse(run.out().contains("lost,"), run.out());
        assertFalse(run.out().contains("? nothing came back"), run.out());
        assertTrue(run.out().contains("  guest to guest, isolated  UDP+TCP+ping lost\n"), run.out());
        assertFalse(run.out().contains("one way"), run.out());
        assertTrue(run.out().contains("Network to network, IPv4: + passed"), run.out());
        assertTrue(run.out().contains("open: open, no rules: "), run.out());
    }

    @Test
    @DisplayName("a terminal sees what goes on, and nothing of that stays")
    void showsOnATerminalThatItGoesOn(@TempDir Path folder) throws IOException, InterruptedException {
        String files = "$(ls test-networks/nat-*.xml test-networks/route*.xml test-networks/owner-*.xml)";
        Path out = folder.resolve("out");
        Run run = runCommand(List.of(
                "script",
                "-qec",
                LAUNCHER + " demo " + files + " >" + out,
                folder.resolve("log").toString()));
        assertEquals(0, run.status(), run::toString);
        // what goes on after a second is a matter of the machine
        String goesOn = "(builds network \\d+ of \\d+|applies \\d+ networks|sends packets|removes the host)";
        assertTrue(run.out().matches("(?s).*\rvirt-nft: " + goesOn + ", \\d+ s.*"), run::toString);
        assertEquals("", Screen.of(run.out()));
        assertFalse(Files.readString(out).contains("virt-nft: "), run::toString);
        assertTrue(Files.readString(out).contains("nothing of it is left on this machine.\n"), run::toString);
    }

    @Test
    @DisplayName("where user namespaces are forbidden, one line says so")
    void saysWhatIsForbidden() throws IOException, InterruptedException {
        String forbid =
                "echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-all --inh-caps=-all \"$@\"";
        Run run = run(List.of("unshare", "--user", "--map-root-user", "sh", "-c", forbid, "sh"), DEFAULT);
        assertEquals(1, run.status());
        assertEquals("", run.out());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().startsWith("virt-nft: demo needs namespaces of its own"), run.err());
    }

    @Test
    @DisplayName("bad files are refused as check refuses them")
    void refusesBadFiles() throws IOException, InterruptedException {
        Run twice = run(List.of(), DEFAULT, DEFAULT);
        assertEquals(2, twice.status());
        assertTrue(twice.err().contains("is given twice"), twice.err());
        Run none = run(List.of(), "test-networks/there-is-none.xml");
        assertEquals(2, none.status());
        assertEquals("", none.out());
    }
}
