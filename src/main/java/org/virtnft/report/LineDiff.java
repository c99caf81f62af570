package org.virtnft.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The difference of two texts, by lines: a shortest one (E. W. Myers, "An O(ND) Difference Algorithm", 1986). */
public final class LineDiff {

    private static final int CONTEXT = 3;

    /** Its memory grows with the square of the changes; where there are more, one text goes and the other comes. */
    private static final int MOST_CHANGES = 2000;

    /** One line: ' ' in both, '-' only before, '+' only after. */
    public record Line(char sign, String text) {
        @Override
        public String toString() {
            return sign + text;
        }
    }

    private LineDiff() {}

    /** Every line of both. */
    public static List<Line> of(List<String> before, List<String> after) {
        List<int[]> trace = new ArrayList<>();
        int most = Math.min(before.size() + after.size(), MOST_CHANGES);
        int[] reached = new int[2 * most + 3];
        int middle = most + 1;
        for (int changes = 0; changes <= most; changes++) {
            trace.add(reached.clone());
            for (int k = -changes; k <= changes; k += 2) {
                boolean down = k == -changes || (k != changes && reached[middle + k - 1] < reached[middle + k + 1]);
                int x = down ? reached[middle + k + 1] : reached[middle + k - 1] + 1;
                while (x < before.size()
                        && x - k < after.size()
                        && before.get(x).equals(after.get(x - k))) {
                    x++;
                }
                reached[middle + k] = x;
                if (x >= before.size() && x - k >= after.size()) {
                    return lines(before, after, trace, middle);
                }
            }
        }
        List<Line> all = new ArrayList<>();
        before.forEach(line -> all.add(new Line('-', line)));
        after.forEach(line -> all.add(new Line('+', line)));
        return all;
    }

    /** Back from the end, step by step. */
    private static List<Line> lines(List<String> before, List<String> after, List<int[]> trace, int middle) {
        List<Line> backwards = new ArrayList<>();
        int x = before.size();
        int y = after.size();
        for (int changes = trace.size() - 1; changes >= 0; changes--) {
            int[] reached = trace.get(changes);
            int k = x - y;
            boolean down = k == -changes || (k != changes && reached[middle + k - 1] < reached[middle + k + 1]);
            int fromX = changes == 0 ? 0 : reached[middle + (down ? k + 1 : k - 1)];
            int fromY = changes == 0 ? 0 : fromX - (down ? k + 1 : k - 1);
            while (x > fromX && y > fromY) {
                x--;
                y--;
                backwards.add(new Line(' ', before.get(x)));
            }
            if (changes > 0) {
                backwards.add(down ? new Line('+', after.get(fromY)) : new Line('-', before.get(fromX)));
                x = fromX;
                y = fromY;
            }
        }
        Collections.reverse(backwards);
        return backwards;
    }

    /** As {@code diff -u} prints it, without the two lines of the files' names; empty when nothing differs. */
    public static List<String> unified(List<String> before, List<String> after) {
        List<Line> all = of(before, after);
        List<String> shown = new ArrayList<>();
        int oldLine = 1;
        int newLine = 1;
        int from = 0;
        while (from < all.size()) {
            int change = from;
            while (change < all.size() && all.get(change).sign() == ' ') {
                change++;
            }
            if (change == all.size()) {
                break;
            }
            int start = Math.max(from, change - CONTEXT);
            oldLine += start - from;
            newLine += start - from;
            int end = endOfHunk(all, change);
            List<Line> hunk = all.subList(start, end);
            int removed = (int) hunk.stream().filter(line -> line.sign() != '+').count();
            int added = (int) hunk.stream().filter(line -> line.sign() != '-').count();
            shown.add("@@ -" + oldLine + "," + removed + " +" + newLine + "," + added + " @@");
            hunk.forEach(line -> shown.add(line.toString()));
            oldLine += removed;
            newLine += added;
            from = end;
        }
        return shown;
    }

    private static int endOfHunk(List<Line> all, int change) {
        int last = change;
        for (int i = change; i < all.size() && i <= last + 2 * CONTEXT; i++) {
            if (all.get(i).sign() != ' ') {
                last = i;
            }
        }
        return Math.min(all.size(), last + 1 + CONTEXT);
    }
}
