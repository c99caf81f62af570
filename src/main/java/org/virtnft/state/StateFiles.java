package org.virtnft.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.virtnft.files.PrivateFile;

/** How the state's files are read and replaced. */
final class StateFiles {

    /** At the end of a file that is being written; no interface name can end so. */
    static final String FRESH = "+new";

    private StateFiles() {}

    static StateException damaged(Path file, Exception e) {
        return new StateException(
                file + " is damaged (" + e.getMessage() + "): remove it and run 'virt-nft apply --all'", e);
    }

    static StateException unreadable(Path file, IOException e) {
        return new StateException(file + " cannot be read (run as root?): " + e, e);
    }

    static List<String> listNames(Path folder) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                names.add(String.valueOf(file.getFileName()));
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return names;
        } catch (IOException e) {
            // and not as if it were empty: who may not look does not know whether anything is applied
            throw new StateException(folder + " cannot be read (run as root): " + e, e);
        }
        names.sort(null);
        return names;
    }

    /** A reader sees the old text or the new one, never a part. */
    static void replace(Path file, String text) {
        replace(file, text.getBytes(StandardCharsets.UTF_8));
    }

    static void replace(Path file, byte[] content) {
        Path fresh = file.resolveSibling(file.getFileName() + FRESH);
        try {
            try (FileChannel channel = PrivateFile.create(fresh)) {
                PrivateFile.write(channel, content);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new StateException(file + " cannot be written: " + e, e);
        }
    }

    static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new StateException(file + " cannot be removed: " + e, e);
        }
    }
}
