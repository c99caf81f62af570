package org.virtnft.transaction;

import org.virtnft.state.Snapshot;

/**
 * What must follow a change that stands, whoever made it: what it forbids is ended, what it leaves to us is done. Where the process dies
 * before, the next one does it; so doing it twice does no harm.
 */
@FunctionalInterface
public interface Aftermath {

    void follow(Snapshot before, Snapshot after);

    /** This, and then another. */
    default Aftermath then(Aftermath next) {
        return (before, after) -> {
            follow(before, after);
            next.follow(before, after);
        };
    }
}
