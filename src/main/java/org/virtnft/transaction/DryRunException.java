package org.virtnft.transaction;

/** A change that would be refused; nothing was to be changed, and nothing was. */
public final class DryRunException extends RefusedException {
    private static final long serialVersionUID = 1;

    private final boolean conflict;

    DryRunException(Refusal refusal) {
        super(refusal.messages(), refusal.networks());
        this.conflict = refusal.conflict();
    }

    /** Whether the input is wrong: two networks claim the same. */
    public boolean isConflict() {
        return conflict;
    }
}
