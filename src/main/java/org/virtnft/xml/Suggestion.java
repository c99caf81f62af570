package org.virtnft.xml;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What an unknown word was probably meant to be: the known one that fewest slips of the keyboard turn into it. */
final class Suggestion {

    /** Of a word of so many letters one may be wrong: any two short words are near each other, and "on" is not "no". */
    private static final int LETTERS_PER_SLIP = 3;

    private Suggestion() {}

    /** As a question to whoever wrote the word. */
    static Optional<String> of(String unknown, List<String> known) {
        return nearest(unknown, known).map(word -> "did you mean '" + word + "'?");
    }

    /** The nearest word, the first of several; empty when none is near. */
    static Optional<String> nearest(String unknown, List<String> known) {
        Optional<String> nearest = Optional.empty();
        int fewest = Integer.MAX_VALUE;
        for (String word : known) {
            int most = word.length() / LETTERS_PER_SLIP;
            // a hostile document has room for words of a million letters
            if (Math.abs(word.length() - unknown.length()) > most) {
                continue;
            }
            int slips = slips(word.toLowerCase(Locale.ROOT), unknown.toLowerCase(Locale.ROOT));
            if (slips <= most && slips < fewest) {
                fewest = slips;
                nearest = Optional.of(word);
            }
        }
        return nearest;
    }

    /** Letters that are missing, too many, other ones, or changed places with their neighbours. */
    private static int slips(String word, String typed) {
        int[][] slips = new int[word.length() + 1][typed.length() + 1];
        for (int i = 0; i <= word.length(); i++) {
            for (int j = 0; j <= typed.length(); j++) {
                if (i == 0 || j == 0) {
                    slips[i][j] = i + j;
                    continue;
                }
                int other = word.charAt(i - 1) == typed.charAt(j - 1) ? 0 : 1;
                slips[i][j] = Math.min(slips[i - 1][j - 1] + other, Math.min(slips[i - 1][j], slips[i][j - 1]) + 1);
                boolean swapped = i > 1
                        && j > 1
                        && word.charAt(i - 1) == typed.charAt(j - 2)
                        && word.charAt(i - 2) == typed.charAt(j - 1);
                if (swapped) {
                    slips[i][j] = Math.min(slips[i][j], slips[i - 2][j - 2] + 1);
                }
            }
        }
        return slips[word.length()][typed.length()];
    }
}
