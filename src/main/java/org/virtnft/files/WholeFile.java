package org.virtnft.files;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small file, read whole. */
public final class WholeFile {

    /** What Java's decoder puts in the place of what it cannot read. */
    private static final char REPLACEMENT = '\uFFFD';

    private WholeFile() {}

    /**
     * As {@link Files#readAllBytes} does it, with the same exceptions, but without its channels: for thousands of files, they are most of
     * the work in a JVM that has just started.
     */
    public static byte[] bytes(Path file) throws IOException {
        try (FileInputStream in = new FileInputStream(file.toFile())) {
            return in.readAllBytes();
        } catch (FileNotFoundException e) {
            return Files.readAllBytes(file); // says which it is: not there, or not allowed
        }
    }

    /** The same as text, as {@link Files#readString(Path)} does it: what is no UTF-8 is an error. */
    public static String text(Path file) throws IOException {
        String text = new String(bytes(file), StandardCharsets.UTF_8);
        return text.indexOf(REPLACEMENT) < 0 ? text : Files.readString(file);
    }
}
