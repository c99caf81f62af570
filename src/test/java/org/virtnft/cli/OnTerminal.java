package org.virtnft.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.virtnft.host.Program;
import org.virtnft.kernel.Session;

/** A command on a terminal that has begun to change something, and runs programs for it: as many as its argument says. */
final class OnTerminal {

    private OnTerminal() {}

    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        new Begun(Session::leaveTerminal).changing();
        out.println("begun");
        int good = 0;
        for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
            good += Program.run(List.of("sleep", "0.01"), "", Duration.ofSeconds(60))
                                    .status()
                            == 0
                    ? 1
                    : 0;
        }
        out.println("programs that came to their end: " + good);
    }
}
