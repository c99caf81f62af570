package org.virtnft.xml;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What is read of a document: enough for the parser to refuse what is too long, and not more. /dev/zero has no end, and whoever reads
 * it to its end has no memory left to say so.
 */
public final class XmlInput {

    /** libvirt's RPC cuts strings at 4 MiB; a hook's stdin wraps one of them. */
    static final int LARGEST = 8 << 20;

    /** S_IFMT and two of its values, see stat(2); Java has no word for them. */
    private static final int KIND = 0170000;

    private static final int CHARACTER_DEVICE = 0020000;
    private static final int BLOCK_DEVICE = 0060000;

    private XmlInput() {}

    /** All of it, or one byte more than the parser takes. */
    public static byte[] read(InputStream stream) throws IOException {
        return stream.readNBytes(LARGEST + 1);
    }

    /**
     * The same of a file. A pipe is fine, for that is what a shell's {@code <(virsh net-dumpxml default)} is; a terminal would be waited
     * for, and a disk is never what was meant.
     */
    public static byte[] read(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException("it is a directory");
        }
        int mode = (Integer) Files.getAttribute(file, "unix:mode") & KIND;
        if (mode == CHARACTER_DEVICE || mode == BLOCK_DEVICE) {
            throw new IOException("it is a device, not a file");
        }
        try (InputStream stream = Files.newInputStream(file)) {
            return read(stream);
        }
    }
}
