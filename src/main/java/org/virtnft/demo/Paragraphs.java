package org.virtnft.demo;

import java.io.PrintWriter;
import org.virtnft.network.Printable;

/** Text for a terminal of 80 columns. */
final class Paragraphs {

    private static final int WIDTH = 80;

    private final PrintWriter out;

    Paragraphs(PrintWriter out) {
        this.out = out;
    }

    /** A line that the caller has made fit. */
    void line(String text) {
        out.println(text.stripTrailing());
        out.flush();
    }

    /** Words after a beginning, on as many lines as they need; all but the first are indented as far as the beginning goes. */
    void paragraph(String beginning, String words) {
        String margin = " ".repeat(Math.min(length(beginning), WIDTH / 4));
        StringBuilder line = new StringBuilder(beginning);
        boolean empty = true;
        for (String word : words.split(" ")) {
            if (!empty && length(line) + 1 + length(word) > WIDTH) {
                line(line.toString());
                line = new StringBuilder(margin);
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        line(line.toString());
    }

    /** Fills up to a column; text that is too long is still parted from what follows. */
    static String pad(String text, int width) {
        return text + " ".repeat(Math.max(1, width - length(text)));
    }

    private static int length(CharSequence text) {
        return Character.codePointCount(text, 0, text.length());
    }

    /** The name of a network, which may hold anything. */
    static String printable(String name) {
        return Printable.printable(name, 32);
    }
}
