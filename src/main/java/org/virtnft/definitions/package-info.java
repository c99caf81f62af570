/**
 * Which definition of a network is in force: topology by its live XML, policy by the persistent one; and which networks run, by libvirt's
 * own files, for the hook and for when its daemon cannot be asked. The hook comes here too, so nothing of libvirt's library is loaded.
 */
@NullMarked
package org.virtnft.definitions;

import org.jspecify.annotations.NullMarked;
