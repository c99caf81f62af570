package org.virtnft.transaction;

import java.util.List;
import java.util.Set;

/** A change that was not made. */
public final class ChangeException extends RefusedException {
    private static final long serialVersionUID = 1;

    /** What it left behind. */
    public enum Outcome {
        /** Two networks claim the same: the input is wrong, nothing was tried. */
        CONFLICT,
        /** It failed, and all is as before. */
        UNCHANGED,
        /** It failed, and so did the way back. */
        UNCERTAIN
    }

    private final Outcome outcome;

    public ChangeException(Outcome outcome, List<String> messages) {
        this(outcome, messages, Set.of());
    }

    /**
     * @param networks the names of those that it failed for, where that is known
     */
    public ChangeException(Outcome outcome, List<String> messages, Set<String> networks) {
        super(messages, networks);
        this.outcome = outcome;
    }

    /** Of one that failed, and so did the way back; what failed first is told first, for that is what has to be mended. */
    public static ChangeException uncertain(Throwable first, Throwable back) {
        String why = first.getMessage() == null ? first.toString() : first.getMessage();
        ChangeException both = new ChangeException(
                Outcome.UNCERTAIN,
                List.of(why + "; and the way back failed too (" + back.getMessage() + "): run 'virt-nft apply --all'"));
        both.initCause(first);
        both.addSuppressed(back);
        return both;
    }

    public Outcome outcome() {
        return outcome;
    }
}
