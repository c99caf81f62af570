/**
 * What a libvirt network means to a firewall: immutable values in libvirt's own words, free of any library.
 *
 * <p>Start with {@link org.virtnft.network.VirtualNetwork}. Nothing here knows XML, nftables or a disk.
 */
@NullMarked
package org.virtnft.network;

import org.jspecify.annotations.NullMarked;
