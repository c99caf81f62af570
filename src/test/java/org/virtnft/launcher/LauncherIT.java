package org.virtnft.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher finds its jars and a Java from wherever it is called, leaves nothing behind, and says in one line what it lacks. */
class LauncherIT {

    private static final String NO_JAVA =
            "virt-nft: no Java runtime, version 17 or newer, was found; install one: default-jre-headless (Debian, Ubuntu)"
                    + " or java-headless (Fedora, RHEL)\n";

    /** As libvirtd starts a hook. */
    private static final Map<String, String> MINIMAL = Map.of("LC_ALL", "C", "PATH", "/usr/sbin:/usr/bin");

    private static final String NETWORK =
            "<network><name>é&quot;{</name><bridge name='virbr1'/><ip address='192.168.1.1' prefix='24'/></network>";

    @TempDir
    Path folder;

    /** A shell script in a mount and a network namespace of its own, where target/ is /mnt. */
    private Program inNamespaces(String script) {
        String target = Program.launcher().getParent().toString();
        return Program.of(
                        "unshare",
                        "--net",
                        "--mount",
                        "--propagation",
                        "private",
                        "sh",
                        "-euc",
                        "mount --bind \"$0\" /mnt\n" + script,
                        target)
                .withOnly(MINIMAL);
    }

    @Test
    void fromAnyDirectoryThroughSymlinksWithAMinimalEnvironment() throws Exception {
        Path first = Files.createSymbolicLink(folder.resolve("first"), Program.launcher());
        Path link = Files.createSymbolicLink(folder.resolve("a link"), first.getFileName());

        Run run = Program.of(link.toString(), "check", "-f", "-")
                .withOnly(MINIMAL)
                .in(Path.of("/"))
                .input(NETWORK)
                .run()
                .ok();

        assertTrue(run.out().startsWith("é\"{: isolated on bridge virbr1, companion"), run.out());
        assertEquals("", run.err());
    }

    @Test
    void nothingIsUnpackedAndTmpMayBeNoexec() {
        Run run = inNamespaces("""
                        mount -t tmpfs -o noexec,mode=1777 tmpfs /tmp
                        export HOME=/tmp/home
                        mkdir /tmp/home /tmp/state
                        /mnt/virt-nft apply -f - --state-dir /tmp/state --connect nowhere:///
                        find /tmp -type f ! -path '/tmp/state/*'
                        """).input(NETWORK).run().ok();
        assertEquals("é\"{: isolated on virbr1, applied\n", run.out());
    }

    @Test
    void installedItFindsItsJarsInUsrLib() {
        Run run = inNamespaces("""
                        mount -t tmpfs tmpfs /tmp
                        mkdir /tmp/upper /tmp/work /tmp/sbin
                        mount -t overlay overlay -o lowerdir=/usr/lib,upperdir=/tmp/upper,workdir=/tmp/work /usr/lib
                        rm -rf /usr/lib/virt-nft
                        cp /mnt/virt-nft /tmp/sbin/virt-nft
                        /tmp/sbin/virt-nft --version 2>/tmp/err && exit 9
                        cat /tmp/err
                        cp -r /mnt/lib /usr/lib/virt-nft
                        /tmp/sbin/virt-nft --version
                        """).run().ok();
        assertTrue(
                run.out()
                        .matches("virt-nft: the program is not installed completely, jars are missing in"
                                + " /usr/lib/virt-nft; install the package virt-nft again\nvirt-nft \\d.*\n"),
                run.out());
    }

    /** The class archive saves time; whatever becomes of it costs time only. */
    @Test
    void aClassArchiveIsUsedAndAStaleOneDoesNoHarm() {
        Run run = inNamespaces("""
                        mount -t tmpfs tmpfs /tmp
                        mount -t tmpfs tmpfs /run
                        mkdir /tmp/upper /tmp/work /tmp/cache /tmp/cachework /tmp/sbin /tmp/run
                        mount -t overlay overlay -o lowerdir=/usr/lib,upperdir=/tmp/upper,workdir=/tmp/work /usr/lib
                        mount -t overlay overlay -o lowerdir=/var,upperdir=/tmp/cache,workdir=/tmp/cachework /var
                        mkdir /tmp/etc /tmp/etcwork
                        mount -t overlay overlay -o lowerdir=/etc,upperdir=/tmp/etc,workdir=/tmp/etcwork /etc
                        mkdir -p /etc/virt-nft
                        rm -rf /usr/lib/virt-nft /var/cache/virt-nft
                        cp -r /mnt/lib /usr/lib/virt-nft
                        cp /mnt/virt-nft /tmp/sbin/virt-nft
                        hook() {
                            [ $# -eq 0 ] || echo "$1" >/etc/virt-nft/java
                            ended=0
                            /tmp/sbin/virt-nft hook --state-dir /tmp/run net start begin --dry-run <<END || ended=$?
                        <network><name>net</name><bridge name='vbr'/><ip address='192.0.2.1' prefix='24'/></network>
                        END
                            rm -f /etc/virt-nft/java
                            return $ended
                        }
                        archive=/var/cache/virt-nft/hook.jsa
                        mkdir -p /tmp/jdk/bin
                        printf '#!/bin/sh\\necho "$*" >>/tmp/words\\n' >/tmp/jdk/bin/java
                        chmod 755 /tmp/jdk/bin/java
                        hook /tmp/jdk && ! grep -q SharedArchiveFile /tmp/words
                        /tmp/sbin/virt-nft --make-class-archive
                        [ "$(stat -c %s $archive)" -gt 500000 ]
                        [ "$(stat -c %a $archive ${archive%/*} | xargs)" = '600 700' ]
                        hook /tmp/jdk && grep -q "SharedArchiveFile=$archive" /tmp/words
                        hook
                        truncate -s -100000 $archive; hook
                        echo garbage >$archive; hook
                        /tmp/sbin/virt-nft --make-class-archive
                        touch /usr/lib/virt-nft/virt-nft-*.jar; hook
                        ls /var/cache/virt-nft
                        """).run().ok();
        assertEquals(new Run(0, "hook.jsa\n", ""), run);
    }

    @Test
    void withoutAnyJava() {
        Run run = inNamespaces("mount -t tmpfs tmpfs /usr/lib/jvm\nexec /mnt/virt-nft --version")
                .run();
        assertEquals(new Run(1, "", NO_JAVA), run);
    }

    @Test
    void aJavaThatIsTooOldIsNotEvenStarted() {
        Path marker = folder.resolve("started");
        Path old = FakeJava.home(folder, "11.0.2", "touch " + marker);

        Run alone = inNamespaces("mount -t tmpfs tmpfs /usr/lib/jvm\nexec /mnt/virt-nft --version")
                .with("JAVA_HOME", old.toString())
                .run();
        assertEquals(new Run(1, "", NO_JAVA), alone);

        Program.of(Program.launcher().toString(), "--version")
                .withOnly(MINIMAL)
                .with("JAVA_HOME", old.toString())
                .run()
                .ok();
        assertFalse(Files.exists(marker));
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "17.0.15", "21.0.1", "26-ea", "100.1"})
    void aJavaThatIsNewEnoughIsStarted(String version) {
        assertEquals(new Run(0, "started\n", ""), withJava(FakeJava.home(folder, version, "echo started")));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 4})
    void theExitStatusIsTheProgramsOwn(int status) {
        Path java = FakeJava.home(folder, "echo out; echo err >&2; exit " + status);
        assertEquals(new Run(status, "out\n", "err\n"), withJava(java));
    }

    @ParameterizedTest
    @CsvSource({"SEGV, 11", "ABRT, 6", "KILL, 9"})
    void aSignalIsOneLine(String signal, int number) {
        Run run = withJava(FakeJava.home(folder, "kill -" + signal + " $$"));
        assertEquals(
                new Run(
                        1,
                        "",
                        "virt-nft: the Java process was killed by signal " + number + " (" + signal
                                + "); no change is left half done: 'virt-nft status' tells what is applied\n"),
                run);
    }

    /** By Ctrl-C, the end of a terminal, kill: who asked for the end need not be told of it. */
    @ParameterizedTest
    @CsvSource({"HUP, 129", "INT, 130", "TERM, 143"})
    void beingAskedToEndIsPassedOnWithoutAWord(String signal, int status) {
        assertEquals(new Run(status, "", ""), withJava(FakeJava.home(folder, "trap - INT; kill -" + signal + " $$")));
    }

    /** The journal is there from before the kernel's change until the state says it. */
    @ParameterizedTest
    @CsvSource({
        "--state-dir DIR, journal, 4",
        "--state-dir=DIR, journal, 4",
        "--state-dir=DIR, journal.done, 4",
        "--state-dir=DIR, networks, 1",
        "-f --state-dir=OTHER --state-dir DIR, journal, 4",
        "--state-dir=DIR --state-dir=OTHER, journal, 1",
    })
    void aDeathInTheMiddleOfAChangeLeavesItUncertain(String words, String left, int status) throws IOException {
        Path state =
                Files.createDirectories(folder.resolve("a state").resolve(left)).getParent();
        List<String> command = new ArrayList<>(List.of(Program.launcher().toString(), "apply", "--all"));
        for (String word : words.split(" ")) {
            command.add(word.replace("DIR", state.toString()).replace("OTHER", folder.toString()));
        }
        Run run = Program.of(command)
                .withOnly(MINIMAL)
                .with("JAVA_HOME", FakeJava.home(folder, "kill -KILL $$").toString())
                .run();

        String told = status == 4
                ? " in the middle of a change: run 'virt-nft apply --all', which goes back to what was before it first\n"
                : "; no change is left half done: 'virt-nft status' tells what is applied\n";
        assertEquals(new Run(status, "", "virt-nft: the Java process was killed by signal 9 (KILL)" + told), run);
    }

    @Test
    void aDeathInTheMiddleOfAnAdoptNamesTheWayBack() {
        Run run = inNamespaces("""
                        mount -t tmpfs tmpfs /var/lib
                        mkdir -p /var/lib/virt-nft/adopted
                        touch /var/lib/virt-nft/adopted/unfinished
                        exec /mnt/virt-nft adopt --now net
                        """)
                .with("JAVA_HOME", FakeJava.home(folder, "kill -KILL $$").toString())
                .run();
        assertEquals(
                new Run(
                        4,
                        "",
                        "virt-nft: the Java process was killed by signal 9 (KILL) in the middle of an adopt or release,"
                                + " and guests may be unplugged: run 'virt-nft apply --all', which takes it back\n"),
                run);
    }

    /** As systemd and scripts do; a terminal tells all processes of its group. */
    @ParameterizedTest
    @ValueSource(strings = {"HUP", "INT", "QUIT", "TERM"})
    void aSignalForTheLauncherAloneReachesJavaWhoseEndIsAwaited(String signal) throws Exception {
        Path started = folder.resolve("started");
        Path java = FakeJava.home(
                folder,
                "trap 'sleep 0.5; echo told; exit 7' " + signal + "\ntouch " + started
                        + "\nfor i in $(seq 300); do sleep 0.1; done");
        Program.Running running = Program.of(Program.launcher().toString(), "status")
                .withOnly(MINIMAL)
                .with("JAVA_HOME", java.toString())
                .start();
        await(started);
        Program.of("kill", "-" + signal, "" + running.process().pid()).run().ok();

        assertEquals(new Run(7, "told\n", ""), running.await());
    }

    private static void await(Path file) throws InterruptedException {
        for (int i = 0; i < 600 && !Files.exists(file); i++) {
            Thread.sleep(50);
        }
        assertTrue(Files.exists(file), "Java is not started");
    }

    /** A script's background command ignores Ctrl-C, and so does what it starts. */
    @ParameterizedTest
    @CsvSource({"'', INT, 130", "'trap \"\" INT;', INT, 0", "'trap \"\" HUP;', HUP, 0"})
    void whatTheCallerIgnoresJavaIgnoresToo(String before, String signal, int status) {
        Run run = Program.of("sh", "-c", before + " exec " + Program.launcher() + " status")
                .withOnly(MINIMAL)
                .with(
                        "JAVA_HOME",
                        FakeJava.home(folder, "kill -" + signal + " $$").toString())
                .run();
        assertEquals(new Run(status, "", ""), run);
    }

    @Test
    void standardInputIsTheCallers() {
        Path java = FakeJava.home(folder, "cat; [ ! -e /proc/$$/fd/4 ] && [ ! -e /proc/$$/fd/3 ]");
        Run run = Program.of(Program.launcher().toString(), "check", "-f", "-")
                .withOnly(MINIMAL)
                .with("JAVA_HOME", java.toString())
                .input("all of it")
                .run();
        assertEquals(new Run(0, "all of it", ""), run);
    }

    private static Run withJava(Path home) {
        return Program.of(Program.launcher().toString(), "status")
                .withOnly(MINIMAL)
                .with("JAVA_HOME", home.toString())
                .run();
    }

    /** Every script of the project; those that packages and libvirt run must be plain sh. */
    static Stream<String> scripts() throws IOException {
        List<String> scripts = new ArrayList<>(List.of("src/main/completion/virt-nft"));
        for (String folder : List.of("src/main/launcher", "hooks", "src/packaging", "src/benchmark", ".ci")) {
            try (Stream<Path> files = Files.walk(Program.basedir().resolve(folder))) {
                files.filter(LauncherIT::isScript)
                        .map(file -> Program.basedir().relativize(file).toString())
                        .sorted()
                        .forEach(scripts::add);
            }
        }
        return scripts.stream();
    }

    private static boolean isScript(Path file) {
        try {
            return Files.isRegularFile(file)
                    && new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                            .matches("(?s)#!/[^\\n]*sh\\b.*");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void shellcheckFindsNothing(String script) throws IOException {
        Path file = Program.basedir().resolve(script);
        assertEquals(
                new Run(0, "", ""),
                Program.of("shellcheck", "-x", file.toString())
                        .in(Program.basedir())
                        .run());
        if (Files.readString(file).startsWith("#!/bin/sh")) {
            assertEquals(
                    new Run(0, "", ""),
                    Program.of("dash", "-n", file.toString()).run());
        }
    }

    @Test
    void shellcheckIsGivenThemAll() throws IOException {
        List<String> scripts = scripts().toList();
        assertTrue(
                scripts.containsAll(List.of(
                        "src/main/launcher/virt-nft",
                        "src/main/launcher/dhcp-checksums",
                        "hooks/network.d/50-virt-nft",
                        "src/packaging/maintain",
                        "src/packaging/debian/postrm",
                        ".ci/run")),
                scripts::toString);
        for (String program : List.of(
                "src/main/launcher/virt-nft",
                "src/main/launcher/dhcp-checksums",
                "hooks/network.d/50-virt-nft",
                "src/packaging/maintain")) {
            assertTrue(Files.isExecutable(Program.basedir().resolve(program)), program);
        }
    }
}
