/** The networks that libvirt knows, for commands and never for the hook. The only package that knows libvirt-java. */
@NullMarked
package org.virtnft.libvirt;

import org.jspecify.annotations.NullMarked;
