/**
 * Taking a host's networks under our rules: which companions are left to libvirt's own, for their guests would lose something, and the
 * steps of {@code enable} with the way back from each.
 */
@NullMarked
package org.virtnft.enabling;

import org.jspecify.annotations.NullMarked;
