package org.virtnft.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.kernel.SampleNetworks;
import org.virtnft.network.InterfaceName;
import org.virtnft.ruleset.Count;

/** The state on disk: whole files, one command at a time, and a way back. */
class StateDirectoryTest {

    @TempDir
    Path folder;

    private StateDirectory state;

    @BeforeEach
    void open() throws Exception {
        state = new StateDirectory(folder);
        Files.createDirectories(folder.resolve("networks"));
    }

    private static AppliedNetwork network(String name, String bridge) {
        return AppliedNetwork.of(
                SampleNetworks.nat(name, bridge, "10.1.0.1/24"), Source.FILE, Instant.EPOCH, "", "", List.of());
    }

    private static InterfaceName bridge(String name) {
        return new InterfaceName(name);
    }

    private List<String> names() {
        return state.read().networks().values().stream()
                .map(AppliedNetwork::name)
                .toList();
    }

    // ---- whole files ----------------------------------------------------------------------------------------------

    @Test
    void aReaderSeesTheOldTextOrTheNewOne() throws Exception {
        Path file = folder.resolve("file");
        String a = "a".repeat(100_000);
        String b = "b".repeat(100_000);
        StateFiles.replace(file, a);
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<String> torn = new AtomicReference<>("");
        Thread reader = new Thread(() -> {
            while (!done.get()) {
                String text = read(file);
                if (!text.equals(a) && !text.equals(b)) {
                    torn.set("of " + text.length() + " letters");
                }
            }
        });
        reader.start();
        for (int i = 0; i < 300; i++) {
            StateFiles.replace(file, i % 2 == 0 ? b : a);
        }
        done.set(true);
        reader.join();

        assertEquals("", torn.get());
        assertEquals(Set.of("file", "networks"), files(folder), "nothing is left beside it");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aFileThatCannotBeReplacedIsAsItWas() throws Exception {
        state.write(network("old", "virbr0"));
        Files.createDirectories(folder.resolve("networks/virbr0+new/x"));

        StateException failure = assertThrows(StateException.class, () -> state.write(network("new", "virbr0")));

        assertTrue(failure.getMessage().contains("networks/virbr0 cannot be written"), failure.getMessage());
        assertEquals(List.of("old"), names());
    }

    @Test
    void whatAWriterThatDiedLeftIsNoNetwork() throws Exception {
        Files.writeString(folder.resolve("networks/virbr0+new"), "half a f");
        assertEquals(List.of(), names());
        state.write(network("x", "virbr0"));
        assertEquals(List.of("x"), names());
        assertEquals(Set.of("virbr0"), files(folder.resolve("networks")));
    }

    // ---- names ----------------------------------------------------------------------------------------------------

    @Test
    void bridgesThatAreCalledAsOurOwnFiles() {
        for (String each : List.of("x", "x.new", "x.absent", "table", "lock", "journal", "networks", "x-new", "x_")) {
            state.write(network("network " + each, each));
        }
        assertEquals(9, names().size());
        journalRoundTrip();
        assertEquals(9, names().size());
    }

    private void journalRoundTrip() {
        state.journal().begin("net:[1]", state.read().networks().keySet(), Optional.empty(), Map.of());
        for (InterfaceName each : state.read().networks().keySet()) {
            state.forget(each);
        }
        state.journal().restoreFiles();
        state.journal().abandon();
    }

    @Test
    void aBridgeDotNewDoesNotStandForAnUnfinishedFile() {
        state.write(network("x", "x"));
        state.write(network("x dot new", "x.new"));
        state.forget(bridge("x"));
        assertEquals(List.of("x dot new"), names());
    }

    // ---- the lock -------------------------------------------------------------------------------------------------

    @Test
    void onlyOneAtATime() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> new StateDirectory(folder).locked(Duration.ofSeconds(20), () -> {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                pause(10);
                return inside.decrementAndGet();
            }));
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(1, most.get());
    }

    private static void pause(int milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void theDeadline() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Thread holder = new Thread(() -> state.locked(Duration.ofSeconds(1), () -> {
            held.countDown();
            try {
                return release.await(20, java.util.concurrent.TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }));
        holder.start();
        held.await();

        StateException late = assertThrows(
                StateException.class, () -> new StateDirectory(folder).locked(Duration.ofMillis(100), () -> 1));
        release.countDown();
        holder.join();

        assertEquals(
                "another virt-nft has held " + folder + "/lock for 0 s; try again when it is done", late.getMessage());
        assertEquals(1, state.locked(Duration.ZERO, () -> 1), "it is free again");
    }

    @Test
    void whatFailsInsideLeavesNoLock() {
        assertThrows(
                IllegalStateException.class,
                () -> state.locked(Duration.ofSeconds(1), () -> {
                    throw new IllegalStateException("inside");
                }));
        assertEquals(2, state.locked(Duration.ZERO, () -> 2));
    }

    @Test
    void aPlaceWhereNoDirectoryCanBe() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        StateException refusal = assertThrows(
                StateException.class,
                () -> new StateDirectory(file.resolve("state")).locked(Duration.ofSeconds(1), () -> 1));
        assertTrue(
                refusal.getMessage().startsWith("state directory " + file + "/state cannot be used (run as root?): "),
                refusal.getMessage());
    }

    @Test
    void aStateThatWasNeverMadeHoldsNothingAndHasNoRecord() {
        StateDirectory none = new StateDirectory(folder.resolve("none"));
        assertTrue(none.read().isIncomplete());
        assertEquals(List.of(), List.copyOf(none.read().networks().values()));
        assertEquals(List.of(), none.failedStarts().all());
        assertFalse(none.journal().isPending());
        assertFalse(Files.exists(none.path()), "looking at it does not make it");
    }

    // ---- the journal ----------------------------------------------------------------------------------------------

    @Test
    void theJournalBringsBackWhatWasThereAndOnlyThat() {
        state.write(network("changed", "a"));
        state.write(network("gone", "b"));
        state.write(network("not concerned", "c"));
        state.write(new TableState("net:[1]", "t", "handles", "table {\n\trule # handle 2\n}\n"));

        Journal journal = state.journal();
        journal.begin(
                "net:[1]",
                List.of(bridge("a"), bridge("b"), bridge("d")),
                Optional.of("undo\nscript\n"),
                Map.of("refused-a", new Count(3, 180)));
        state.write(network("another", "a"));
        state.forget(bridge("b"));
        state.write(network("not concerned, and changed", "c"));
        state.write(network("new", "d"));
        state.write(new TableState("net:[1]", "t", "other handles", "table {\n\trule # handle 2\n}\n"));

        Journal next = new StateDirectory(folder).journal();
        assertTrue(next.isPending());
        assertEquals("net:[1]", next.namespace());
        assertEquals(Optional.of("undo\nscript\n"), next.undo());
        assertEquals(Map.of("refused-a", new Count(3, 180)), next.counts());
        next.restoreFiles();
        next.restoreFiles();
        assertEquals(List.of("changed", "gone", "not concerned, and changed"), names());
        assertEquals("handles", state.read().table().handles());
        next.abandon();
        assertFalse(next.isPending());
    }

    @Test
    void theFirstChangeHasNoTableToBringBack() {
        Journal journal = state.journal();
        journal.begin("net:[1]", List.of(bridge("a")), Optional.empty(), Map.of());
        assertEquals(Optional.empty(), journal.undo());
        state.write(network("new", "a"));
        state.write(new TableState("net:[1]", "t", "handles", "table {\n\trule # handle 2\n}\n"));

        journal.restoreFiles();
        journal.abandon();

        assertEquals(Map.of(), state.read().networks());
        assertEquals(TableState.NONE, state.read().table());
        assertEquals(Set.of("networks"), files(folder));
    }

    @Test
    void aProcessMayDieWhileItBeginsOrEndsAJournal() throws Exception {
        state.write(network("old", "a"));
        // begin: the folder has its name at the end only
        Files.createDirectories(folder.resolve("journal.new/networks"));
        Files.writeString(folder.resolve("journal.new/networks/b"), "of an earlier one");
        assertFalse(state.journal().isPending());
        state.journal().begin("net:[2]", List.of(bridge("a")), Optional.empty(), Map.of());
        assertFalse(Files.exists(folder.resolve("journal/networks/b")));
        // end: it loses its name at once, whichever way it ends
        Files.createDirectories(folder.resolve("journal.new/networks"));
        Files.writeString(folder.resolve("journal.new/networks/c"), "of an earlier one");
        state.journal().abandon();
        assertFalse(state.journal().isPending());
        assertEquals(Set.of("networks"), files(folder));

        state.journal().begin("net:[2]", List.of(bridge("a")), Optional.empty(), Map.of());
        Files.createDirectories(folder.resolve("journal.done/networks"));
        Files.writeString(folder.resolve("journal.done/networks/c"), "of an earlier one");
        state.journal().settle();
        assertFalse(state.journal().isPending());
        assertFalse(Files.exists(folder.resolve("journal.done/networks/c")));
        state.journal().forget();
        assertEquals(Set.of("networks"), files(folder));
    }

    @Test
    void whatWasBeforeAChangeThatStandsIsKnownUntilItIsForgotten() {
        state.write(network("old", "a"));
        state.write(network("same", "c"));
        state.write(new TableState("net:[2]", "t", "handles", "table {\n\trule # handle 2\n}\n"));
        Snapshot before = state.read();
        state.journal().begin("net:[2]", List.of(bridge("a"), bridge("b")), Optional.empty(), Map.of());
        state.write(network("new", "a"));
        state.write(network("come", "b"));
        assertFalse(state.journal().isSettled());
        state.journal().settle();

        assertTrue(state.journal().isSettled());
        Snapshot now = state.read();
        assertEquals(before.networks(), state.journal().beforeSettled(now, "net:[2]"));
        assertEquals(now.networks(), state.journal().beforeSettled(now, "net:[3]"), "another namespace's");
        state.journal().forget();
        assertFalse(state.journal().isSettled());
    }

    @Test
    void aJournalWithoutItsNamespaceIsDamaged() throws Exception {
        Files.createDirectories(folder.resolve("journal"));
        StateException damage =
                assertThrows(StateException.class, () -> state.journal().namespace());
        assertEquals("the journal " + folder + "/journal is damaged: remove it", damage.getMessage());
        assertEquals(Map.of(), state.journal().counts(), "one of a version without counters has none");
        Files.writeString(folder.resolve("journal/counts"), "refused-a packets many\n");
        damage = assertThrows(StateException.class, () -> state.journal().counts());
        assertEquals("the journal " + folder + "/journal is damaged: remove it", damage.getMessage());
        assertFalse(state.isEmpty(), "a change is under way: there may be something to take out");
    }

    // ---- records of failed starts, which the launcher writes ------------------------------------------------------

    @Test
    void failedStarts() throws Exception {
        Path failed = Files.createDirectories(folder.resolve("failed"));
        Files.writeString(failed.resolve("1"), "é\"{\nvirt-nft: it failed\n");
        Files.write(failed.resolve("2"), "bytes \u00ff that are no text\nline\n".getBytes(StandardCharsets.ISO_8859_1));
        Files.writeString(failed.resolve("3"), "cut off");
        Files.writeString(failed.resolve("4"), "");

        assertEquals(
                List.of(
                        new FailedStart("é\"{", "virt-nft: it failed"),
                        new FailedStart("bytes \ufffd that are no text", "line")),
                state.failedStarts().all());
        state.failedStarts().clear(List.of("é\"{", "unknown"));
        assertEquals(Set.of("2", "3", "4"), files(failed));
    }

    private static Set<String> files(Path directory) {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
