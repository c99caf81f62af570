/**
 * What is applied, on disk, with the lock that orders commands and the journal that outlives a process.
 *
 * <p>{@link org.virtnft.state.StateDirectory} is the door. Plain text, one file a network, readable with a pager.
 */
@NullMarked
package org.virtnft.state;

import org.jspecify.annotations.NullMarked;
