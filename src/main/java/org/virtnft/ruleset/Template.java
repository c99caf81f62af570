package org.virtnft.ruleset;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import org.virtnft.network.PortRange;

/** The table whose rules never change, from the file {@code template.nft}. */
public final class Template {

    /** The table, ours alone. */
    public static final String TABLE = "inet virt_nft";

    private final String text;
    private final List<String> sets;

    private Template(String text) {
        this.text = text;
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

    /** The names of its sets and maps, in the file's order. */
    public List<String> sets() {
        return sets;
    }

    /** Whether it has a chain of this name; those of masquerade port ranges it can have. */
    public boolean knowsChain(String chain) {
        return masqueradedTo(chain).isPresent() || text.contains("\tchain " + chain + " {");
    }

    /** Tells one version of the file from another. */
    public String version() {
        CRC32 checksum = new CRC32();
        checksum.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(checksum.getValue());
    }

    /** The chain of a masquerade port range: the one thing that no map can say (nft would emit the lowest port only). */
    public static String masqueradeChain(PortRange ports) {
        return ports.equals(PortRange.UNPRIVILEGED) ? "masq" : "masq-" + ports.first() + "-" + ports.last();
    }

    /** The ports of a chain that is one of a masquerade port range. */
    public static Optional<PortRange> masqueradedTo(String chain) {
        String[] words = chain.split("-");
        if (words.length != 3 || !words[0].equals("masq")) {
            return Optional.empty();
        }
        try {
            return Optional.of(new PortRange(Integer.parseInt(words[1]), Integer.parseInt(words[2])));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
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
