package org.virtnft.files;

import java.io.IOException;

/** What is there is, or may be, another user's work; the message names it and the way out. */
public final class UntrustedException extends IOException {

    private static final long serialVersionUID = 1;

    UntrustedException(String message) {
        super(message);
    }
}
