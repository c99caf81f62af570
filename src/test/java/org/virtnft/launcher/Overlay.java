package org.virtnft.launcher;

import java.nio.file.Path;

/**
 * Scripts in the place of the system's programs, in a mount namespace of a command's own: the launcher and what it starts look into the
 * system's folders alone, whatever PATH says.
 */
public final class Overlay {

    private Overlay() {}

    /**
     * What runs the words that follow.
     *
     * @param scripts a folder of programs
     * @param over the system's folder that they stand in; of two, /usr/sbin is looked into first
     */
    public static Program of(Path scripts, String over) {
        return Program.of(
                "unshare",
                "--mount",
                "--propagation",
                "private",
                "sh",
                "-euc",
                "mount -t overlay overlay -o \"lowerdir=$0:$1\" \"$1\"; shift; exec \"$@\"",
                scripts.toString(),
                over);
    }
}
