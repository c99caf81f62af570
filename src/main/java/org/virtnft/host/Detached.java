package org.virtnft.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.virtnft.files.PrivateFile;

/** A program that outlives the command that starts it, its terminal and its ssh connection. */
public final class Detached {

    private Detached() {}

    /**
     * Starts one: in a session of its own, which no terminal ends; where systemd is the init, in a scope of its own too, for logind
     * may end every process of a login's own scope with the login (KillUserProcesses).
     *
     * @param unit the scope's name
     * @param log for what it says
     * @throws ProgramException when it cannot be started
     */
    public static Process start(HostFiles files, String unit, List<String> command, Path log) {
        List<String> words = new ArrayList<>(List.of("setsid"));
        if (Files.isDirectory(files.systemd())) {
            words.addAll(List.of("systemd-run", "--scope", "--collect", "--quiet", "--unit=" + unit, "--"));
        }
        words.addAll(command);
        try {
            // Made here: ProcessBuilder would make it with the mode that the umask leaves.
            PrivateFile.create(log).close();
            return Program.prepare(words)
                    .directory(files.root().toFile())
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new ProgramException(words.get(0) + " cannot be run: " + e.getMessage(), e);
        }
    }
}
