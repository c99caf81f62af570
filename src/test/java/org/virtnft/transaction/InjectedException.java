package org.virtnft.transaction;

/** A failure that a test put there. */
final class InjectedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Step step;

    InjectedException(Step step) {
        super("injected at " + step);
        this.step = step;
    }

    Step step() {
        return step;
    }
}
