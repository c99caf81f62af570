package org.virtnft.host;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.virtnft.files.PrivateFile;

/** Files that must be there after a crash of the whole host. */
public final class DurableFile {

    private DurableFile() {}

    /**
     * Puts a text in place of a file, on the disk and not only on its way there; for its owner alone.
     *
     * @throws IOException when that fails; what was there before still is
     */
    public static void replace(Path file, byte[] text) throws IOException {
        replace(file.resolveSibling(file.getFileName() + ".new"), file, text, Optional.empty());
    }

    /**
     * The same by way of a fresh file that the caller chose, on the same file system.
     *
     * @param permissions as {@code rwxr-xr-x}; for its owner alone where empty
     */
    public static void replace(Path fresh, Path file, byte[] text, Optional<String> permissions) throws IOException {
        PrivateFile.replaceDurably(fresh, file, text, permissions);
    }
}
