package org.virtnft.ruleset;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/** The table whose rules never change, from the file {@code template.nft}. */
public final class Template {

    private final String text;
    private final TableName table;
    private final List<String> sets;

    private Template(String text) {
        this.text = text;
        this.table = tableName(text);
        this.sets = setNames(text);
    }

    /** Reads the template that is part of the program. */
    public static Template load() {
        try (InputStream file = Template.class.getResourceAsStream("template.nft")) {
            if (file == null) {
                throw new IllegalStateException("template.nft is missing from the program's jar");
            }
            return new Template(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One of another text, as another version of the program has it. */
    public static Template of(String text) {
        return new Template(text);
    }

    /** The file as it is. */
    public String text() {
        return text;
    }

    /** The table that it makes, ours alone. */
    public TableName table() {
        return table;
    }

    /** The names of its sets and maps, in the file's order. */
    public List<String> sets() {
        return sets;
    }

    /** Whether it has a chain of this name; those of masquerade port ranges it can have. */
    public boolean knowsChain(String chain) {
        return Piece.MasqueradeChain.named(chain).isPresent() || text.contains("\tchain " + chain + " {");
    }

    /** Tells one version of the file from another. */
    public String version() {
        CRC32 checksum = new CRC32();
        checksum.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(checksum.getValue());
    }

    private static TableName tableName(String text) {
        for (String line : text.split("\n")) {
            String[] words = line.split(" ");
            if (words.length == 4 && words[0].equals("table") && words[3].equals("{")) {
                return new TableName(words[1], words[2]);
            }
        }
        throw new IllegalArgumentException("a template without a table");
    }

    private static List<String> setNames(String text) {
        List<String> found = new ArrayList<>();
        for (String line : text.split("\n")) {
            if (line.startsWith("\tmap ") || line.startsWith("\tset ")) {
                found.add(line.substring(5, line.indexOf(' ', 5)));
            }
        }
        return List.copyOf(found);
    }
}
