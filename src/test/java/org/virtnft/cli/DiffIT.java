package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.kernel.TestNamespace;
import org.virtnft.launcher.Run;
import org.virtnft.state.Keeper;
import org.virtnft.state.StateDirectory;

/** {@code virt-nft diff} on a kernel in which somebody changes things by hand; EditsIT has it with a real libvirtd. */
class DiffIT {

    private static final Run SAME = new Run(0, "", "");

    @TempDir
    Path folder;

    private TestNamespace namespace;
    private String file;

    @BeforeEach
    void open() {
        namespace = TestNamespace.create();
        file = write("a", "<forward mode='route'/>", "192.168.1.1");
        virtNft("apply", "-f", file, "-f", write("b", "<forward mode='nat'/>", "192.168.2.1"))
                .ok();
        assertEquals(SAME, diff());
    }

    @AfterEach
    void close() {
        namespace.close();
    }

    private String write(String name, String forward, String address) {
        String text = "<network><name>" + name + "</name>" + forward + "<bridge name='br-" + name + "'/><ip address='"
                + address + "' prefix='24'/></network>";
        try {
            return Files.writeString(folder.resolve(name + ".xml"), text).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In this process: EditsIT has the launched one, and a start takes longer than all that is asked here. */
    private Run virtNft(String command, String... words) {
        return virtNft(namespace, command, words);
    }

    private Run virtNft(TestNamespace where, String command, String... words) {
        Stream<String> all = Stream.of(
                        new String[] {
                            command, "--state-dir", folder.resolve("state").toString()
                        },
                        InProcess.noLibvirt(command),
                        words)
                .flatMap(Stream::of);
        return InProcess.virtNft(where, all.toArray(String[]::new));
    }

    private Run diff(String... words) {
        return virtNft("diff", words);
    }

    /** That there is this difference and no other, and that it is repaired. */
    private void differs(String expected) {
        Run run = diff();
        assertEquals(new Run(1, expected, ""), run);
        JsonObject json = JsonSchema.document(diff("--json").out());
        assertTrue(json.get("different").getAsBoolean());
        assertEquals(1, json.getAsJsonArray("differences").size(), json::toString);
        virtNft("apply", "--all", "--no-libvirt").ok();
        assertEquals(SAME, diff());
    }

    private String handle(String rule) {
        Matcher found = Pattern.compile(Pattern.quote(rule) + " # handle (\\d+)")
                .matcher(namespace.nft("-a", "list", "table", "inet", "virt_nft"));
        assertTrue(found.find(), rule);
        return found.group(1);
    }

    @Test
    void anElementThatSomebodyDeleted() {
        namespace.nft("delete element inet virt_nft inbound4 { \"br-a\" . 192.168.1.0/24 }");
        assertEquals(SAME, diff("-f", write("b", "<forward mode='nat'/>", "192.168.2.1")), "it is not b's");
        assertEquals(1, diff("a").status());
        differs("""
                --- network 'a', as applied
                +++ network 'a', in the kernel
                -inbound4 { "br-a" . 192.168.1.0/24 }
                # somebody changed it: 'virt-nft apply --all' makes the table anew
                """);
    }

    @Test
    void anElementThatSomebodyChanged() {
        namespace.nft(
                "delete element inet virt_nft to { \"br-b\" }; add element inet virt_nft to { \"br-b\" : jump to_any }");
        differs("""
                --- network 'b', as applied
                +++ network 'b', in the kernel
                +to { "br-b" : jump to_any }
                -to { "br-b" : jump to_none }
                # somebody changed it: 'virt-nft apply --all' makes the table anew
                """);
    }

    @Test
    void aCounterThatSomebodyDeleted() {
        namespace.nft("delete element inet virt_nft refused { \"br-a\" }; delete counter inet virt_nft refused-br-a");
        differs("""
                --- network 'a', as applied
                +++ network 'a', in the kernel
                -counter refused-br-a
                -refused { "br-a" : "refused-br-a" }
                # somebody changed it: 'virt-nft apply --all' makes the table anew
                """);
    }

    @Test
    void elementsThatSomebodyAdded() {
        namespace.nft("add element inet virt_nft inbound4 { \"br-b\" . 192.168.2.0/24 }");
        differs("""
                --- network 'b', as applied
                +++ network 'b', in the kernel
                +inbound4 { "br-b" . 192.168.2.0/24 }
                # somebody changed it: 'virt-nft apply --all' makes the table anew
                """);
        namespace.nft("add element inet virt_nft same { \"other0\" . \"other0\" }");
        assertEquals(SAME, diff("a"));
        differs("""
                --- no network, as applied
                +++ no network, in the kernel
                +same { "other0" . "other0" }
                # elements of no network: 'virt-nft apply --all' makes the table anew
                """);
    }

    @Test
    void aRuleThatSomebodyDeletedAddedOrReplaced() {
        String rule = "iifname vmap @from";
        String handle = handle(rule);
        namespace.nft("delete rule inet virt_nft forward handle " + handle);
        Run deleted = diff();
        assertRules(deleted, List.of("-\t\t" + rule + " # handle " + handle), List.of());
        // of rules it is told whichever network is asked for
        assertEquals(deleted, diff("a"));
        repaired();

        namespace.nft("insert rule inet virt_nft forward accept");
        assertRules(diff(), List.of(), List.of("+\t\taccept # handle " + handle("accept")));
        repaired();

        handle = handle(rule);
        namespace.nft("replace rule inet virt_nft forward handle " + handle + " iifname vmap @to");
        Run replaced = diff();
        assertRules(
                replaced,
                List.of("-\t\t" + rule + " # handle " + handle),
                List.of("+\t\tiifname vmap @to # handle " + handle("iifname vmap @to")));
        repaired();

        namespace.nft("add chain inet virt_nft mine");
        assertEquals(1, diff().status());
        assertTrue(diff().out().contains("+\tchain mine { # handle "), diff().out());
        repaired();
    }

    private static void assertRules(Run run, List<String> gone, List<String> come) {
        assertEquals(1, run.status(), run::toString);
        assertAll(
                () -> assertTrue(
                        run.out().startsWith("--- rules, as applied\n+++ rules, in the kernel\n@@ "), run.out()),
                () -> assertEquals(gone, lines(run, "-\t")),
                () -> assertEquals(come, lines(run, "+\t")),
                () -> assertTrue(
                        run.out().endsWith("\n# somebody changed it: 'virt-nft apply --all' makes the table anew\n"),
                        run.out()));
    }

    private static List<String> lines(Run run, String begin) {
        return run.out().lines().filter(line -> line.startsWith(begin)).toList();
    }

    private void repaired() {
        virtNft("apply", "--all", "--no-libvirt").ok();
        assertEquals(SAME, diff());
    }

    @Test
    void aTableThatIsGoneIsSaidOnce() {
        namespace.nft("delete table inet virt_nft");
        differs("""
                --- rules, as applied
                +++ rules, in the kernel
                -table inet virt_nft
                # it is gone: 'virt-nft apply --all' makes the table anew
                """);
    }

    @Test
    void aTableThatNobodyApplied() {
        virtNft("remove", "--all").ok();
        assertEquals(SAME, diff());
        String ours = Keeper.of(new StateDirectory(folder.resolve("state"))).comment();
        namespace.nft("add table inet virt_nft { comment \"" + ours + "\"; }");
        differs("""
                --- rules, as applied
                +++ rules, in the kernel
                +table inet virt_nft
                # nobody applied it: 'virt-nft apply --all' removes it
                """);
    }

    @Test
    void whatCountersHaveCountedIsNoDifference() {
        String before = namespace.nft("list", "counters");
        namespace.nft("delete element inet virt_nft refused { \"br-a\" }; delete counter inet virt_nft refused-br-a;"
                + " add counter inet virt_nft refused-br-a { packets 5 bytes 500; };"
                + " add element inet virt_nft refused { \"br-a\" : \"refused-br-a\" }");
        assertFalse(before.equals(namespace.nft("list", "counters")));
        assertEquals(SAME, diff());
    }

    @Test
    void aFileAgainstWhatIsApplied() {
        assertEquals(SAME, diff("-f", file));
        write("a", "", "192.168.1.1");
        assertEquals(new Run(1, """
                        --- network 'a', as applied
                        +++ network 'a', as defined
                        -from { "br-a" : jump from_any }
                        +from { "br-a" : jump from_none }
                        -inbound4 { "br-a" . 192.168.1.0/24 }
                        -net4 { "br-a" . 192.168.1.0/24 }
                        -to { "br-a" : jump to_any }
                        +to { "br-a" : jump to_none }
                        # defined, not applied: 'virt-nft apply -f %s' does it
                        """.formatted(file), ""), diff("-f", file));
        virtNft("apply", "-f", file).ok();
        assertEquals(SAME, diff("-f", file));

        Run fresh = diff("-f", write("c", "<forward mode='route'/>", "192.168.3.1"));
        assertEquals(1, fresh.status());
        assertTrue(fresh.out().contains("\n+from { \"br-c\" : jump from_any }\n"), fresh.out());
        assertTrue(fresh.out().contains("\n# not applied: "), fresh.out());
    }

    @Test
    void whatCannotBeFoundOutIsTrouble() throws Exception {
        Run unknown = diff("nobody");
        assertEquals(2, unknown.status());
        assertEquals(
                "virt-nft: network 'nobody' is neither applied nor running; 'virt-nft status' lists those that are\n",
                unknown.err());
        assertEquals(2, diff("-f", folder.resolve("none.xml").toString()).status());
        assertEquals(2, diff("--all").status());
        try (TestNamespace other = TestNamespace.create()) {
            Run elsewhere = virtNft(other, "diff");
            assertEquals(2, elsewhere.status());
            assertTrue(elsewhere.err().contains("belongs to another network namespace"), elsewhere.err());
        }
        Files.writeString(folder.resolve("state/networks/br-a"), "x");
        assertEquals(2, diff().status());
    }
}
