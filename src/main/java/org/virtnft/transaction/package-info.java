/**
 * One change of what is applied: what to do, its inverse, the journal around it, and the steps at which it may fail.
 *
 * <p>{@link org.virtnft.transaction.Applier} is the one way to change the kernel.
 */
@NullMarked
package org.virtnft.transaction;

import org.jspecify.annotations.NullMarked;
