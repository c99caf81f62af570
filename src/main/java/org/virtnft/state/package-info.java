/**
 * What is applied, on disk, with the lock that orders commands and the journal that outlives a process; and marks: of failed starts, of
 * networks that are left to libvirt, of a change that goes back unless it is confirmed.
 *
 * <p>{@link org.virtnft.state.StateDirectory} is the door, and lists the files. Plain text, one file a network, readable with a pager: the
 * network itself, for what it is in the kernel is for the template of the day to say.
 */
@NullMarked
package org.virtnft.state;

import org.jspecify.annotations.NullMarked;
