package org.virtnft.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The network that a command restarts, and that command's process. */
public final class RestartMark {

    private final Path file;
    private final Runnable folder;

    /** @param folder makes the state directory */
    RestartMark(Path file, Runnable folder) {
        this.file = file;
        this.folder = folder;
    }

    /**
     * Tells the hook that this very process restarts a network whose elements are there already, and looks after them: the launcher
     * then starts no JVM at its {@code stopped} and {@code start}, for which guests' packets would wait. It holds as long as the process
     * lives, which its start time tells apart from a later one with the same number.
     */
    public void begin(String network) {
        folder.run();
        StateFiles.replace(file, ProcessHandle.current().pid() + " " + startTime() + "\n" + network + "\n");
    }

    /** The hook does its work again. */
    public void end() {
        StateFiles.delete(file);
    }

    /** In clock ticks since the boot: field 22 of /proc/self/stat (proc(5)); what stands before it may hold spaces and parentheses. */
    private static String startTime() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            return stat.substring(stat.lastIndexOf(") ") + 2).split(" ", -1)[19];
        } catch (IOException e) {
            throw new StateException("/proc/self/stat cannot be read: " + e, e);
        }
    }
}
