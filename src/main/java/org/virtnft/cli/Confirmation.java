package org.virtnft.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Option;

/** Asks before something is done. */
final class Confirmation {

    @Option(
            names = {"--yes", "-y"},
            description = "Do not ask.")
    private boolean yes;

    /**
     * Whether to go on.
     *
     * @throws CommandException when nobody is there to be asked
     */
    boolean given(PrintWriter out) {
        if (yes) {
            return true;
        }
        // The launcher knows; System.console() means something else from Java 22 on.
        if (!Boolean.getBoolean("virtnft.terminal")) {
            throw CommandException.badInput("there is no terminal to ask on: say --yes");
        }
        out.print("Go on? [y/N] ");
        out.flush();
        try {
            String answer = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
            return answer != null && answer.strip().matches("(?i)y(es)?");
        } catch (IOException e) {
            return false;
        }
    }
}
