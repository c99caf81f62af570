package org.virtnft.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A daemon's reload, followed in a folder that looks like its /proc. */
class DaemonReloadTest {

    @TempDir
    Path process;

    private Path thread;

    @BeforeEach
    void daemon() throws IOException {
        Files.writeString(Files.createDirectories(process.resolve("task/1")).resolve("comm"), "libvirtd\n");
        thread = Files.createDirectories(process.resolve("task/2")).resolve("comm");
        Files.writeString(thread, "daemon-init\n");
        status("0000000000000000");
    }

    private void status(String pending) throws IOException {
        Files.writeString(
                process.resolve("status"), "Name:\tlibvirtd\nSigPnd:\t0000000000000000\nShdPnd:\t" + pending + "\n");
    }

    private void write(String name) {
        try {
            Files.writeString(thread, name + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private DaemonReload reload(Duration patience) {
        return new DaemonReload(process, patience);
    }

    private static void soon(Runnable work) {
        CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS).execute(work);
    }

    @Test
    void whoIsStillStartingIsWaitedFor() {
        soon(() -> write("rpc-worker"));
        reload(Duration.ofMinutes(1)).awaitStart();
        ProgramException late = assertThrows(ProgramException.class, () -> {
            write("daemon-init");
            reload(Duration.ofMillis(50)).awaitStart();
        });
        assertEquals("libvirt's daemon is still starting", late.getMessage());
    }

    @Test
    void itIsOverWhenItsThreadIsGone() {
        write("daemon-reload");
        long begin = System.nanoTime();
        soon(() -> write("rpc-worker"));
        reload(Duration.ofMinutes(1)).awaitEnd();
        long took = System.nanoTime() - begin;
        assertTrue(took > Duration.ofMillis(150).toNanos(), "it was waited for");
    }

    @Test
    void oneThatWasTooQuickToBeSeenIsOver() {
        write("rpc-worker");
        reload(Duration.ofMinutes(1)).awaitEnd();
    }

    @Test
    void oneThatDoesNotEndIsAFailure() {
        write("daemon-reload");
        ProgramException failure = assertThrows(
                ProgramException.class, () -> reload(Duration.ofMillis(50)).awaitEnd());
        assertEquals("libvirt's daemon does not come to the end of its reload", failure.getMessage());
    }

    @Test
    void aDaemonThatDoesNotTakeTheSignalIsAFailure() throws IOException {
        write("rpc-worker");
        status("0000000000004001");
        assertThrows(ProgramException.class, () -> reload(Duration.ofSeconds(2)).awaitEnd());
        status("0000000000004000");
        reload(Duration.ofSeconds(2)).awaitEnd();
    }

    @Test
    void aDaemonThatIsGoneHasNothingLeftToDo() {
        DaemonReload gone = new DaemonReload(process.resolve("gone"), Duration.ofSeconds(2));
        gone.awaitStart();
        gone.awaitEnd();
    }

    @Test
    void theDeadlineGrowsWithTheNetworksAndIsBounded() {
        assertEquals(Duration.ofSeconds(30), LibvirtDaemon.reloadDeadline(0));
        Duration many = LibvirtDaemon.reloadDeadline(81);
        assertFalse(many.compareTo(Duration.ofSeconds(43).multipliedBy(4)) < 0, many::toString);
        assertEquals(Duration.ofMinutes(20), LibvirtDaemon.reloadDeadline(100_000));
    }
}
