package org.virtnft.ruleset;

import java.util.List;

/** Two texts, line by line, for the message of a failed comparison. */
final class Diff {

    private static final int CONTEXT = 2;

    private Diff() {}

    /** Lines with "-" are only in {@code expected}, lines with "+" only in {@code actual}; "" when the texts are equal. */
    static String of(String expected, String actual) {
        if (expected.equals(actual)) {
            return "";
        }
        List<String> before = expected.lines().toList();
        List<String> after = actual.lines().toList();
        // lengths[i][j]: of the longest common subsequence of what follows line i and line j
        int[][] lengths = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--) {
            for (int j = after.size() - 1; j >= 0; j--) {
                lengths[i][j] = before.get(i).equals(after.get(j))
                        ? lengths[i + 1][j + 1] + 1
                        : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
            }
        }
        StringBuilder text = new StringBuilder();
        int equal = 0;
        int i = 0;
        int j = 0;
        while (i < before.size() || j < after.size()) {
            if (i < before.size() && j < after.size() && before.get(i).equals(after.get(j))) {
                i++;
                j++;
                equal++;
                continue;
            }
            // the last lines that are the same, then one that is not
            for (int k = Math.min(equal, CONTEXT); k > 0; k--) {
                text.append("  ").append(before.get(i - k)).append('\n');
            }
            equal = 0;
            if (j >= after.size() || (i < before.size() && lengths[i + 1][j] >= lengths[i][j + 1])) {
                text.append("- line ").append(i + 1).append(": ").append(before.get(i++));
            } else {
                text.append("+ line ").append(j + 1).append(": ").append(after.get(j++));
            }
            text.append('\n');
        }
        return text.isEmpty() ? "they differ in how their last lines end\n" : text.toString();
    }
}
