package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.kernel.TestKernel;
import org.virtnft.kernel.TestNamespace;
import org.virtnft.launcher.Run;

/** Whoever may define a network writes into its names what they like; none of it is ever read by nft. */
class HostileInputIT {

    private static final String VICTIM = """
            table ip victim {
            	chain c {
            		type filter hook forward priority filter; policy drop;
            	}
            }
            """;

    @TempDir
    Path folder;

    private TestNamespace namespace;
    private String victim;

    @BeforeEach
    void open() {
        namespace = TestNamespace.create();
        namespace.load(VICTIM);
        victim = namespace.ruleset();
    }

    @AfterEach
    void theVictimIsAsItWas() {
        String ruleset = namespace.ruleset();
        namespace.close();
        assertEquals(victim, ruleset.replace(TestKernel.tableOf(ruleset), ""));
    }

    private Run apply(String xml) throws Exception {
        Path file = Files.writeString(folder.resolve("network.xml"), xml);
        return InProcess.virtNft(
                namespace, "apply", "-f", file.toString(), "--state-dir", folder + "/state", InProcess.NO_LIBVIRT);
    }

    private static String network(String name, String bridge, String forward, String rest) {
        return "<network><name>" + escaped(name) + "</name>" + rest + "<forward mode='nat'" + forward + "<bridge name='"
                + escaped(bridge) + "'/><ip address='10.1.0.1' prefix='24'/></network>";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace("'", "&apos;")
                .replace("\n", "&#10;");
    }

    /** The kernel accepts most of these as the names of bridges. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x*",
                "a{b}",
                "a\"b",
                "a;b",
                "a$b",
                "-x",
                "a#b",
                "@br",
                "\\",
                "unï",
                "",
                ".",
                "..",
                "a b",
                "a/b",
                "a:b",
                "%d",
                "1234567890123456",
                "a\nb",
                "*",
                "a,b",
                "lo ; delete table ip victim ; add rule ip t c",
                "a'b",
                "a&b",
                "a\u202eb"
            })
    void namesOfBridgesAndDevices(String name) throws Exception {
        assertRefused(apply(network("net", name, "/>", "")), "<bridge>");
        assertRefused(apply(network("net", "br0", " dev='" + escaped(name) + "'/>", "")), "<forward>");
        assertRefused(
                apply(network("net", "br0", "><interface dev='" + escaped(name) + "'/></forward>", "")),
                "<forward><interface>");
    }

    private void assertRefused(Run run, String element) {
        assertEquals(2, run.status(), run::toString);
        assertEquals("", run.out());
        assertTrue(run.err().contains(": " + element + ": "), run.err());
        assertEquals(1, run.errors().size(), run.err());
        assertEquals(victim, namespace.ruleset(), "nothing of it reached the kernel");
        assertFalse(Files.exists(folder.resolve("state")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "é\"{",
                "\"; delete table ip victim; #",
                "' } ; flush ruleset",
                "$(reboot) `reboot` \\n",
                "# include \"x\"",
                "\u009b31m\u202egnp.exe\u2028",
                "a\tb\\",
            })
    void namesOfNetworks(String name) throws Exception {
        Run run = apply(network(name, "br0", "/>", "")).ok();

        assertTrue(run.out().strip().chars().noneMatch(HostileInputIT::steers), run.out());
        assertTrue(namespace.table().contains("\"br0\" . 10.1.0.0/24"));
        // what the kernel holds can be saved and loaded
        namespace.load("flush ruleset\n" + namespace.ruleset());
        Run rendered =
                InProcess.virtNft("render", "-f", folder + "/network.xml").ok();
        assertTrue(rendered.out()
                .lines()
                .allMatch(line -> line.strip().chars().noneMatch(c -> c != '\t' && steers(c))));
        String applied = namespace.table();
        namespace.load(rendered.out());
        // what is rendered does not say whose it is
        namespace.load("delete table inet virt_nft\n" + applied);
        Run remove = InProcess.virtNft(namespace, "remove", name, "--state-dir", folder + "/state");
        assertEquals(0, remove.status(), remove::toString);
        assertEquals("", namespace.table());
    }

    private static boolean steers(int c) {
        return c != '\n' && (Character.isISOControl(c) || c == 0x202e || c == 0x2028);
    }

    @Test
    void aVeryLongName() throws Exception {
        Run run = apply(network("n".repeat(100_000), "br0", "/>", "")).ok();
        assertTrue(run.out().length() < 300, () -> "" + run.out().length());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<description>\"; flush ruleset; #</description>",
                "<title>}} delete table ip victim</title>",
                "<metadata><x:y xmlns:x='urn:x' z='\"; flush ruleset'>} flush ruleset</x:y></metadata>",
                "<!-- flush ruleset --><?nft flush ruleset?>",
                "<domain name='\"; flush ruleset'/><dns><txt name='} flush' value='ruleset'/></dns>",
                "<portgroup name='\"} ; flush ruleset'/>",
            })
    void commentsMetadataAndEverythingElse(String rest) throws Exception {
        apply(network("net", "br0", "/>", "")).ok();
        String plain = namespace.table();
        apply(network("net", "br0", "/>", rest)).ok();
        assertEquals(plain, namespace.table());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.1.0.1 }; flush ruleset",
                "10.1.0.1/24",
                "localhost",
                "10.1",
                "0x0a010001",
                "010.1.0.1",
                "fe80::1%lo",
                "\"10.1.0.1\"",
            })
    void addresses(String address) throws Exception {
        String xml = network("net", "br0", "/>", "").replace("10.1.0.1", escaped(address));
        assertRefused(apply(xml), "<ip>");
    }
}
