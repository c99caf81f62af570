package org.virtnft.ruleset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.xml.NetworkReader;
import org.virtnft.xml.Reading;

/** The folder test-networks. Paths are relative, for they are printed: Maven runs tests in the project's folder. */
final class TestNetworks {

    static final Path GOOD = Path.of("test-networks");
    static final Path BAD = GOOD.resolve("bad");
    static final Path README = GOOD.resolve("README.md");

    /** What the kernel lists for the template alone. */
    static final Path TEMPLATE = GOOD.resolve("template.nft.golden");

    private TestNetworks() {}

    static List<Path> good() {
        return files(GOOD, ".xml");
    }

    static List<Path> bad() {
        return files(BAD, ".xml");
    }

    /** The files of a folder with this ending, in order. */
    static List<Path> files(Path folder, String ending) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> path.toString().endsWith(ending)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file beside it, with another ending. */
    static Path beside(Path xml, String ending) {
        return xml.resolveSibling(stem(xml) + ending);
    }

    /** A file's name without its last ending. */
    static String stem(Path path) {
        String name = path.getFileName().toString();
        return name.substring(0, name.lastIndexOf('.'));
    }

    /** The networks that have rules, of all good files. */
    static List<VirtualNetwork> networks() {
        List<VirtualNetwork> found = new ArrayList<>();
        for (Path path : good()) {
            if (read(path).network().orElseThrow() instanceof VirtualNetwork network) {
                found.add(network);
            }
        }
        return found;
    }

    static Reading read(Path path) {
        try {
            return NetworkReader.read(path.toString(), Files.readAllBytes(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(Path path) {
        try {
            return Files.readString(path, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
