package org.virtnft.host;

/** A program of the system could not be run, or did not end in time. */
public final class ProgramException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ProgramException(String message) {
        super(message);
    }

    public ProgramException(String message, Throwable cause) {
        super(message, cause);
    }
}
