package org.virtnft.network;

import java.nio.charset.StandardCharsets;

/** Text of others, made fit to be shown: names may hold anything but "/" and a newline. */
public final class Printable {

    /** In bytes: libvirt bounds no name, and a sentence should have one line. */
    private static final int LONGEST_NAME = 128;

    private Printable() {}

    /**
     * The text on one line, without what would steer a terminal, and cut to a length.
     *
     * @param bytes at most so many bytes of UTF-8
     */
    public static String printable(String text, int bytes) {
        if (text.length() <= bytes && isPlain(text)) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        int used = 0;
        int roomForDots = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            String piece = mustBeEscaped(c) ? escape(c) : Character.toString(c);
            used += piece.getBytes(StandardCharsets.UTF_8).length;
            if (used > bytes) {
                return shown.substring(0, roomForDots) + "...";
            }
            shown.append(piece);
            if (used <= bytes - 3) {
                roomForDots = shown.length();
            }
        }
        return shown.toString();
    }

    /** What to call a network in a sentence. */
    public static String network(String name) {
        return "network '" + printable(name, LONGEST_NAME) + "'";
    }

    /** Whether it is ASCII that shows itself, as most names are: they are shown by the thousand. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    /** The text without what would steer a terminal, line by line as it is. */
    public static String printableLines(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints()
                .forEach(c ->
                        shown.append(c == '\n' || c == '\t' || isPrintable(c) ? Character.toString(c) : escape(c)));
        return shown.toString();
    }

    /** Whether a character shows itself on a terminal, and does nothing else. */
    public static boolean isPrintable(int c) {
        return c == '\\' || !mustBeEscaped(c);
    }

    private static boolean mustBeEscaped(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> true;
            default -> c == '\\';
        };
    }

    private static String escape(int c) {
        if (c == '\\') {
            return "\\\\";
        }
        String hex = Integer.toHexString(c);
        return "\\u{" + hex + "}";
    }
}
