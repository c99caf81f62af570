package org.virtnft.hook;

/** The hook failed; the message is one line that tells an administrator what to do. */
final class HookException extends Exception {
    private static final long serialVersionUID = 1;

    HookException(String message) {
        super(message);
    }
}
