package org.virtnft.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** A file that its owner alone can open. */
public final class PrivateFile {

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private PrivateFile() {}

    /**
     * Makes one anew, and opens it for writing. A file that is there goes first: open(2) leaves its mode as it is, and who has opened
     * it before would read what comes.
     *
     * @throws IOException when that fails
     */
    public static FileChannel create(Path file) throws IOException {
        Files.deleteIfExists(file);
        return open(file, StandardOpenOption.CREATE_NEW);
    }

    /** Opens one for writing, and makes it where it is missing. */
    static FileChannel openOrCreate(Path file) throws IOException {
        return open(file, StandardOpenOption.CREATE);
    }

    private static FileChannel open(Path file, StandardOpenOption how) throws IOException {
        return FileChannel.open(file, Set.of(how, StandardOpenOption.WRITE), OWNER_ONLY);
    }

    /**
     * Writes one anew.
     *
     * @throws IOException when that fails
     */
    public static void write(Path file, CharSequence text) throws IOException {
        try (FileChannel channel = create(file)) {
            write(channel, text.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Puts content in place of a file, on the disk and not only on its way there.
     *
     * @param fresh where it is begun, on the same file system; never left behind
     * @param permissions as {@code rwxr-xr-x}; for its owner alone where empty
     * @throws IOException when that fails; what was there before still is
     */
    public static void replaceDurably(Path fresh, Path file, byte[] content, Optional<String> permissions)
            throws IOException {
        try {
            try (FileChannel channel = create(fresh)) {
                write(channel, content);
                if (permissions.isPresent()) {
                    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString(permissions.get()));
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /**
     * Writes all of it.
     *
     * @throws IOException when that fails
     */
    public static void write(FileChannel channel, byte[] content) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
