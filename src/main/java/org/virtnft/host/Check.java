package org.virtnft.host;

/**
 * What was found out about a host.
 *
 * @param text one line; of a failure, with the command that helps
 */
public record Check(Result result, String text) {

    /** What it means for the hook. */
    public enum Result {
        /** As it should be. */
        GOOD,
        /** Nothing stands in the way, but it is worth knowing. */
        NOTE,
        /** The hook would not work, or cut off guests. */
        FAILED
    }

    static Check good(String text) {
        return new Check(Result.GOOD, text);
    }

    static Check note(String text) {
        return new Check(Result.NOTE, text);
    }

    static Check failed(String text) {
        return new Check(Result.FAILED, text);
    }
}
