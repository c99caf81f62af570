package org.virtnft.host;

import java.io.IOException;
import java.nio.file.Files;

/** Time since the machine's start: the same for all processes, and nobody sets it. */
public final class Uptime {

    private Uptime() {}

    /** In milliseconds. */
    public static long millis(HostFiles files) {
        try {
            String seconds = Files.readString(files.uptime()).split(" ", 2)[0];
            return Math.round(Double.parseDouble(seconds) * 1000);
        } catch (IOException | NumberFormatException e) {
            throw new ProgramException("the time since the machine's start cannot be read: " + e, e);
        }
    }
}
