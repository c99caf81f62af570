package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.kernel.TableText;
import org.virtnft.kernel.TestNamespace;
import org.virtnft.launcher.Overlay;
import org.virtnft.launcher.Program;
import org.virtnft.launcher.Run;

/** What is tried comes back by itself, whatever becomes of the command, its terminal and its login; unless it is confirmed. */
class TryIT {

    /** Longer than any test waits: what ends earlier has not ended by its time. */
    private static final String LONG = "10m";

    /** Longer than starting the command takes: what is done meanwhile is done in time. */
    private static final String SHORT = "8s";

    private static final int PATIENCE_SECONDS = 60;

    @TempDir
    Path folder;

    private TestNamespace namespace;
    private Path state;
    private String before;

    @BeforeEach
    void aNetworkIsApplied() {
        namespace = TestNamespace.create();
        state = folder.resolve("state");
        virtNft("apply", "-f", file("a", "nat", "virbr1", 1)).ok();
        before = table();
    }

    @AfterEach
    void noProcessIsLeft() {
        try {
            eventually("the process that waited is gone", () -> watcher().isEmpty());
        } finally {
            watcher().ifPresent(ProcessHandle::destroyForcibly);
            namespace.close();
        }
    }

    // ---- confirmed -------------------------------------------------------------------------------------------------

    @Test
    void enterKeepsIt() {
        Run run = onTerminal("echo").run();

        assertEquals(0, run.status(), run::toString);
        assertTrue(run.out().contains("Enter keeps it"), run.out());
        assertTrue(run.out().contains("confirmed: a, b"), run.out());
        assertTried();
    }

    @Test
    void confirmedFromElsewhere() {
        Program.Running trying = tryIt(LONG).start();
        isPending();

        String remark = virtNft("status").ok().out();
        assertTrue(
                remark.matches("(?s).*\na try of a, b is pending, and goes back at \\d\\d:\\d\\d:\\d\\d: .*"), remark);
        assertEquals(new Run(0, "confirmed: a, b\n", ""), virtNft("try", "--confirm"));

        Run run = trying.await();
        assertEquals(0, run.status(), run::toString);
        assertTrue(run.out().endsWith("confirmed: a, b\n"), run.out());
        assertTried();
        assertFalse(virtNft("status").ok().out().contains("a try of"));
    }

    @ParameterizedTest
    @CsvSource({"--confirm, confirm", "--back, go back from"})
    void nothingIsPending(String option, String what) {
        Run run = virtNft("try", option);
        assertEquals(1, run.status());
        assertEquals("virt-nft: nothing is being tried: there is nothing to " + what + "\n", run.err());
        assertEquals(before, table());
    }

    @Test
    void aProgramGetsOneDocumentWhenItHasEnded() {
        Run back = program("1s", "--json").run().ended(1);
        JsonObject wentBack = JsonSchema.document(back.out());
        assertFalse(wentBack.get("changed").getAsBoolean());
        assertEquals("went back", JsonSchema.result(wentBack, "a"));
        assertEquals("[\"not confirmed, went back\"]", wentBack.get("error").toString());
        assertTrue(back.err().contains("'virt-nft try --confirm' keeps it"), back.err());
        assertBefore();

        Program.Running trying = program(LONG, "--json").start();
        isPending();
        JsonObject kept =
                JsonSchema.document(virtNft("try", "--confirm", "--json").ok().out());
        assertEquals("confirmed", JsonSchema.result(kept, "b"));
        JsonObject confirmed = JsonSchema.document(trying.await().ok().out());
        assertEquals("confirmed", JsonSchema.result(confirmed, "a"));
        assertTrue(confirmed.get("changed").getAsBoolean());
        assertFalse(confirmed.has("error"));
        assertTried();
    }

    // ---- not confirmed ---------------------------------------------------------------------------------------------

    @Test
    void itsTimeEnds() {
        Run run = tryIt("2s").run();

        assertEquals(1, run.status());
        assertEquals(
                "virt-nft: not confirmed, went back\na: nat on virbr1, as before\nb: not applied, as before\n",
                run.err());
        assertTrue(run.out().contains("'virt-nft try --confirm' keeps it; without, it goes back at "), run.out());
        assertBefore();
        assertEquals(1, virtNft("try", "--confirm").status());
    }

    @Test
    void anotherAnswerThanEnterGoesBackAtOnce() {
        assertWentBackAtOnce(onTerminal("echo virt-nft status").run());
    }

    @Test
    void theEndOfInputGoesBackAtOnce() {
        assertWentBackAtOnce(onTerminal("printf '\\004'").run());
    }

    @Test
    void controlCGoesBackAtOnce() {
        onTerminal("printf '\\003'").run();
        eventually("it went back", () -> table().equals(before));
        assertBefore();
    }

    /** As when an ssh connection ends: the terminal is gone, and the kernel tells those who are on it. */
    @Test
    void theEndOfTheTerminalGoesBack() {
        Program.Running terminal = onTerminal("sleep 60").start();
        isPending();
        terminal.process()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("/script"))
                .forEach(ProcessHandle::destroyForcibly);

        eventually("it went back", () -> table().equals(before));
        terminal.kill();
        terminal.await();
        assertBefore();
    }

    /** As logind ends a login, or the kernel one that uses too much memory: nobody of it can do anything any more. */
    @Test
    void everyProcessOfTheLoginIsKilled() {
        // setsid makes what it runs the first of a session and of a process group, as a login's shell is
        Program.Running login = namespace
                .program("setsid", "sh", "-c", "\"$@\"; :", "sh")
                .and(tryWords(SHORT))
                .start();
        isPending();
        Program.of("kill", "-KILL", "--", "-" + login.process().pid()).run().ok();
        login.await();
        assertTried();
        assertTrue(watcher().isPresent(), "the process that waits is none of them");

        eventually("it went back", () -> table().equals(before));
        assertBefore();
    }

    @Test
    void theProcessThatWaitsIsKilled() {
        Program.Running trying = tryIt(SHORT).start();
        isPending();
        watcher().orElseThrow().destroyForcibly();

        assertEquals(1, trying.await().status());
        assertBefore();
    }

    @Test
    void allAreKilledAndSomebodyElseGoesBack() {
        Program.Running trying = tryIt(SHORT).start();
        isPending();
        trying.kill(); // and with it the process that waits, which is its child
        trying.await();
        eventually("both are gone", () -> watcher().isEmpty());
        assertTried();

        eventually("status tells", () -> virtNft("status").out().contains("but its process is gone"));
        Run second = tryIt(LONG).run();
        assertEquals(1, second.status());
        assertTrue(second.err().contains("'virt-nft try --back' goes back"), second.err());
        assertEquals(
                new Run(0, "a: nat on virbr1, as before\nb: not applied, as before\n", ""), virtNft("try", "--back"));
        assertBefore();
    }

    // ---- what others do meanwhile ----------------------------------------------------------------------------------

    @Test
    void whatTheHookAppliesMeanwhileStays() {
        Program.Running trying = tryIt(SHORT).start();
        isPending();
        namespace
                .program(Program.launcher().toString(), "hook", "--state-dir", state.toString())
                .and("c", "start", "begin", "-")
                .input("<hookData>" + xml("c", "nat", "virbr3", 3) + "</hookData>")
                .run()
                .ok();

        assertEquals(1, trying.await().status());
        assertTrue(table().contains("192.168.3.0/24"), table());
        virtNft("remove", "c").ok();
        assertBefore();
    }

    @Test
    void aNetworkThatIsAppliedMeanwhileStays() {
        Program.Running trying = tryIt(SHORT).start();
        isPending();
        virtNft("apply", "-f", file("a", "route", "virbr1", 7)).ok();

        Run run = trying.await();
        assertEquals(1, run.status());
        assertEquals(
                List.of(
                        "virt-nft: not confirmed, went back",
                        "a: changed by something else meanwhile, stays so",
                        "b: not applied, as before"),
                run.errors());
        assertTrue(table().contains("192.168.7.0/24"), table());
        assertFalse(table().contains("virbr2"), table());
    }

    @Test
    void aNetworkThatIsRemovedMeanwhileStaysAway() {
        Program.Running trying = tryIt(SHORT).start();
        isPending();
        virtNft("remove", "a").ok();

        assertEquals(1, trying.await().status());
        assertEquals("", table());
    }

    @Test
    void onlyOneAtATime() {
        Program.Running trying = tryIt(LONG).start();
        isPending();
        String tried = table();

        Run second = tryIt(LONG).run();
        assertEquals(1, second.status());
        assertTrue(second.err().startsWith("virt-nft: a try of a, b is pending, and goes back at "), second.err());
        assertEquals(tried, table());

        virtNft("try", "--back").ok();
        assertEquals(1, trying.await().status());
        assertBefore();
    }

    // ---- nothing is tried ------------------------------------------------------------------------------------------

    @Test
    void whatCannotBeTakenBackIsNotTried() throws Exception {
        // a program that Java starts finds its own one there, whatever JAVA_HOME says
        Run run = Overlay.of(javaThatDoesNotWatch(), "/usr/bin")
                .and("nsenter", "--net=" + namespace.file(), "--")
                .and(tryWords(LONG))
                .run();

        assertEquals(1, run.status());
        assertEquals(
                "virt-nft: the process that goes back could not be started, so nothing was changed: no memory\n",
                run.err());
        assertBefore();
        // and the next one is not refused
        assertEquals(1, tryIt("1s").run().status());
    }

    private Path javaThatDoesNotWatch() throws IOException {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Path java = bin.resolve("java");
        Files.writeString(java, """
                #!/bin/sh
                case " $* " in
                    *" --watch "*) echo 'no memory' >&2; exit 1 ;;
                esac
                exec %s/bin/java "$@"
                """.formatted(System.getProperty("java.home")));
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        return bin;
    }

    @Test
    void whatApplyRefusesIsNotTried() {
        Run run = namespace
                .program(tryWords(LONG))
                .and("-f", file("c", "nat", "virbr3", 2))
                .run();

        assertEquals(2, run.status());
        assertTrue(run.err().contains("<ip>: 192.168.2.0/24 is also of network 'b'"), run.err());
        assertBefore();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "25h", "-1", "1d", "", "s", "9999999"})
    void timesThatAreNone(String time) {
        Run run = virtNft("try", "--timeout=" + time, "a");
        assertEquals(2, run.status());
        String message = "'" + time + "' is no time from 1s to 24h: write 60s, 5m or 1h";
        assertTrue(run.err().contains(message), run.err());
        assertFalse(Files.exists(state.resolve("try")));
    }

    // ---- the pieces ------------------------------------------------------------------------------------------------

    private Run virtNft(String command, String... words) {
        return namespace
                .program(Program.launcher().toString(), command, "--state-dir", state.toString())
                .and(InProcess.noLibvirt(command))
                .and(words)
                .run();
    }

    /** Gives a another policy, and puts b there. */
    private String[] tryWords(String time) {
        return new String[] {
            Program.launcher().toString(),
            "try",
            "--timeout",
            time,
            "-f",
            file("a", "route", "virbr1", 1),
            "-f",
            file("b", "nat", "virbr2", 2),
            "--state-dir",
            state.toString(),
            InProcess.NO_LIBVIRT
        };
    }

    private Program tryIt(String time) {
        return namespace.program(tryWords(time));
    }

    private Program program(String time, String more) {
        return tryIt(time).and(more);
    }

    /** The command on a terminal, where somebody types after the question has come. */
    private Program onTerminal(String typing) {
        Path seen = folder.resolve("seen");
        String command = String.join(" ", tryWords(LONG));
        return namespace.program("sh", "-c", """
                {
                    for i in $(seq 600); do
                        grep -q 'Enter keeps it' %1$s 2>/dev/null && break
                        sleep 0.1
                    done
                    %2$s
                } | script -q -e -f -c '%3$s' %1$s
                """.formatted(seen, typing, command));
    }

    private String file(String name, String mode, String bridge, int subnet) {
        try {
            Path file = folder.resolve(name + "-" + mode + subnet + ".xml");
            return Files.writeString(file, xml(name, mode, bridge, subnet)).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String xml(String name, String mode, String bridge, int subnet) {
        return """
                <network>
                  <name>%s</name>
                  <forward mode='%s'/>
                  <bridge name='%s'/>
                  <ip address='192.168.%d.1' prefix='24'/>
                </network>
                """.formatted(name, mode, bridge, subnet);
    }

    private String table() {
        return TableText.normalised(namespace.table());
    }

    private void isPending() {
        // the journal's end comes after the kernel's change: who is killed between them has tried nothing that lasts
        eventually(
                "it is tried",
                () -> table().contains("virbr2")
                        && phase().equals("PENDING")
                        && !Files.exists(state.resolve("journal")));
        assertTried();
    }

    private String phase() {
        try {
            return Files.readString(state.resolve("try")).replaceAll("(?s).*\nphase: (\\w+)\n.*", "$1");
        } catch (IOException e) {
            return "";
        }
    }

    private void assertTried() {
        String table = table();
        assertNotEquals(before, table);
        assertTrue(table.contains("\"virbr2\" . 192.168.2.0/24"), table);
    }

    private void assertBefore() {
        assertEquals(before, table());
        Run status = virtNft("status").ok();
        assertAll(
                () -> assertTrue(status.out().matches("(?s).*\na +virbr1 +nat .*"), status.out()),
                () -> assertFalse(status.out().contains("virbr2"), status.out()),
                () -> assertFalse(status.out().contains("a try of"), status.out()));
    }

    private void assertWentBackAtOnce(Run run) {
        assertEquals(1, run.status(), run::toString);
        assertTrue(run.out().contains("not confirmed, went back"), run.out());
        assertBefore();
    }

    /** The Java process that waits for the end. */
    private Optional<ProcessHandle> watcher() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .arguments()
                        .map(List::of)
                        .filter(words -> words.contains("--watch")
                                && words.contains(state.toString())
                                && words.contains("org.virtnft.cli.Main"))
                        .isPresent())
                .findFirst();
    }

    private static void eventually(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + PATIENCE_SECONDS + " s: " + what);
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }
}
