package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.kernel.TestNamespace;
import org.virtnft.launcher.Program;
import org.virtnft.launcher.Run;

/** An ordinary user can neither read the state nor keep root's commands from it, also where version 0.1.0 had left it open. */
class PrivateStateIT {

    private static final String NETWORK =
            "<network><name>net</name><bridge name='virbr1'/><ip address='192.168.1.1' prefix='24'/></network>";

    /** A shared lock, for which reading is enough: it keeps out every exclusive one. */
    private static final String HOLD_A_SHARED_LOCK = """
            import fcntl, sys, time
            file = open(sys.argv[1])
            fcntl.lockf(file, fcntl.LOCK_SH)
            open(sys.argv[2], "w").close()
            time.sleep(80)
            """;

    private TestNamespace namespace;
    private Path folder;
    private Path state;

    /** Where others can go: it is the state directory alone that keeps them out. */
    @BeforeEach
    void open() throws IOException {
        namespace = TestNamespace.create();
        folder = Files.createTempDirectory("virtnft-private");
        mode(folder, "rwxr-xr-x");
        state = folder.resolve("state");
    }

    @AfterEach
    void close() {
        namespace.close();
        Program.of("rm", "-rf", folder.toString()).run().ok();
    }

    private static void mode(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private Program virtNft(String umask, String command, String... words) {
        return namespace
                .program("sh", "-c", "umask " + umask + "; exec \"$@\"", "sh")
                .and(Program.launcher().toString(), command, "--state-dir", state.toString())
                .and(InProcess.noLibvirt(command))
                .and(words)
                .input(NETWORK);
    }

    private Run apply() {
        return virtNft("022", "apply", "-f", "-").run();
    }

    private static Program asNobody(String... words) {
        return Program.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--")
                .and(words)
                .in(Path.of("/"));
    }

    private Program.Running nobodyHoldsALock() throws Exception {
        Path there = Files.createDirectory(folder.resolve("nobody's"));
        mode(there, "rwxrwxrwx");
        Path held = there.resolve("held");
        Program.Running holder = asNobody(
                        "/usr/bin/python3",
                        "-c",
                        HOLD_A_SHARED_LOCK,
                        state.resolve("lock").toString(),
                        held.toString())
                .start();
        for (int i = 0; i < 500 && Files.notExists(held); i++) {
            assertTrue(holder.isAlive(), "it could open the lock's file");
            Thread.sleep(20);
        }
        assertTrue(Files.exists(held));
        return holder;
    }

    /** As version 0.1.0 left it. */
    private void ofVersion010() throws IOException {
        apply().ok();
        mode(state, "rwxr-xr-x");
        Files.delete(state.resolve("lock"));
        mode(Files.createFile(state.resolve("lock")), "rw-r--r--");
    }

    @ParameterizedTest
    @ValueSource(strings = {"000", "022"})
    void whateverTheUmaskNothingIsForOthers(String umask) throws Exception {
        virtNft(umask, "apply", "-f", "-").run().ok();
        assertEquals(
                1, virtNft(umask, "try", "-f", "-", "--timeout", "1s").run().status());
        assertTrue(
                Files.exists(state.resolve("try.log")),
                "the process that waits has said nothing, in a file of its own");
        virtNft(umask, "remove", "--all").run().ok();
        virtNft(umask, "apply", "-f", "-").run().ok();

        Run run = Program.of("find", state.toString(), "-perm", "/077", "-printf", "%M %P\n")
                .run()
                .ok();
        assertEquals("", run.out());
        assertEquals("rwx------", mode(state));
        assertEquals("rw-------", mode(state.resolve("lock")));
        assertEquals("rw-------", mode(state.resolve("networks/virbr1")));
        assertEquals("rw-------", mode(state.resolve("transaction.nft")));
    }

    @Test
    void anotherUserCannotEvenOpenTheLock() {
        apply().ok();
        Run run =
                asNobody("/usr/bin/python3", "-c", "open('" + state + "/lock')").run();
        assertTrue(run.err().contains("PermissionError"), run.err());
    }

    @Test
    void aSharedLockOnTheOpenFileOfAnEarlierVersionStopsNobody() throws Exception {
        ofVersion010();
        Program.Running holder = nobodyHoldsALock();
        try {
            long start = System.nanoTime();
            apply().ok();
            apply().ok();
            assertTrue(Duration.ofNanos(System.nanoTime() - start).toSeconds() < 5, "nobody was waited for");
            assertTrue(holder.isAlive());
        } finally {
            holder.kill();
            holder.await();
        }
        assertEquals("rwx------", mode(state));
        assertEquals("rw-------", mode(state.resolve("lock")));
    }

    /** A command of the earlier version that is at work has an exclusive one. */
    @Test
    void aCommandOfTheEarlierVersionIsWaitedFor() throws Exception {
        ofVersion010();
        try (FileChannel channel = FileChannel.open(state.resolve("lock"), StandardOpenOption.WRITE)) {
            FileLock lock = channel.lock();
            assertTrue(lock.isValid());
            Run run = apply();
            assertEquals(1, run.status(), run::toString);
            assertTrue(run.err().contains("another virt-nft has held " + state + "/lock for 5 s"), run.err());

            Program.Running waiting = virtNft("022", "apply", "-f", "-").start();
            Thread.sleep(1500);
            assertTrue(waiting.isAlive());
            lock.release();
            waiting.await().ok();
        }
    }

    @Test
    void aStateDirectoryOfAnotherUserIsRefused() throws Exception {
        Files.createDirectory(state);
        Program.of("chown", "65534", state.toString()).run().ok();
        assertRefused(state + " belongs to user 65534: remove it, or name another folder");
    }

    @Test
    void aLinkOfAnotherUserIsRefused() throws Exception {
        Path target = Files.createDirectory(folder.resolve("target"));
        Files.createSymbolicLink(state, target);
        Program.of("chown", "-h", "65534", state.toString()).run().ok();
        assertRefused(state + " is a link that user 65534 made: run 'rm " + state + "', or name another folder");
        assertTrue(Files.notExists(target.resolve("lock")));
    }

    @Test
    void whatAnotherUserPutIntoAnOpenOneIsRefused() throws Exception {
        ofVersion010();
        mode(state, "rwxrwxrwx");
        Path planted = Files.createFile(state.resolve("networks/virbr9+new"));
        Program.of("chown", "65534", planted.toString()).run().ok();
        assertRefused(planted + " belongs to user 65534, who could write in ");
    }

    /** Named by mistake: it is not closed to those whose it is too. */
    @Test
    void aFolderOfOtherThingsIsNotClosed() throws Exception {
        mode(Files.createDirectory(state), "rwxr-xr-x");
        Files.createFile(state.resolve("something"));
        assertRefused(state + " is open to others (mode 0755) and holds other things than ours: ");
        assertEquals("rwxr-xr-x", mode(state));
    }

    private void assertRefused(String why) {
        Run run = apply();
        assertEquals(1, run.status(), run::toString);
        assertEquals(1, run.errors().size(), run.err());
        assertTrue(run.err().startsWith("virt-nft: state directory " + why), run.err());
    }
}
