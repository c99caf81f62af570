package org.virtnft.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The folder of what must outlive a reboot, in which more than one room keeps things. What is kept of a network is called by its UUID, for
 * its name may hold anything, and comes back with another network.
 */
public final class Memory {

    /** From the root of the file system. */
    public static final Path PLACE = Path.of("var/lib/virt-nft");

    /** What lies there, see {@link PrivateFolder#makeOrTighten}. */
    private static final Set<String> SIGNS = Set.of("adopted", "hook.sha256", "left");

    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private Memory() {}

    /**
     * Makes it, or takes from others what an earlier version left them of it.
     *
     * @throws IOException when that fails
     */
    public static void make(Path folder) throws IOException {
        PrivateFolder.makeOrTighten(folder, SIGNS);
    }

    /** Whether a text is a UUID as libvirt writes it, and so a safe name for a file. */
    public static boolean isUuid(String text) {
        return UUID.matcher(text).matches();
    }

    /**
     * The same text.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static String uuid(String text) {
        if (!isUuid(text)) {
            throw new IllegalArgumentException("'" + text + "' is no UUID as libvirt writes it");
        }
        return text;
    }
}
