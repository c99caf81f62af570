package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Blocks of files that are written by picocli's model and not by hand: the lines between one that ends with "picocli: WHAT" and
 * one that ends with "picocli: end".
 *
 * <p>{@code mvn -q test -Dtest=ManPagesTest,CompletionTest -Dgolden.rewrite=true} writes all of them anew, and fails, so that
 * no build can pass by it.
 */
final class Blocks {

    private static final boolean REWRITE = Boolean.getBoolean("golden.rewrite");
    private static final String HOW =
            "\nIf picocli is right: mvn -q test -Dtest=ManPagesTest,CompletionTest -Dgolden.rewrite=true\n";

    private static final List<Path> rewritten = new ArrayList<>();

    private Blocks() {}

    /** Compares a block with what it has to be. */
    static void compare(Path file, String what, String expected) {
        String text = text(file);
        String found = block(file, what);
        if (REWRITE && !found.equals(expected)) {
            int start = start(file, text, what);
            write(file, text.substring(0, start) + expected + text.substring(start + found.length()));
            rewritten.add(file);
            return;
        }
        assertEquals(expected, found, file + ", " + what + HOW);
    }

    /** The lines of a block. */
    static String block(Path file, String what) {
        String text = text(file);
        int start = start(file, text, what);
        int end = text.indexOf("picocli: end\n", start);
        assertTrue(end > 0, file + ": the block '" + what + "' has no end");
        return text.substring(start, text.lastIndexOf('\n', end) + 1);
    }

    private static int start(Path file, String text, String what) {
        String marker = "picocli: " + what + "\n";
        int start = text.indexOf(marker);
        assertTrue(start > 0, file + " has no line '" + marker.strip() + "'");
        return start + marker.length();
    }

    static void neverPassWhenRewriting() {
        if (REWRITE) {
            fail("rewritten: " + rewritten + ". Read 'git diff src/main', then run without -Dgolden.rewrite");
        }
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
