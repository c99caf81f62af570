package org.virtnft.transaction;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.kernel.TestNamespace;
import org.virtnft.launcher.Program;
import org.virtnft.launcher.Run;
import org.virtnft.transaction.Scene.Picture;

/** A process that dies in the middle of a change: whatever command comes next goes back to what was before. */
class DeathIT {

    private static final String JAVA = System.getProperty("java.home") + "/bin/java";
    private static final int SIGKILL = 128 + 9;

    @TempDir
    Path folder;

    private Scene scene;
    private Picture before;

    @BeforeEach
    void open() {
        scene = new Scene(folder.resolve("state"));
        scene.apply(Scene.put(DyingCommand.BEFORE));
        before = scene.picture();
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @ParameterizedTest
    @EnumSource
    void killedBeforeAStep(Step step) {
        if (step == Step.READ_HANDLES) {
            Vandals.alterRules(scene.namespace());
            before = scene.picture();
        }
        dies(step.name());

        boolean committed = step.compareTo(Step.COMMIT) > 0;
        assertEquals(committed, scene.namespace().table().contains("10.14.0.0/24"), "the new rules are in the kernel");
        theNextCommandGoesBack();
    }

    @Test
    void killedBetweenTheFilesOfTwoNetworks() throws Exception {
        dies(DyingCommand.BETWEEN_FILES);

        assertTrue(Files.readString(scene.folder().resolve("networks/a0")).contains("10.11.0.1/24"), "written");
        assertTrue(Files.readString(scene.folder().resolve("networks/b0")).contains("10.2.0.1/24"), "not yet");
        theNextCommandGoesBack();
    }

    @ParameterizedTest
    @EnumSource(names = {"READ_BACK", "SAVE_TABLE"})
    void killedWhileATableThatSomebodyAlteredIsMadeAnew(Step step) {
        Vandals.alterRules(scene.namespace());
        before = scene.picture();
        dies(step.name());

        theNextCommandGoesBack();
    }

    @ParameterizedTest
    @EnumSource(names = "SAVE_TABLE")
    void killedAtTheFirstApply(Step step) {
        scene.apply(Scene.remove("a", "b", "c"));
        before = scene.picture();
        dies(step.name());

        theNextCommandGoesBack();
        assertEquals("", scene.namespace().table());
    }

    @Test
    void killedTwice() {
        dies(Step.SAVE_TABLE.name());
        dies(Step.READ_BACK.name());
        theNextCommandGoesBack();
    }

    @Test
    void theNextCommandIsOneOfAnotherProcess() {
        dies(Step.SAVE_TABLE.name());

        Run status = virtNft("status").ended(1);
        assertTrue(status.out().contains("a change was interrupted: the next command goes back"), status.out());
        Run remove = virtNft("remove", "c").ok();

        assertEquals("c: removed\n", remove.out());
        assertEquals(List.of("a", "b"), scene.picture().networks());
        scene.apply(Scene.put(DyingCommand.BEFORE[2]));
        before.assertSame(scene.picture());
    }

    /** What a dry run prints is both scripts that an apply then sends. */
    @ParameterizedTest
    @ValueSource(strings = {"elements", "altered table", "first apply"})
    void aDryRunAfterADeath(String how) throws Exception {
        if (how.equals("altered table")) {
            Vandals.alterRules(scene.namespace());
        } else if (how.equals("first apply")) {
            scene.apply(Scene.remove("a", "b", "c"));
        }
        before = scene.picture();
        dies(Step.SAVE_TABLE.name());
        Path file = Files.writeString(
                folder.resolve("d.xml"),
                "<network><name>d</name><bridge name='d0'/><ip address='10.44.0.1' prefix='24'/></network>");
        String table = scene.namespace().table();

        String shown = virtNft("apply", "--dry-run", "-f", file.toString(), "--connect=nowhere:///")
                .ok()
                .out();

        assertEquals(table, scene.namespace().table(), "only tried");
        assertTrue(shown.startsWith("# a change was interrupted: this goes back to what was before it\n"), shown);
        String then = shown.substring(shown.indexOf("# and then\n") + "# and then\n".length());
        virtNft("apply", "-f", file.toString(), "--connect=nowhere:///").ok();
        assertEquals(Files.readString(scene.folder().resolve("transaction.nft")), then);
        assertEquals(how.equals("elements"), !then.contains("delete table"), then);
        virtNft("remove", "d").ok();
        if (!how.equals("altered table")) {
            before.assertSame(scene.picture());
        }
    }

    /** The process is not killed from outside: the library that it called takes it down. */
    @ParameterizedTest
    @ValueSource(strings = {DyingCommand.IN_LIBRARY, DyingCommand.IN_LIBRARY_AFTER_COMMIT})
    void aSignalInsideLibnftables(String death) throws Exception {
        Path here = Files.createDirectory(folder.resolve("here"));

        Run run = launcher(javaHome(), "--state-dir=" + scene.folder(), death)
                .in(here)
                .run();

        assertAll(
                () -> assertEquals(4, run.status()),
                () -> assertEquals("", run.out()),
                () -> assertEquals(1, run.errors().size(), run.err()),
                () -> assertTrue(
                        run.err()
                                .matches("virt-nft: the Java process was killed by signal (11 \\(SEGV\\)|6 \\(ABRT\\)) "
                                        + "in the middle of a change: run 'virt-nft apply --all', "
                                        + "which goes back to what was before it first\n"),
                        run.err()),
                () -> assertEquals(List.of(), names(here), "no hs_err file, no core"),
                () -> assertEquals(
                        death.equals(DyingCommand.IN_LIBRARY_AFTER_COMMIT),
                        scene.namespace().table().contains("10.14.0.0/24")));
        theNextCommandGoesBack();
    }

    private void dies(String death) {
        Run run = scene.namespace()
                .program(
                        JAVA,
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DyingCommand.class.getName(),
                        scene.folder().toString(),
                        death)
                .run();
        assertEquals(SIGKILL, run.status(), run::toString);
    }

    private void theNextCommandGoesBack() {
        // even one that then fails, or has nothing to do
        assertThrows(
                InjectedException.class,
                () -> scene.apply(state -> {
                    throw new InjectedException(Step.READ_KERNEL);
                }));
        before.assertSame(scene.picture());
        assertFalse(Files.exists(scene.folder().resolve("journal")), "the journal is done");
        // and works
        scene.apply(Scene.remove("b"));
        assertFalse(scene.picture().networks().contains("b"));
    }

    private Run virtNft(String... words) {
        return scene.namespace()
                .program(Program.launcher().toString())
                .and(words)
                .and("--state-dir", scene.folder().toString())
                .run();
    }

    private Program launcher(Path javaHome, String... words) {
        return scene.namespace()
                .program(Program.launcher().toString())
                .and(words)
                .with("JAVA_HOME", javaHome.toString());
    }

    /** A Java that runs {@link DyingCommand} in the place of the program. */
    private Path javaHome() throws IOException {
        Path home = folder.resolve("java-home");
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        String script = """
                #!/bin/sh
                for word; do
                    shift
                    case $word in
                        org.virtnft.cli.Main) word=%s ;;
                        */lib/virt-nft-*.jar:*) word=%s ;;
                    esac
                    set -- "$@" "$word"
                done
                exec %s "$@"
                """.formatted(DyingCommand.class.getName(), System.getProperty("java.class.path"), JAVA);
        Files.writeString(java, script);
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        return home;
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    // ---- the state of another network namespace -------------------------------------------------------------------

    @Test
    void theStateOfAnotherNetworkNamespaceIsNotOurs() {
        try (TestNamespace other = TestNamespace.create()) {
            Run run = other.program(Program.launcher().toString(), "remove", "--all")
                    .and("--state-dir", scene.folder().toString())
                    .run();

            assertEquals(1, run.status());
            assertEquals(
                    "virt-nft: the state in " + scene.folder() + " belongs to another network namespace ("
                            + scene.namespace().name()
                            + "): use --state-dir for this one, or remove that directory if the other is gone\n",
                    run.err());
            assertEquals("", other.ruleset());
            before.assertSame(scene.picture());

            Run status = other.program(Program.launcher().toString(), "status", "--connect=nowhere:///")
                    .and("--state-dir", scene.folder().toString())
                    .run()
                    .ended(2);
            assertTrue(status.out().contains("belongs to another network namespace ("), status.out());
            assertFalse(status.out().contains("apply --all"), status.out());
            assertTrue(status.out().contains("  unknown\n"), status.out());
            assertFalse(status.out().contains("not as applied"), status.out());
        }
    }

    @Test
    void theJournalOfAnotherNetworkNamespaceIsNotOurs() {
        dies(Step.SAVE_TABLE.name());
        String table = scene.namespace().table();
        try (TestNamespace other = TestNamespace.create()) {
            Run run = other.program(Program.launcher().toString(), "remove", "--all")
                    .and("--state-dir", scene.folder().toString())
                    .run();

            assertEquals(1, run.status());
            assertEquals(
                    "virt-nft: a change was interrupted in another network namespace ("
                            + scene.namespace().name() + "): repair it there, or remove " + scene.folder()
                            + "/journal if that is gone\n",
                    run.err());
            assertEquals("", other.ruleset());
            String status = other.program(Program.launcher().toString(), "status", "--connect=nowhere:///")
                    .and("--state-dir", scene.folder().toString())
                    .run()
                    .ended(2)
                    .out();
            assertTrue(status.contains("): the next command there goes back to what was before it\n"), status);
        }
        assertEquals(table, scene.namespace().table());
        assertNotEquals(before.table(), table);
        theNextCommandGoesBack();
    }
}
