package org.virtnft.files;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A folder of ours. Who cannot enter it cannot open what is in it, whatever the modes of the files there are. */
public final class PrivateFolder {

    private static final Set<PosixFilePermission> OWNER_ONLY = Set.copyOf(PosixFilePermissions.fromString("rwx------"));

    private PrivateFolder() {}

    /**
     * Makes a folder and its parents where they are missing, whatever the umask.
     *
     * @throws IOException when that fails
     */
    public static void make(Path folder) throws IOException {
        FileAttribute<Set<PosixFilePermission>> attribute = PosixFilePermissions.asFileAttribute(OWNER_ONLY);
        Files.createDirectories(folder, attribute);
    }

    /**
     * The same, and takes from others what an earlier version left them of one that is there.
     *
     * @param signs what lies in such a folder of ours: one of others' is not closed to them because a command named it by mistake
     * @throws UntrustedException when another user can change what it is, or could
     * @throws IOException when it cannot be made
     */
    public static void makeOrTighten(Path folder, Set<String> signs) throws IOException {
        make(folder);
        FileOwner entry = FileOwner.of(folder, LinkOption.NOFOLLOW_LINKS);
        if (entry.isLink() && !entry.isOurs()) {
            throw new UntrustedException(folder + " is a link that user " + entry.uid() + " made: run 'rm " + folder
                    + "', or name another folder");
        }
        FileOwner owner = FileOwner.of(folder);
        int self = FileOwner.self();
        if (owner.uid() != self) {
            throw new UntrustedException(
                    self == 0
                            ? folder + " belongs to user " + owner.uid() + ": remove it, or name another folder"
                            : folder + " belongs to user " + owner.uid() + ", not to you (run as root?)");
        }
        if (!owner.isOpenToOthers()) {
            return;
        }
        if (owner.isSticky() || !isOurs(folder, signs)) {
            throw new UntrustedException(folder + " is open to others (mode " + owner.permissions()
                    + ") and holds other things than ours: name another folder, or run 'chmod 700 " + folder + "'");
        }
        Files.setPosixFilePermissions(folder, OWNER_ONLY);
        if (owner.isWritableByOthers()) {
            refuseWhatOthersPut(folder);
        }
    }

    private static boolean isOurs(Path folder, Set<String> signs) throws IOException {
        boolean empty = true;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                if (signs.contains(String.valueOf(entry.getFileName()))) {
                    return true;
                }
                empty = false;
            }
        }
        return empty;
    }

    /** Nobody can put anything there any more; what was put before would be read as ours. */
    private static void refuseWhatOthersPut(Path folder) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                FileOwner owner = FileOwner.of(entry, LinkOption.NOFOLLOW_LINKS);
                if (!owner.isOurs()) {
                    throw new UntrustedException(entry + " belongs to user " + owner.uid() + ", who could write in "
                            + folder + ": run 'rm -r " + entry + "'");
                }
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    refuseWhatOthersPut(entry);
                }
            }
        } catch (NoSuchFileException e) {
            return; // somebody of ours removed it meanwhile
        }
    }
}
