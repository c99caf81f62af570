package org.virtnft.host;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The filters that complete the checksums of DHCP answers on bridges. A program in shell makes and removes them, for at a network's start
 * the launcher must do so without Java.
 *
 * @param program that program, {@code src/main/launcher/dhcp-checksums}
 * @param state the state directory, in which it notes what cannot be done
 */
public record DhcpChecksums(String program, Path state) {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * Puts a filter on each bridge that exists and has none.
     *
     * @return what cannot be done and was not told before, a line for each bridge; "" for nothing
     */
    public String complete(List<String> bridges) {
        return run("complete", bridges);
    }

    /** Takes the filters away. */
    public void leave(List<String> bridges) {
        run("leave", bridges);
    }

    private String run(String what, List<String> bridges) {
        if (bridges.isEmpty()) {
            return "";
        }
        List<String> command = new ArrayList<>(List.of(program, what, state.toString()));
        command.addAll(bridges);
        return Program.run(command, "", PATIENCE).output();
    }
}
