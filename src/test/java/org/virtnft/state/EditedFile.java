package org.virtnft.state;

/** A network's file as somebody who knows its form would write it: an edit alone is damage. */
public final class EditedFile {

    private EditedFile() {}

    /** The file's text with other lines; its last line goes with them. */
    public static String with(String text, String lines, String others) {
        String body = text.substring(0, text.lastIndexOf("\nend: ") + 1);
        return NetworkFile.ended(body.replaceAll(lines, others));
    }
}
