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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.kernel.TableText;
import org.virtnft.kernel.TestKernel;
import org.virtnft.kernel.TestNamespace;
import org.virtnft.launcher.Program;
import org.virtnft.launcher.Run;

/** The command as an administrator has it: a program of its own, in a network namespace with somebody else's table in it. */
class CommandLineIT {

    private static final String FOREIGN = """
            table ip somebody {
            	chain forward {
            		type filter hook forward priority filter; policy drop;
            		iifname "virbr*" counter accept
            	}
            }
            """;

    @TempDir
    Path folder;

    private TestNamespace namespace;
    private String foreign;
    private Path state;

    @BeforeEach
    void open() {
        namespace = TestNamespace.create();
        namespace.load(FOREIGN);
        foreign = namespace.ruleset();
        state = folder.resolve("state");
    }

    @AfterEach
    void nobodyElsesTableWasTouched() {
        String ruleset = namespace.ruleset();
        namespace.close();
        assertEquals(foreign, ruleset.replace(TestKernel.tableOf(ruleset), ""));
    }

    private Program program(String command, String... words) {
        return namespace
                .program(Program.launcher().toString(), command, "--state-dir", state.toString())
                .and(InProcess.noLibvirt(command))
                .and(words);
    }

    private Run virtNft(String command, String... words) {
        return program(command, words).run();
    }

    private String file(String name, String text) {
        try {
            return Files.writeString(folder.resolve(name + ".xml"), text).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String nat(String name, String bridge, String address) {
        return """
                <network>
                  <name>%s</name>
                  <forward mode='nat'/>
                  <bridge name='%s'/>
                  <ip address='%s' prefix='24'/>
                </network>
                """.formatted(name, bridge, address);
    }

    private static String owner(String name, String bridge, String address) {
        return """
                <network>
                  <name>%s</name>
                  <metadata>
                    <nft:network xmlns:nft='http://virt-nft.org/xmlns/libvirt/network/1.0'>
                      <nft:forward mode='route'/>
                    </nft:network>
                  </metadata>
                  <forward mode='open'/>
                  <bridge name='%s'/>
                  <ip address='%s' prefix='24'/>
                </network>
                """.formatted(name, bridge, address);
    }

    private String table() {
        return TableText.normalised(namespace.table());
    }

    private List<String> bridges() {
        String[] found = state.resolve("networks").toFile().list();
        return found == null ? List.of() : List.of(found).stream().sorted().toList();
    }

    @Test
    void fromTheFirstNetworkToTheLast() {
        assertEquals(new Run(0, "no network is applied\n", ""), virtNft("status"));

        String a = file("a", nat("a", "virbr1", "192.168.1.1"));
        String b = file("b", owner("b", "virbr2", "192.168.2.1"));
        assertEquals(
                new Run(0, "a: nat on virbr1, applied\nb: route on virbr2, applied\n", ""),
                virtNft("apply", "-f", a, "-f", b));
        String both = table();
        assertTrue(both.contains("\"virbr1\" . 192.168.1.0/24") && both.contains("\"virbr2\" . 192.168.2.0/24"), both);

        Run status = virtNft("status").ok();
        assertAll(
                () -> assertTrue(status.out().startsWith("NETWORK  BRIDGE "), status.out()),
                () -> assertTrue(
                        status.out().matches("(?s).*\na +virbr1 +nat +companion +- +- +0 +..:.. +missing\n.*"),
                        status.out()),
                () -> assertTrue(
                        status.out().matches("(?s).*\nb +virbr2 +route +owner +- +- +0 +..:.. +missing\n.*"),
                        status.out()));
        Run one = virtNft("status", "b", "--json").ok();
        JsonObject json = JsonSchema.document(one.out());
        assertEquals(1, json.getAsJsonArray("networks").size());
        assertEquals("[]", json.getAsJsonArray("remarks").toString());

        JsonObject again =
                JsonSchema.document(virtNft("apply", "--json", "-f", a).ok().out());
        assertEquals("unchanged", JsonSchema.result(again, "a"));
        assertFalse(again.get("changed").getAsBoolean());
        // again, from standard input: nothing else than before
        program("apply", "-f", "-")
                .input(nat("a", "virbr1", "192.168.1.1"))
                .run()
                .ok();
        assertEquals(both, table());

        assertEquals(
                new Run(0, "b: removed\nb: nothing protects its guests now, for libvirt makes no rules for it\n", ""),
                virtNft("remove", "b"));
        assertFalse(table().contains("virbr2"), table());
        assertEquals(new Run(0, "a: removed\n", ""), virtNft("remove", "--all"));
        assertEquals("", table());
        assertEquals(List.of(), bridges());
        assertEquals(new Run(0, "", ""), virtNft("remove", "--all"));
    }

    @Test
    void programsAreToldWhatBecameOfEachNetwork() {
        String a = file("a", nat("a", "virbr1", "192.168.1.1"));
        String b = file("b", owner("b", "virbr2", "192.168.2.1"));
        JsonObject tried = JsonSchema.document(
                virtNft("apply", "--json", "--dry-run", "-f", a).ok().out());
        assertAll(
                () -> assertTrue(tried.get("dryRun").getAsBoolean()),
                () -> assertFalse(tried.get("changed").getAsBoolean()),
                () -> assertEquals("applied", JsonSchema.result(tried, "a")),
                () -> assertTrue(tried.get("script").getAsString().startsWith("table inet virt_nft\n")),
                () -> assertEquals("", table()));

        JsonObject applied = JsonSchema.document(
                virtNft("apply", "--json", "-f", a, "-f", b).ok().out());
        assertAll(
                () -> assertTrue(applied.get("changed").getAsBoolean()),
                () -> assertFalse(applied.get("dryRun").getAsBoolean()),
                () -> assertEquals("applied", JsonSchema.result(applied, "a")),
                () -> assertEquals(
                        "owner", JsonSchema.network(applied, "b").get("shape").getAsString()),
                () -> assertFalse(applied.has("error")));

        Run refused = virtNft("apply", "--json", "-f", file("c", nat("c", "virbr1", "192.168.3.1")));
        assertEquals(2, refused.status());
        JsonObject error = JsonSchema.document(refused.out());
        assertAll(
                () -> assertFalse(error.get("changed").getAsBoolean()),
                () -> assertEquals(
                        refused.err().strip(),
                        "virt-nft: " + error.getAsJsonArray("error").get(0).getAsString()));

        JsonObject removed =
                JsonSchema.document(virtNft("remove", "--json", "b").ok().out());
        assertAll(
                () -> assertTrue(removed.get("changed").getAsBoolean()),
                () -> assertEquals("removed", JsonSchema.result(removed, "b")),
                () -> assertEquals(
                        "[\"nothing protects its guests now, for libvirt makes no rules for it\"]",
                        JsonSchema.network(removed, "b").get("remarks").toString()));
        virtNft("remove", "--all").ok();
        JsonObject nothing =
                JsonSchema.document(virtNft("remove", "--json", "--all").ok().out());
        assertFalse(nothing.get("changed").getAsBoolean());
    }

    @Test
    void severalFilesAreAllAppliedOrNone() {
        virtNft("apply", "-f", file("there", nat("there", "virbr1", "192.168.1.1")))
                .ok();
        String before = table();
        String good = file("good", nat("good", "virbr2", "192.168.2.1"));
        String bad = file("bad", nat("bad", "a b", "192.168.3.1").replace("mode='nat'", "mode='gnat'"));

        Run run = virtNft("apply", "-f", good, "-f", bad);

        assertAll(
                () -> assertEquals(2, run.status()),
                () -> assertEquals("", run.out()),
                () -> assertEquals(2, run.errors().size(), run.err()),
                () -> assertTrue(run.err().contains(bad + ":3: <forward>: mode='gnat'"), run.err()),
                () -> assertTrue(run.err().contains(bad + ":4: <bridge>: name="), run.err()),
                () -> assertEquals(before, table()),
                () -> assertEquals(List.of("virbr1"), bridges()));

        Run missing = virtNft("apply", "-f", good, "-f", folder + "/none.xml");
        assertEquals(2, missing.status());
        assertEquals(
                "virt-nft: " + folder + "/none.xml: there is no such file (a network's name goes without -f)\n",
                missing.err());
        assertEquals(before, table());
    }

    @Test
    void whatBelongsToAnotherNetwork() {
        virtNft("apply", "-f", file("there", nat("there", "virbr1", "192.168.1.1")))
                .ok();
        String before = table();

        Run twice = virtNft(
                "apply",
                "-f",
                file("1", nat("one", "virbr2", "192.168.2.1")),
                "-f",
                file("2", nat("two", "virbr2", "192.168.3.1")),
                "-f",
                file("3", nat("one", "virbr3", "192.168.4.1")));
        assertEquals(2, twice.status());
        assertEquals(
                List.of(
                        "virt-nft: " + folder
                                + "/2.xml: <bridge>: virbr2 is the bridge of another network of this command;"
                                + " give it one of its own",
                        "virt-nft: " + folder + "/3.xml: <name>: network 'one' is given twice; rename one"),
                twice.errors());

        Run bridge = virtNft("apply", "-f", file("4", nat("thief", "virbr1", "192.168.2.1")));
        assertEquals(2, bridge.status());
        assertEquals(
                "virt-nft: network 'thief', <bridge>: virbr1 belongs to network 'there', which is applied; give it"
                        + " another bridge, or run 'virt-nft remove' for that one\n",
                bridge.err());

        Run address = virtNft("apply", "-f", file("5", nat("rival", "virbr2", "192.168.1.1")));
        assertEquals(2, address.status());
        assertTrue(address.err().contains("<ip>: 192.168.1.0/24 is also of network 'there'"), address.err());

        Run within = virtNft(
                "apply",
                "-f",
                file("7", nat("within", "virbr2", "192.168.1.129").replace("'24'", "'28'")));
        assertEquals(2, within.status(), "which nft would take, for the two differ");
        assertTrue(
                within.err().contains("<ip>: 192.168.1.128/28 lies in 192.168.1.0/24 of network 'there'"),
                within.err());

        assertEquals(before, table());
        assertEquals(List.of("virbr1"), bridges());

        // its own bridge it may leave for another one
        virtNft("apply", "-f", file("6", nat("there", "virbr9", "192.168.1.1"))).ok();
        assertEquals(List.of("virbr9"), bridges());
        assertEquals(before.replace("virbr1", "virbr9"), table());
    }

    @Test
    void dryRunPrintsTheTransactionAndChangesNothing() {
        String a = file("a", nat("a", "virbr1", "192.168.1.1"));
        Run first = virtNft("apply", "--dry-run", "-f", a).ok();
        assertTrue(first.out().startsWith("table inet virt_nft\ndelete table inet virt_nft\n"), first.out());
        assertEquals("", table());
        assertEquals(List.of(), bridges());
        // what it prints is what would be done
        namespace.load(first.out());
        String loaded = table();
        namespace.nft("delete", "table", "inet", "virt_nft");

        virtNft("apply", "-f", a).ok();
        assertEquals(loaded, table());
        Run second = virtNft("apply", "--dry-run", "-f", file("b", nat("b", "virbr2", "192.168.2.1")))
                .ok();
        assertTrue(
                second.out()
                        .startsWith("create counter inet virt_nft refused-virbr2\n"
                                + "create element inet virt_nft from { \"virbr2\""),
                second.out());
        assertEquals(loaded, table());
        assertEquals(List.of("virbr1"), bridges());
        Run bad = virtNft("apply", "--dry-run", "-f", file("c", nat("c", "virbr3", "192.168.1.1")));
        assertEquals(2, bad.status());
        assertEquals(loaded, table());
    }

    @Test
    void whatIsRenderedIsWhatIsApplied() {
        String a = file("a", nat("a", "virbr1", "192.168.1.1"));
        String b = file("b", owner("b", "virbr2", "192.168.2.1"));
        Run rendered = InProcess.virtNft("render", "-f", a, "-f", b).ok();
        namespace.load(rendered.out());
        String loaded = table();
        // it replaces what is there
        namespace.load(rendered.out());
        assertEquals(loaded, table());
        // and beside a table that is there
        Run elements = InProcess.virtNft("render", "--elements", "-f", file("c", nat("c", "virbr3", "192.168.3.1")))
                .ok();
        namespace.load(elements.out());
        assertTrue(table().contains("\"virbr3\" . 192.168.3.0/24"), table());
        namespace.nft("delete", "table", "inet", "virt_nft");

        virtNft("apply", "-f", a, "-f", b).ok();
        // what is applied says whose it is
        assertEquals(loaded, table().replaceFirst("\tcomment .*\n", ""));
    }

    @Test
    void unknownNamesChangeNothing() {
        virtNft("apply", "-f", file("a", nat("a", "virbr1", "192.168.1.1"))).ok();
        String before = table();

        Run remove = virtNft("remove", "a", "b", "c");
        assertEquals(2, remove.status());
        assertEquals(
                List.of(
                        "virt-nft: network 'b' is not applied; 'virt-nft status' lists those that are",
                        "virt-nft: network 'c' is not applied; 'virt-nft status' lists those that are"),
                remove.errors());
        Run status = virtNft("status", "b");
        assertEquals(2, status.status());
        assertEquals(
                "virt-nft: network 'b' is neither applied nor running; 'virt-nft status' lists those that are\n",
                status.err());
        assertEquals(before, table());
    }

    @Test
    void aTableThatSomebodyChangedIsNoticedAndRepaired() {
        String a = file("a", nat("a", "virbr1", "192.168.1.1"));
        virtNft("apply", "-f", a).ok();
        String before = table();
        namespace.nft("insert", "rule", "inet", "virt_nft", "to_none", "accept");

        Run status = virtNft("status").ended(1);
        assertTrue(
                status.out().contains("the kernel's table is not the one that was applied: run 'virt-nft apply --all'"),
                status.out());
        virtNft("apply", "-f", a).ok();
        assertEquals(before, table());
        assertFalse(virtNft("status").ok().out().contains("apply --all"));
    }

    /** On a full disk, what was printed in part would pass for the whole. */
    @Test
    void outputThatIsLostIsNoSuccess() {
        String a = file("a", nat("a", "virbr1", "192.168.1.1"));
        for (String command : List.of("render", "check")) {
            String line = Program.launcher() + " " + command + " -f " + a + " ";
            Run full = namespace.program("sh", "-c", line + ">/dev/full").run().ended(1);
            assertEquals("virt-nft: not all could be printed: No space left on device\n", full.err());
            // who has seen enough has lost nothing
            namespace.program("sh", "-c", line + "| head -c 1").run().ok();
        }
        // what changes something says by its status that it did
        namespace
                .program("sh", "-c", Program.launcher() + " apply -f " + a + " --state-dir " + state + " >/dev/full")
                .and(InProcess.noLibvirt("apply"))
                .run()
                .ok();
    }

    @Test
    void closedDescriptorsAreNoHindrance() {
        String a = file("a", nat("a", "virbr1", "192.168.1.1"));
        for (String closed : List.of("2>&-", ">&-", "<&-", "<&- >&- 2>&-")) {
            namespace
                    .program(
                            "sh",
                            "-c",
                            Program.launcher() + " apply -f " + a + " --state-dir " + state + " --connect=nowhere:/// "
                                    + closed)
                    .run()
                    .ok();
            assertTrue(table().contains("virbr1"), closed);
            virtNft("remove", "--all").ok();
        }
    }

    @Test
    void damagedStateIsNamedAndMendedByTheNextChange() throws Exception {
        String a = file("a", nat("a", "virbr1", "192.168.1.1"));
        virtNft("apply", "-f", a).ok();
        String before = table();
        Files.writeString(state.resolve("networks/virbr1"), "garbage");
        String damage = state + "/networks/virbr1 is damaged (not in the form of this version of virt-nft)";
        Run status = virtNft("status").ended(1);
        assertTrue(status.out().contains(damage), status.out());

        virtNft("apply", "-f", a).ok();

        assertEquals(before, table());
        assertFalse(virtNft("status").ok().out().contains("damaged"));
    }

    @Test
    void aWayBackThatFailsIsExitStatus4() throws Exception {
        String a = file("a", nat("a", "virbr1", "192.168.1.1"));
        virtNft("apply", "-f", a).ok();
        // an interrupted change whose way back nft does not take
        Path journal =
                Files.createDirectories(state.resolve("journal/networks")).getParent();
        Files.writeString(journal.resolve("namespace"), namespace.name());
        Files.writeString(journal.resolve("undo.nft"), "nonsense\n");

        Run run = virtNft("remove", "a");

        assertEquals(4, run.status());
        assertEquals(1, run.errors().size(), run.err());
        assertTrue(
                run.err().startsWith("virt-nft: an earlier change was interrupted, and the way back fails: "),
                run.err());
        assertEquals(List.of("virbr1"), bridges());
    }

    @Test
    void helpAndVersionOfTheInstalledCommand() {
        Run version =
                Program.of(Program.launcher().toString(), "--version").run().ok();
        assertTrue(version.out().matches("virt-nft \\d+\\.\\d+.*\n"), version.out());
        Run help = Program.of(Program.launcher().toString(), "hook", "--help")
                .run()
                .ok();
        assertTrue(help.out().contains("NAME OP SUBOP EXTRA"), help.out());
        assertEquals("", help.err());
        Run bad = Program.of(Program.launcher().toString(), "apply").run();
        assertEquals(2, bad.status());
        assertEquals("", bad.out());
    }
}
