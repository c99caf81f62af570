/**
 * Which definition of a network is in force: topology by its live XML, policy by the persistent one; which networks run, by whoever answers;
 * and what a command was given. The hook comes here too, for libvirt's own files, so nothing of libvirt's library is loaded: a connection
 * is an interface that {@code libvirt} fills.
 */
@NullMarked
package org.virtnft.definitions;

import org.jspecify.annotations.NullMarked;
