package org.virtnft.transaction;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.virtnft.state.Keeper;
import org.virtnft.state.StateDirectory;

/** What virt-nft 0.1.0 left: its files for a pool, a port range, a blocked network, one from a file, and an open try; and its table. */
public final class LeftByFormatOne {

    static final Path FILES = Path.of("src/test/resources/state-0.1.0");

    private LeftByFormatOne() {}

    /** Puts its files there, as those of a network namespace. */
    public static void copyTo(StateDirectory state, String namespace) throws IOException {
        try (Stream<Path> files = Files.walk(FILES)) {
            for (Path file : files.toList()) {
                Path to = state.path().resolve(FILES.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        }
        Path record = state.path().resolve("table");
        Files.writeString(record, Files.readString(record).replaceFirst("namespace: .*", "namespace: " + namespace));
    }

    /** The script that makes its table, as one of this directory's. */
    public static String table(StateDirectory state) throws IOException {
        String comment =
                "table inet virt_nft {\n\tcomment \"" + Keeper.of(state).comment() + "\"";
        return Files.readString(FILES.resolve("listing")).replace("table inet virt_nft {", comment);
    }
}
