package org.virtnft.state;

/** The state directory cannot be used: somebody else holds it, it cannot be written, or it is damaged. */
public final class StateException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StateException(String message) {
        super(message);
    }

    public StateException(String message, Throwable cause) {
        super(message, cause);
    }
}
