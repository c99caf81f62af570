package org.virtnft.enabling;

/** A host was not enabled; all is as it was before, but for what the message says. */
public final class EnablingException extends RuntimeException {
    private static final long serialVersionUID = 1;

    EnablingException(String message, Throwable cause) {
        super(message, cause);
    }
}
