package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.virtnft.cli.InProcess.virtNft;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.virtnft.launcher.Run;

/** Help for those who ask, and the way back for those who mistyped: exit status 2, on standard error. */
class UsageTest {

    /** From the list of the main help, so that a new command is among them. */
    static Stream<String> commands() {
        List<String> lines = virtNft("--help").out().lines().toList();
        return lines.subList(lines.indexOf("Commands:") + 1, lines.indexOf("Exit status:")).stream()
                .filter(line -> line.matches("  [a-z].*"))
                .map(line -> line.strip().split(" ")[0]);
    }

    @Test
    void theCommandsAreThoseOfTheReadme() {
        assertEquals(
                List.of(
                        "apply", "try", "check", "render", "status", "diff", "metrics", "remove", "adopt", "release",
                        "enable", "disable", "doctor", "hook", "demo"),
                commands().toList());
    }

    /** Those that neither read nor change what is applied. */
    private static final List<String> WITHOUT_STATE = List.of("check", "render", "demo");

    @ParameterizedTest
    @MethodSource("commands")
    void helpOfEveryCommand(String command) {
        for (String option : List.of("--help", "-h")) {
            Run help = virtNft(command, option);
            assertAll(
                    () -> assertEquals(0, help.status()),
                    () -> assertEquals("", help.err()),
                    () -> assertTrue(help.out().startsWith("Usage: virt-nft " + command + " "), help.out()),
                    () -> assertTrue(help.out().contains("--help"), help.out()),
                    () -> assertEquals(
                            !WITHOUT_STATE.contains(command), help.out().contains("--state-dir"), help.out()));
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void noDirectoryIsNoStateDirectory(String command) {
        if (WITHOUT_STATE.contains(command) || command.equals("hook")) {
            return; // the hook's is parsed elsewhere
        }
        List<String> words = new ArrayList<>(List.of(command, "--state-dir", ""));
        switch (command) {
            case "apply", "try" -> words.addAll(List.of("-f", "/dev/null"));
            case "remove" -> words.add("--all");
            case "adopt", "release" -> words.addAll(List.of(InProcess.NO_LIBVIRT, "net"));
            case "diff", "doctor", "status" -> words.add(InProcess.NO_LIBVIRT);
            default -> {}
        }
        Run run = virtNft(words.toArray(String[]::new));
        assertEquals(2, run.status(), run::toString);
        assertTrue(run.err().startsWith("--state-dir needs a directory\nUsage: "), run.err());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void versionOfEveryCommand(String command) {
        String version = virtNft("--version").ok().out();
        assertTrue(version.startsWith("virt-nft "), version);
        for (String option : List.of("--version", "-V")) {
            assertEquals(new Run(0, version, ""), virtNft(command, option));
        }
    }

    @Test
    void theMainHelpTellsTheExitStatuses() {
        String help = virtNft("-h").ok().out();
        for (String status : List.of(
                "  0 done", "  1 failed", "  2 bad usage", "  4 a rollback failed", "  129, 130, 143 ended by")) {
            assertTrue(help.replaceAll("(?<=\\S) +", " ").contains(status), help);
        }
        assertFalse(help.contains("  3 "), "libnftables itself exits with 3");
    }

    @ParameterizedTest(name = "virt-nft {0}: {1}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "''                             | name a command",
                "frobnicate                     | Unmatched argument at index 0: 'frobnicate'",
                "--frobnicate                   | Unknown option: '--frobnicate'",
                "apply                          | name networks, or give -f FILE, or --all",
                "apply --all net                | name networks, or give -f FILE, or --all",
                "apply --all -f file            | name networks, or give -f FILE, or --all",
                "apply --dry-run                | name networks, or give -f FILE, or --all",
                "apply -f                       | Missing required parameter for option '-f' (FILE)",
                "render --json net              | Unknown option: '--json'",
                "try                            | name networks, or give -f FILE, or --all",
                "try --all net                  | name networks, or give -f FILE, or --all",
                "try --confirm net              | --confirm and --back stand alone",
                "try --confirm --back           | --confirm and --back stand alone",
                "try --dry-run net              | Unknown option: '--dry-run'",
                "check                          | name networks, or give -f FILE",
                "check --all                    | Unknown option: '--all'",
                "render                         | name networks, or give -f FILE",
                "render --elements              | name networks, or give -f FILE",
                "remove                         | name networks, or say --all",
                "remove --all net               | name networks, or say --all",
                "adopt                          | name networks",
                "adopt --dry-run                | name networks",
                "adopt -f file                  | -f FILE goes with --print",
                "adopt --dry-run -f file        | -f FILE goes with --print",
                "adopt --print                  | --print goes with one network or one -f FILE, and without --dry-run",
                "adopt --print one two          | --print goes with one network or one -f FILE, and without --dry-run",
                "adopt --print one -f file      | --print goes with one network or one -f FILE, and without --dry-run",
                "release --print --dry-run one  | --print goes with one network or one -f FILE, and without --dry-run",
                "release --now --dry-run one    | --now goes without --print and --dry-run",
                "status --all                   | Unknown option: '--all'",
                "metrics --write -o file        | --write goes without -o FILE",
                "status --state-dir             | Missing required parameter for option '--state-dir' (DIR)",
                "doctor --all                   | Unknown option: '--all'",
                "demo                           | Missing required parameter: 'FILE'",
                "demo --connect=test:/// file   | Unknown option: '--connect=test:///'",
                "hook                           | positional parameter at index 0..* (NAME OP SUBOP EXTRA) requires at least 4",
                "hook --connect=x a b c d       | Unknown option: '--connect=x'",
                "remove --connect=x net         | Unknown option: '--connect=x'",
                "metrics --connect=x            | Unknown option: '--connect=x'",
                "hook net start begin           | positional parameter at index 0..* (NAME OP SUBOP EXTRA) requires at least 4",
            })
    void badUsage(String line, String message) {
        Run run = virtNft(line.isBlank() ? new String[0] : line.strip().split(" +"));
        assertAll(
                () -> assertEquals(2, run.status()),
                () -> assertEquals("", run.out()),
                () -> assertTrue(run.err().startsWith(message), run.err()),
                () -> assertTrue(
                        run.err().contains("\nUsage: virt-nft") || run.err().contains("Did you mean"), run.err()));
    }
}
