package org.virtnft.transaction;

import org.virtnft.state.Snapshot;

/**
 * What must follow a change that stands, whoever made it: what it forbids is ended, what it leaves to us is done. Where the process dies
 * before, the next one does it; so doing it twice does no harm.
 */
@FunctionalInterface
public interface Aftermath {

    /**
     * Does it.
     *
     * @param mended whether the kernel did not hold what {@code before} says, as after somebody's flush of its ruleset
     */
    void follow(Snapshot before, Snapshot after, boolean mended);

    /** This, and then another. */
    default Aftermath then(Aftermath next) {
        return (before, after, mended) -> {
            follow(before, after, mended);
            next.follow(before, after, mended);
        };
    }
}
