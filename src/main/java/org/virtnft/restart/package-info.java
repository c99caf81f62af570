/**
 * A network restarted under its guests: their interfaces come back with all that they had, and libvirt's ports as well; and what is
 * needed to go back should this be interrupted.
 */
@NullMarked
package org.virtnft.restart;

import org.jspecify.annotations.NullMarked;
