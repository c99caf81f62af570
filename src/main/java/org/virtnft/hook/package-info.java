/**
 * libvirt's network hook: its way through the other packages, with nothing else loaded. It never calls libvirt, which waits
 * for it with the network locked.
 */
@NullMarked
package org.virtnft.hook;

import org.jspecify.annotations.NullMarked;
