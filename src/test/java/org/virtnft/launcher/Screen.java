package org.virtnft.launcher;

/** What somebody sees on a terminal in the end. */
public final class Screen {

    private Screen() {}

    /** The lines without blanks at their ends; what a carriage return let later characters cover is gone. */
    public static String of(String written) {
        StringBuilder screen = new StringBuilder();
        StringBuilder line = new StringBuilder();
        int column = 0;
        for (int i = 0; i < written.length(); i++) {
            char c = written.charAt(i);
            switch (c) {
                case '\r' -> column = 0;
                case '\n' -> {
                    screen.append(line.toString().stripTrailing()).append('\n');
                    line.setLength(0);
                    column = 0;
                }
                default -> {
                    line.replace(column, Math.min(column + 1, line.length()), Character.toString(c));
                    column++;
                }
            }
        }
        return screen.append(line.toString().stripTrailing()).toString();
    }
}
