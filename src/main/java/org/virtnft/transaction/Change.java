package org.virtnft.transaction;

import org.virtnft.state.Snapshot;

/** What is to be applied, given what is. Called with the lock held. */
@FunctionalInterface
public interface Change {

    Snapshot after(Snapshot before);
}
