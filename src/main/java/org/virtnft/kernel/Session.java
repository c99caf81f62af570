package org.virtnft.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;

/** The session of this process, see setsid(2), those whom a terminal's signals are for; and its terminal. */
public final class Session {

    /** Beside {@link CLibrary}: the hook has no terminal. */
    interface Terminals extends Library {
        int setsid() throws LastErrorException;

        int isatty(int descriptor);
    }

    private Session() {}

    /** Whether a descriptor of this process is a terminal. Java knows only of standard input and output together. */
    public static boolean isTerminal(int descriptor) {
        return Libraries.load("c", Terminals.class).isatty(descriptor) == 1;
    }

    /**
     * Begins one without a terminal, for this process and those that it will start. The kernel sends Ctrl-C to every process of a
     * terminal's foreground group; a child is one of them from its fork on, whatever it executes then.
     */
    public static void leaveTerminal() {
        try {
            Libraries.load("c", Terminals.class).setsid();
        } catch (LastErrorException e) {
            // the leader of a group, which the launcher's child never is, stays where it is
        }
    }
}
