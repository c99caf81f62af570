package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.virtnft.kernel.TestNamespace;
import org.virtnft.launcher.Program;
import org.virtnft.launcher.Run;

/** Everybody may read and check; who may not change the kernel is told in one line that root may. */
class UnprivilegedIT {

    private static final String NETWORK =
            "<network><name>net</name><bridge name='virbr1'/><ip address='192.168.1.1' prefix='24'/></network>";

    private TestNamespace namespace;
    private Path folder;

    /** A checkout may be where only its owner can read. */
    @BeforeEach
    void aCopyForEverybody() throws Exception {
        namespace = TestNamespace.create();
        folder = Files.createTempDirectory("virtnft-everybody");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Program.of("cp", "-r", Program.launcher() + "", Program.launcher().resolveSibling("lib") + "", folder + "")
                .run()
                .ok();
        Program.of("chmod", "-R", "a+rX", folder.toString()).run().ok();
    }

    @AfterEach
    void close() {
        namespace.close();
        Program.of("rm", "-rf", folder.toString()).run().ok();
    }

    private Run asNobody(String... words) {
        return namespace
                .program("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--", folder + "/virt-nft")
                .and(words)
                .and(InProcess.NO_LIBVIRT)
                .in(Path.of("/"))
                .input(NETWORK)
                .run();
    }

    @Test
    void aStateDirectoryThatCannotBeMade() {
        Run run = asNobody("apply", "-f", "-", "--state-dir", folder + "/state");
        assertEquals(1, run.status());
        assertEquals("", run.out());
        assertEquals(1, run.errors().size(), run.err());
        assertTrue(
                run.err().startsWith("virt-nft: state directory " + folder + "/state cannot be used (run as root?): "),
                run.err());
        assertEquals("", namespace.ruleset());
        assertTrue(Files.notExists(folder.resolve("state")));
    }

    @Test
    void aStateDirectoryOfTheirOwn() throws Exception {
        Path own = Files.createDirectory(folder.resolve("own"));
        Program.of("chown", "65534:65534", own.toString()).run().ok();
        Run run = asNobody("apply", "-f", "-", "--state-dir", own + "/state");
        assertEquals(1, run.status(), run::toString);
        assertEquals("", run.out());
        assertEquals(1, run.errors().size(), run.err());
        assertTrue(run.err().contains("not permitted") && run.err().contains("(run as root)"), run.err());
        assertEquals("", namespace.ruleset());
        assertTrue(Files.notExists(own.resolve("state/networks/virbr1")));
        assertTrue(Files.notExists(own.resolve("state/journal")));
    }

    @Test
    void whatOnlyReadsWorks() {
        assertTrue(asNobody("check", "-f", "-").ok().out().startsWith("net: isolated on bridge virbr1"));
        assertTrue(asNobody("render", "-f", "-").ok().out().startsWith("# Replaces"));
        // not without the kernel's word
        assertEquals(
                "no network is applied\nthe kernel could not be asked: nftables cannot be used: Operation not permitted"
                        + " (run as root)\n",
                asNobody("status", "--state-dir", folder + "/state").ended(2).out());
    }

    /** Nothing may be applied, for all that they can see; that is no answer. */
    @Test
    void rootsStateIsNotTakenForAnEmptyOne() throws Exception {
        Path state = Files.createDirectory(folder.resolve("roots"));
        Files.createDirectory(state.resolve("networks"));
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx------"));
        for (String command : new String[] {"status", "metrics", "remove --all"}) {
            Run run = namespace
                    .program("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--", folder + "/virt-nft")
                    .and(command.split(" "))
                    .and("--state-dir", state.toString())
                    .and(InProcess.noLibvirt(command.split(" ")[0]))
                    .in(Path.of("/"))
                    .run();
            assertEquals(command.equals("status") ? 2 : 1, run.status(), command + run);
            assertEquals("", run.out(), command);
            assertEquals(1, run.errors().size(), run.err());
            assertTrue(run.err().contains(state.toString()) && run.err().contains("(run as root"), run.err());
        }
    }
}
