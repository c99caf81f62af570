package org.virtnft.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LineDiffTest {

    private static List<String> lines(String letters) {
        return letters.chars().mapToObj(Character::toString).toList();
    }

    private static String diff(String before, String after) {
        StringBuilder shown = new StringBuilder();
        LineDiff.of(lines(before), lines(after))
                .forEach(line -> shown.append(line.toString().strip()));
        return shown.toString();
    }

    @Test
    void aShortestOne() {
        assertEquals("", diff("", ""));
        assertEquals("abc", diff("abc", "abc"));
        assertEquals("+a", diff("", "a"));
        assertEquals("-a", diff("a", ""));
        assertEquals("a-bc+d", diff("abc", "acd"));
        assertEquals(
                5,
                LineDiff.of(lines("abcabba"), lines("cbabac")).stream()
                        .filter(line -> line.sign() != ' ')
                        .count());
    }

    @Test
    void bothTextsAreInIt() {
        Random random = new Random(1);
        for (int i = 0; i < 500; i++) {
            List<String> before = random(random);
            List<String> after = random(random);
            List<LineDiff.Line> all = LineDiff.of(before, after);
            assertEquals(before, without(all, '+'));
            assertEquals(after, without(all, '-'));
        }
    }

    private static List<String> random(Random random) {
        return random.ints(random.nextInt(12), 'a', 'e')
                .mapToObj(Character::toString)
                .toList();
    }

    private static List<String> without(List<LineDiff.Line> all, char sign) {
        return all.stream()
                .filter(line -> line.sign() != sign)
                .map(LineDiff.Line::text)
                .toList();
    }

    @Test
    void asDiffPrintsIt() {
        List<String> before =
                IntStream.rangeClosed(1, 30).mapToObj(Integer::toString).toList();
        List<String> after = new ArrayList<>(before);
        after.set(4, "five");
        after.add(10, "between");
        after.remove("30");
        assertEquals(
                List.of(
                        "@@ -2,12 +2,13 @@",
                        " 2",
                        " 3",
                        " 4",
                        "-5",
                        "+five",
                        " 6",
                        " 7",
                        " 8",
                        " 9",
                        " 10",
                        "+between",
                        " 11",
                        " 12",
                        " 13",
                        "@@ -27,4 +28,3 @@",
                        " 27",
                        " 28",
                        " 29",
                        "-30"),
                LineDiff.unified(before, after));
        assertEquals(List.of(), LineDiff.unified(before, before));
    }

    @Test
    void textsWithNothingInCommonTakeNoMemory() {
        List<String> before = Collections.nCopies(100_000, "a");
        List<String> after = Collections.nCopies(100_000, "b");
        assertEquals(200_000, LineDiff.of(before, after).size());
        assertTrue(LineDiff.unified(before, after).get(0).startsWith("@@ -1,100000 +1,100000"));
    }
}
