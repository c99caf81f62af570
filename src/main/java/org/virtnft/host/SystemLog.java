package org.virtnft.host;

import java.time.Duration;
import java.util.List;

/** The system's log, for what nobody sits in front of. */
public final class SystemLog {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private SystemLog() {}

    /** Writes a line; a host without a log has none. */
    public static void warn(String line) {
        try {
            Program.run(List.of("logger", "-t", "virt-nft", "-p", "daemon.warning", "--", line), "", PATIENCE);
        } catch (ProgramException e) {
            // nobody is there to be told
        }
    }
}
