package org.virtnft.transaction;

import java.util.NavigableMap;
import org.virtnft.network.InterfaceName;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;

/** What is to be applied, given what is. Called with the lock held. */
@FunctionalInterface
public interface Change {

    NavigableMap<InterfaceName, AppliedNetwork> after(Snapshot before);
}
