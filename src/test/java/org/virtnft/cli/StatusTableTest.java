package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.virtnft.kernel.Interfaces.Condition;
import org.virtnft.kernel.Interfaces.Traffic;
import org.virtnft.report.NetworkStatus;
import org.virtnft.report.NetworkStatus.State;
import org.virtnft.report.Overview;
import org.virtnft.ruleset.Count;

/** What an administrator sees of networks: aligned, and on a terminal of 80 columns a line each. */
class StatusTableTest {

    private static final Instant NOW = Instant.parse("2026-11-24T21:30:00Z");
    private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");

    private static NetworkStatus network(String name, String bridge, State state, Condition link, String since) {
        return new NetworkStatus(
                name,
                bridge,
                "isolated",
                "companion",
                "libvirt",
                state,
                Optional.of(Instant.parse(since)),
                Optional.of(link),
                Optional.of(new Traffic(new Count(10, 1_234_567), new Count(20, 999_999))),
                Optional.of(new Count(12_345, 5)));
    }

    private static List<String> lines(boolean colour, NetworkStatus... networks) {
        return lines(80, colour, networks);
    }

    private static List<String> lines(int width, boolean colour, NetworkStatus... networks) {
        return new StatusTable(NOW, ZONE, colour, width).lines(List.of(networks));
    }

    private static NetworkStatus named(String name) {
        return network(name, "virbr1234567", State.APPLIED, Condition.IDLE, "2026-11-23T22:59:00Z");
    }

    @Test
    void differentNamesAreNeverCutToTheSameText() {
        for (int width : List.of(10, 40, 80, 160)) {
            List<String> lines = lines(
                    width,
                    false,
                    named("ost15d9c3a0-200"),
                    named("ost15d9c3a0-201"),
                    named("ost15d9c3a0-202"),
                    // alike at both ends
                    named("abcdefghijklmno1pqrstuvwxyz"),
                    named("abcdefghijklmno2pqrstuvwxyz"));
            List<String> names =
                    lines.stream().map(line -> line.split("  ")[0]).distinct().toList();
            assertEquals(6, names.size(), lines::toString);
        }
        String cut = lines(false, named("ost15d9c3a0-200")).get(1);
        assertTrue(cut.startsWith("ost1…-200  "), cut);
    }

    @Test
    void wideTerminalsAndPipesGetWholeNames() {
        String name = "a-name-of-thirty-characters-or";
        assertTrue(lines(false, named(name)).get(1).contains("…"));
        assertTrue(lines(160, false, named(name)).get(1).startsWith(name + "  "));
        assertTrue(lines(StatusTable.ANY_WIDTH, false, named("n".repeat(400)))
                .get(1)
                .startsWith("n".repeat(400)));
    }

    @Test
    void aHeadingAndALineForEach() {
        assertEquals(
                List.of(
                        "NETWORK  BRIDGE  MODE      SHAPE      SENT  GOT   REFUSED  SINCE  STATE",
                        "default  virbr0  isolated  companion  1.2M  999k  12k      00:05  up",
                        "lab      virbr1  isolated  companion  1.2M  999k  12k      Nov23  no guest",
                        "old      virbr2  isolated  companion  1.2M  999k  12k      2025   missing",
                        "broken   -       -         companion  -     -     -        -      failed"),
                lines(
                        false,
                        // the reader's midnight is an hour before that of the clock
                        network("default", "virbr0", State.APPLIED, Condition.UP, "2026-11-23T23:05:00Z"),
                        network("lab", "virbr1", State.APPLIED, Condition.IDLE, "2026-11-23T22:59:00Z"),
                        network("old", "virbr2", State.APPLIED, Condition.MISSING, "2025-12-31T22:59:00Z"),
                        Overview.unapplied("broken", "", "", "companion", State.FAILED)));
    }

    @Test
    void fitsEightyColumnsWithTheLongestOfEverything() {
        List<NetworkStatus> networks = new ArrayList<>();
        for (State state : State.values()) {
            networks.add(network("x".repeat(200), "123456789012345", state, Condition.UP, "2026-11-23T22:59:00Z"));
            networks.add(network("\n\u001b[2J", "b", state, Condition.DOWN, "2026-11-23T22:59:00Z"));
            networks.add(network("\uD83D\uDE00".repeat(50), "b", state, Condition.UP, "2026-11-23T22:59:00Z"));
        }
        for (String line : lines(false, networks.toArray(NetworkStatus[]::new))) {
            assertTrue(line.codePointCount(0, line.length()) <= 80, line);
            assertTrue(line.codePoints().noneMatch(Character::isISOControl), line);
        }
        assertTrue(lines(false, networks.get(0)).get(1).startsWith("xxxxx"), "what is left of a name");
        assertTrue(lines(false, networks.get(0)).get(1).contains("…"), "says that it is cut");
    }

    @Test
    void whatFitsIsNotCut() {
        String name = "n".repeat(13);
        List<String> lines =
                lines(false, network(name, "virbr0", State.APPLIED, Condition.IDLE, "2026-11-23T22:59:00Z"));
        assertTrue(lines.get(1).startsWith(name + "  virbr0  "), lines.get(1));
        assertEquals(80, lines.get(1).length());
    }

    @ParameterizedTest
    @CsvSource({
        "APPLIED, UP, ''",
        "APPLIED, IDLE, ''",
        "APPLIED, DOWN, 33",
        "APPLIED, MISSING, 33",
        "NOT_AS_APPLIED, UP, 31",
        "BLOCKED, UP, 31",
        "FAILED, MISSING, 31",
        "NOT_APPLIED, UP, 33",
        "NO_RULES, UP, ''",
    })
    void onlyWhatNeedsAttentionHasAColour(State state, Condition link, String colour) {
        NetworkStatus network = network("n", "b", state, link, "2026-11-23T22:59:00Z");
        String plain = lines(false, network).get(1);
        String coloured = lines(true, network).get(1);

        assertTrue(plain.indexOf('\u001b') < 0, plain);
        assertEquals(plain, coloured.replaceAll("\u001b\\[[0-9]+m", ""), "the same text");
        assertEquals(
                colour.isEmpty() ? plain : plain.replaceAll("(\\S+( \\S+)*)$", "\u001b[" + colour + "m$1\u001b[0m"),
                coloured);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "999, 999",
        "1000, 1.0k",
        "1999, 1.9k",
        "9999, 9.9k",
        "10000, 10k",
        "999999, 999k",
        "1000000, 1.0M",
        "123456789012, 123G",
        "9223372036854775807, 9.2E",
        "-1, 18E",
    })
    void numbersOfFourCharacters(long number, String text) {
        assertEquals(text, StatusTable.human(number));
        assertTrue(text.length() <= 4);
    }
}
