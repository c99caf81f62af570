/**
 * The networks that libvirt knows, for commands and never for the hook; they are changed by {@link org.virtnft.libvirt.LibvirtControl}
 * alone. The only package that knows libvirt-java, and JNA where that lacks something: the ports of a network.
 */
@NullMarked
package org.virtnft.libvirt;

import org.jspecify.annotations.NullMarked;
