/**
 * What a change means for connections that are established, which the template accepts without a second look: those that would not
 * be accepted anew are deleted, all others go on.
 *
 * <p>{@link org.virtnft.flows.Flows} is the door; {@link org.virtnft.flows.Judge} knows the template's chains.
 */
@NullMarked
package org.virtnft.flows;

import org.jspecify.annotations.NullMarked;
