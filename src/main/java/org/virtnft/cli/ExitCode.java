package org.virtnft.cli;

/** What the command's exit status means; 3 is not ours, for libnftables itself exits with it. */
final class ExitCode {

    static final int DONE = 0;
    /** Failed, and nothing changed; of {@code apply --all}: not all of it was done. */
    static final int FAILED = 1;
    /** Of {@code diff}: something differs. */
    static final int DIFFERENT = 1;
    /** Of {@code status}: it could not be found out. */
    static final int UNKNOWN = 2;
    /** Bad usage or bad input, nothing changed. */
    static final int BAD_INPUT = 2;
    /** A rollback failed. */
    static final int UNCERTAIN = 4;

    private ExitCode() {}
}
