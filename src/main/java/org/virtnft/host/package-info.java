/**
 * The host that virt-nft is installed on: where the hook lies and whose it is, libvirt's daemon, what confines it, and programs of
 * the system.
 */
@NullMarked
package org.virtnft.host;

import org.jspecify.annotations.NullMarked;
