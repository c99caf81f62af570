/**
 * Networks given the other shape, and back: their definitions, and under their guests what runs; what they were before, and the way back
 * when that is interrupted. It speaks of outcomes, not of exit statuses.
 */
@NullMarked
package org.virtnft.adoption;

import org.jspecify.annotations.NullMarked;
