package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.virtnft.launcher.Program;

/**
 * Completion as a person has it: lines with tabs are typed at bash and at zsh, on a terminal, and what counts is the words that the
 * command is run with. virsh is a script here, and so is virt-nft.
 */
class CompletionIT {

    private static final Path SCRIPTS = Program.basedir().resolve("src/main/completion");

    /** A tab, where a line below is typed. */
    private static final char TAB = '⇥';

    private static final String VIRSH = """
            case " $* " in
                *" -c hangs:/// "*) exec sleep 600 ;;
                *" -c test:///default "*) echo elsewhere; exit ;;
                *" -c network:///system "*) exit 1 ;;
            esac
            printf '%s\\n' default 'my net' "it's" 'a"b$c`d' lab:1 'back\\slash' é x=y 'two  blanks' -dash '~tilde'
            case " $* " in *" --all "*) echo off ;; esac
            echo
            """;

    /** A line, and the words that the command then has. */
    private record Typed(String line, List<String> words) {
        Typed(String line, String... words) {
            this(line, List.of(words));
        }
    }

    @TempDir
    Path folder;

    private Path bin;
    private Path work;
    private Path state;
    private Path ran;
    private Path mark;

    @BeforeEach
    void setUp() throws IOException {
        bin = Files.createDirectories(folder.resolve("bin"));
        work = Files.createDirectories(folder.resolve("work"));
        state = Files.createDirectories(folder.resolve("the state"));
        ran = folder.resolve("ran");
        mark = folder.resolve("java was started");
        program("virsh", VIRSH);
        program("java", "touch '" + mark + "'");
        program("sudo", "exec \"$@\"");
        program("virt-nft", "{ for word; do printf '<%s>' \"$word\"; done; echo; } >>'" + ran + "'");

        // a folder of a network's name must not become part of the network's
        Files.createDirectories(work.resolve("default"));
        Files.createFile(work.resolve("a file.xml"));
        Path networks = Files.createDirectories(state.resolve("networks"));
        Files.writeString(networks.resolve("virbr0"), "virt-nft network: 2\nname: applied here\nbridge: virbr0\n");
        Files.writeString(
                networks.resolve("virbr1"), "virt-nft network: 2\nname: back\\\\slash\\\\t\nbridge: virbr1\n");
        Files.writeString(networks.resolve("virbr2+new"), "virt-nft network: 2\nname: unfinished\nbridge: virbr2\n");
    }

    @AfterEach
    void neverStartsJava() throws IOException {
        assertFalse(Files.exists(mark));
        // and it would have been seen
        Program.of("sh", "-c", "java").with("PATH", path()).run().ok();
        assertTrue(Files.exists(mark));
    }

    private List<Typed> lines() {
        return List.of(
                new Typed("virt-nft app⇥ d⇥", "apply", "default"),
                new Typed("virt-nft apply --dr⇥ my\\ n⇥", "apply", "--dry-run", "my net"),
                new Typed("virt-nft apply m⇥ it⇥", "apply", "my net", "it's"),
                new Typed("virt-nft apply \"m⇥", "apply", "my net"),
                new Typed("virt-nft apply 'it⇥", "apply", "it's"),
                new Typed("virt-nft apply a⇥", "apply", "a\"b$c`d"),
                new Typed("virt-nft apply \"a⇥", "apply", "a\"b$c`d"),
                new Typed("virt-nft apply 'a⇥", "apply", "a\"b$c`d"),
                new Typed("virt-nft apply la⇥", "apply", "lab:1"),
                new Typed("virt-nft apply lab:⇥", "apply", "lab:1"),
                new Typed("virt-nft apply \"lab:⇥", "apply", "lab:1"),
                new Typed("virt-nft apply x=⇥", "apply", "x=y"),
                new Typed("virt-nft apply back⇥", "apply", "back\\slash"),
                new Typed("virt-nft apply é⇥", "apply", "é"),
                new Typed("virt-nft apply tw⇥", "apply", "two  blanks"),
                new Typed("virt-nft apply \\~⇥", "apply", "~tilde"),
                new Typed("virt-nft apply -- -d⇥", "apply", "--", "-dash"),
                // only check and render speak of networks that do not run
                new Typed("virt-nft apply of⇥", "apply", "of"),
                new Typed("virt-nft check of⇥", "check", "off"),
                new Typed("virt-nft render --el⇥ of⇥", "render", "--elements", "off"),
                new Typed(
                        "virt-nft apply --connect test:///default e⇥",
                        "apply",
                        "--connect",
                        "test:///default",
                        "elsewhere"),
                new Typed(
                        "virt-nft apply --connect=test:///default e⇥",
                        "apply",
                        "--connect=test:///default",
                        "elsewhere"),
                new Typed("virt-nft apply --connect=qem⇥ d⇥", "apply", "--connect=qemu:///system", "default"),
                new Typed("virt-nft apply --connect hangs:/// d⇥", "apply", "--connect", "hangs:///", "d"),
                new Typed("virt-nft apply -f a⇥", "apply", "-f", "a file.xml"),
                new Typed("virt-nft demo a⇥", "demo", "a file.xml"),
                new Typed(
                        "virt-nft status --state-dir ../the\\ state ap⇥",
                        "status",
                        "--state-dir",
                        "../the state",
                        "applied here"),
                new Typed(
                        "virt-nft remove --state-dir='../the state' b⇥",
                        "remove",
                        "--state-dir=../the state",
                        "back\\slash\\t"),
                new Typed(
                        "virt-nft remove --state-dir '../the state' u⇥", "remove", "--state-dir", "../the state", "u"),
                new Typed("virt-nft disapply d⇥", "disapply", "d"));
    }

    @Test
    void bash() throws IOException {
        List<Typed> lines = new ArrayList<>(lines());
        lines.add(new Typed("virt-nft apply \"my n\"⇥", "apply", "my net"));
        lines.add(new Typed("virt-nft render def⇥ >a⇥", "render", "default"));
        type("bash --noprofile --norc -i", "source '" + SCRIPTS + "/virt-nft'", lines);
        assertFalse(Files.exists(work.resolve("a")), "a redirection is completed as a file");
    }

    /** With the package bash-completion, which loads the script by itself, and asks it for what is behind sudo. */
    @Test
    void bashWithBashCompletion() throws IOException {
        Path place = Files.createDirectories(folder.resolve("bash-completion/completions"));
        Files.copy(SCRIPTS.resolve("virt-nft"), place.resolve("virt-nft"));
        type(
                "bash --noprofile --norc -i",
                "XDG_DATA_HOME='" + folder + "'; source /usr/share/bash-completion/bash_completion",
                List.of(
                        new Typed("virt-nft apply m⇥", "apply", "my net"),
                        new Typed("virt-nft apply lab:⇥", "apply", "lab:1"),
                        new Typed("sudo virt-nft apply m⇥", "apply", "my net"),
                        new Typed(
                                "sudo virt-nft apply --connect=test:///default e⇥",
                                "apply",
                                "--connect=test:///default",
                                "elsewhere")));
    }

    @Test
    void zsh() throws IOException {
        String setup = "fpath=('" + SCRIPTS + "' $fpath); autoload -U compinit; compinit -D -u";
        type("zsh -f -i", setup, lines());
    }

    /** Who may not look into the state is offered what libvirt says. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bash --noprofile --norc -i | source '%s/virt-nft'",
                "zsh -f -i | fpath=('%s' $fpath); autoload -U compinit; compinit -D -u"
            })
    void forOthersThanRoot(String shell, String setup) throws IOException {
        Path scripts = Files.createDirectory(folder.resolve("scripts"));
        for (String script : List.of("virt-nft", "_virt-nft")) {
            Files.copy(SCRIPTS.resolve(script), scripts.resolve(script));
        }
        Program.of("chmod", "-R", "a+rwX", folder.toString()).run().ok();
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx------"));
        type(
                "setpriv --reuid=65534 --regid=65534 --clear-groups " + shell,
                setup.formatted(scripts),
                List.of(
                        new Typed(
                                "virt-nft status --state-dir ../the\\ state my⇥",
                                "status",
                                "--state-dir",
                                "../the state",
                                "my net"),
                        new Typed("virt-nft apply m⇥", "apply", "my net")));
    }

    /** Many candidates, and a shell with settings of its own. */
    @Test
    void bashOffersAllOfThemAndLeavesTheShellAsItWas() {
        String script = """
                source "$0"
                set -u
                IFS=ae
                for line in "$@"; do
                    COMP_LINE=$line COMP_POINT=${#line}
                    _virt_nft virt-nft '' ''
                    printf '%s|' "${COMPREPLY[@]}"
                    echo
                done
                printf '%s\\n' "$IFS"
                compgen -v | grep -i -e '^word' -e '^option' -e '^network' -e '^state$' -e '^uris$'
                """;
        String out = Program.of(
                        "bash", "-c", script, SCRIPTS.resolve("virt-nft").toString())
                .and("virt-nft apply ", "virt-nft remove --", "virt-nft remove --state-dir=../the\\ state ")
                .in(work)
                .with("PATH", path())
                .run()
                .out();
        assertEquals("""
                default|my\\ net|it\\'s|a\\"b\\$c\\`d|lab:1|back\\\\slash|é|x=y|two\\ \\ blanks|\\~tilde|
                --all|--help|--json|--state-dir|--version|
                applied\\ here|back\\\\slash\\\\t|
                ae
                """, out);
    }

    /** Types the lines at a shell on a terminal of its own. */
    private void type(String shell, String setup, List<Typed> lines) throws IOException {
        String keys = lines.stream()
                .map(each -> each.line().replace(TAB, '\t') + "\n")
                .collect(Collectors.joining());
        var run = Program.of("script", "-qec", shell, "/dev/null")
                .with("PATH", path())
                .with("HOME", folder.toString())
                .with("INPUTRC", "/dev/null")
                .with("TERM", "vt100")
                .in(work)
                .input(setup + "\n" + keys + "exit\n")
                .run();

        String expected = lines.stream()
                .map(each -> "<" + String.join("><", each.words()) + ">\n")
                .collect(Collectors.joining());
        assertEquals(expected, Files.exists(ran) ? Files.readString(ran) : "", run::toString);
    }

    private String path() {
        return bin + ":" + System.getenv("PATH");
    }

    private void program(String name, String script) throws IOException {
        Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
