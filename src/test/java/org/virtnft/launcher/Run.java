package org.virtnft.launcher;

import java.util.List;

/** What a program did. */
public record Run(int status, String out, String err) {

    /** Its standard error, a line each. */
    public List<String> errors() {
        return err.lines().toList();
    }

    /** The run itself, when it ended with 0. */
    public Run ok() {
        return ended(0);
    }

    /** The run itself, when it ended with this status. */
    public Run ended(int expected) {
        if (status != expected) {
            throw new AssertionError("exit status " + status + ", not " + expected + ": " + this);
        }
        return this;
    }
}
