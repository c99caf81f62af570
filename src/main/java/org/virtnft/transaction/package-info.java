/**
 * One change of what is applied: who may take whose bridge, what to do, its inverse, the journal around it, and the steps at which it may
 * fail. Before it, what state, libvirt's files and the kernel say, put together; and changes that go back unless somebody confirms them.
 *
 * <p>{@link org.virtnft.transaction.Applier} is the one way to change the kernel.
 */
@NullMarked
package org.virtnft.transaction;

import org.jspecify.annotations.NullMarked;
