package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.kernel.TestNamespace;
import org.virtnft.launcher.Program;
import org.virtnft.launcher.Run;
import org.virtnft.report.PrometheusText;

/** What status and metrics tell of the kernel: bridges, their traffic, counters, drift. */
class MetricsIT {

    private static final String NET = "{network=\"net\",bridge=\"virbr1\"}";

    @TempDir
    Path folder;

    private TestNamespace namespace;

    @BeforeEach
    void apply() {
        namespace = TestNamespace.create();
        namespace
                .program(launcher("apply", "-f", "-"))
                .input("<network><name>net</name><forward mode='nat'/><bridge name='virbr1'/>"
                        + "<ip address='192.168.1.1' prefix='24'/></network>")
                .run()
                .ok();
    }

    @AfterEach
    void close() {
        namespace.close();
    }

    private String[] launcher(String... words) {
        return Stream.concat(
                        Stream.of(Program.launcher().toString()),
                        Stream.concat(
                                Stream.concat(Stream.of(words), Stream.of("--state-dir", folder + "/state")),
                                Stream.of(InProcess.noLibvirt(words[0]))))
                .toArray(String[]::new);
    }

    private Run virtNft(String... words) {
        return namespace.program(launcher(words)).run();
    }

    private PrometheusText metrics() {
        return PrometheusText.parse(virtNft("metrics").ok().out());
    }

    private String linkInStatus() {
        String json = virtNft("status", "--json").out();
        JsonObject network =
                JsonSchema.document(json).getAsJsonArray("networks").get(0).getAsJsonObject();
        assertEquals("applied", network.get("state").getAsString());
        assertEquals("0", network.getAsJsonObject("refused").get("packets").getAsString());
        return network.get("link").getAsString();
    }

    private void ip(String... words) {
        namespace
                .program(Stream.concat(Stream.of("ip"), Stream.of(words)).toArray(String[]::new))
                .run()
                .ok();
    }

    @Test
    void aBridgeFromMissingToUpAndItsTraffic() {
        assertEquals("missing", linkInStatus());
        assertEquals("0", metrics().value("virt_nft_network_bridge_up" + NET));

        ip("link", "add", "virbr1", "type", "bridge", "forward_delay", "0", "stp_state", "0");
        assertEquals("down", linkInStatus());
        assertEquals("0", metrics().value("virt_nft_network_bridge_up" + NET));

        ip("address", "add", "192.168.1.1/24", "dev", "virbr1");
        ip("link", "add", "port", "type", "veth", "peer", "name", "guest");
        ip("link", "set", "port", "master", "virbr1", "up");
        ip("link", "set", "virbr1", "up");
        assertEquals("no guest", linkInStatus());
        assertEquals("1", metrics().value("virt_nft_network_bridge_up" + NET));
        assertEquals("0", metrics().value("virt_nft_network_sent_bytes_total" + NET));

        ip("link", "set", "guest", "up");
        assertEquals("up", linkInStatus());
        // the host asks who has an address that nobody has
        namespace
                .program("busybox", "arping", "-c", "3", "-w", "5", "-I", "virbr1", "192.168.1.9")
                .run();
        PrometheusText after = metrics();
        assertTrue(Long.parseLong(after.value("virt_nft_network_got_packets_total" + NET)) >= 3, after::toString);
        assertTrue(Long.parseLong(after.value("virt_nft_network_got_bytes_total" + NET)) >= 3 * 28, after::toString);
    }

    @Test
    void driftOfRulesAndOfElements() {
        assertEquals("0", metrics().value("virt_nft_drift"));
        namespace.nft("delete element inet virt_nft net4 { virbr1 . 192.168.1.0/24 }");
        assertEquals("1", metrics().value("virt_nft_drift"), "an element");
        virtNft("apply", "--all", "--no-libvirt").ok();
        assertEquals("0", metrics().value("virt_nft_drift"));
        namespace.nft("insert rule inet virt_nft to_none accept");
        assertEquals("1", metrics().value("virt_nft_drift"), "a rule");
        namespace.nft("flush ruleset");
        PrometheusText gone = metrics();
        assertEquals("1", gone.value("virt_nft_drift"), "everything");
        assertEquals("", gone.value("virt_nft_network_refused_packets_total" + NET));
    }

    @Test
    void theFileIsReplacedAsAWholeAndForAllToRead() throws IOException {
        Path prometheus = Files.createDirectory(folder.resolve("prometheus"));
        Path file = Files.writeString(prometheus.resolve("virt-nft.prom"), "old\n");
        Object old = Files.getAttribute(file, "unix:ino");

        assertEquals(
                new Run(0, "", ""),
                namespace
                        .program("sh", "-c", "umask 077; exec \"$@\"", "sh")
                        .and(launcher("metrics", "-o", file.toString()))
                        .run());

        assertEquals(
                "0",
                PrometheusText.parse(Files.readString(file)).value("virt_nft_network_refused_packets_total" + NET));
        assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertFalse(old.equals(Files.getAttribute(file, "unix:ino")), "another file in its place");
        try (Stream<Path> files = Files.list(prometheus)) {
            assertEquals(List.of(file), files.toList(), "and nothing beside it");
        }
    }

    @Test
    void aDashIsStandardOutput() throws IOException {
        Run run = namespace
                .program("sh", "-c", "cd \"$0\" && exec \"$@\"", folder.toString())
                .and(launcher("metrics", "-o", "-"))
                .run()
                .ok();
        assertEquals("0", PrometheusText.parse(run.out()).value("virt_nft_network_refused_packets_total" + NET));
        assertFalse(Files.exists(folder.resolve("-")));
    }

    @Test
    void aFolderThatIsNotThere() {
        Path file = folder.resolve("nowhere/virt-nft.prom");
        assertEquals(
                new Run(
                        1,
                        "",
                        "virt-nft: there is no folder " + folder + "/nowhere: install node_exporter (Debian:"
                                + " prometheus-node-exporter), or name another file by -o FILE\n"),
                virtNft("metrics", "-o", file.toString()));
        assertEquals(
                new Run(2, "", "virt-nft: " + folder + " is no file: name one\n"),
                virtNft("metrics", "-o", folder.toString()));
    }

    /** The launcher knows how wide it is; whoever reads a pipe gets names as they are. */
    @Test
    void namesAreCutForATerminalOnly() {
        String name = "n".repeat(90);
        namespace
                .program(launcher("apply", "-f", "-"))
                .input("<network><name>" + name + "</name><forward mode='nat'/><bridge name='virbr2'/>"
                        + "<ip address='192.168.2.1' prefix='24'/></network>")
                .run()
                .ok();
        String command = String.join(" ", launcher("status"));
        assertTrue(virtNft("status").ok().out().contains(name));
        assertTrue(onATerminal("stty cols 80; " + command).contains("n…n"));
        assertTrue(onATerminal("stty cols 200; " + command).contains(name));
        assertTrue(onATerminal("stty cols 80; COLUMNS=200 " + command).contains(name));
        assertTrue(onATerminal("stty cols 0; " + command).contains("n…n"), "one that does not know");
    }

    /** The launcher knows: Java does not say where its output goes. */
    @Test
    void colourOnATerminalOnly() {
        assertFalse(virtNft("status").ok().out().contains("\u001b"));
        String command = String.join(" ", launcher("status"));
        assertTrue(onATerminal("TERM=xterm " + command).contains("\u001b[33mmissing\u001b[0m"));
        assertFalse(onATerminal("TERM=xterm NO_COLOR=1 " + command).contains("\u001b"));
        assertFalse(onATerminal("TERM=dumb " + command).contains("\u001b"));
    }

    private String onATerminal(String command) {
        return namespace
                .program("script", "-qec", command, "/dev/null")
                .run()
                .ok()
                .out();
    }
}
