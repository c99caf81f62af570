package org.virtnft.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

/**
 * Whose something is, and what others may do with it.
 *
 * <p>By number: a name is asked of whatever nsswitch.conf lists, which may be a server, and libvirtd waits.
 *
 * @param uid the user's number
 * @param mode the whole of it, with the kind of file, as stat(2) has it
 */
record FileOwner(int uid, int mode) {

    private static final int ROOT = 0;
    private static final int KIND = 0170000;
    private static final int REGULAR = 0100000;
    private static final int LINK = 0120000;
    private static final int FOR_OTHERS = 0077;
    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int STICKY = 01000;

    static FileOwner of(Path path, LinkOption... options) throws IOException {
        Map<String, Object> found = Files.readAttributes(path, "unix:mode,uid", options);
        return new FileOwner(number(found, "uid"), number(found, "mode"));
    }

    private static int number(Map<String, Object> attributes, String name) throws IOException {
        if (attributes.get(name) instanceof Integer number) {
            return number;
        }
        throw new IOException("this file system knows no owners");
    }

    /** Who runs this: a process's folder in /proc belongs to its effective user, see proc(5). */
    static int self() throws IOException {
        return of(Path.of("/proc/self")).uid();
    }

    /** Root's, or of who runs this. */
    boolean isOurs() throws IOException {
        return uid == ROOT || uid == self();
    }

    boolean isOpenToOthers() {
        return (mode & FOR_OTHERS) != 0;
    }

    boolean isWritableByOthers() {
        return (mode & WRITABLE_BY_OTHERS) != 0;
    }

    /** Others cannot rename or remove there what is not theirs. */
    boolean isSticky() {
        return (mode & STICKY) != 0;
    }

    boolean isLink() {
        return (mode & KIND) == LINK;
    }

    /** A regular file that nobody but its owner, who runs this, can open. */
    boolean isPrivateFile() throws IOException {
        return (mode & KIND) == REGULAR && !isOpenToOthers() && uid == self();
    }

    /** As chmod has it. */
    String permissions() {
        return String.format("%04o", mode & 07777);
    }
}
