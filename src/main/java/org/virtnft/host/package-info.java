/**
 * The host that virt-nft is installed on: where the hook lies and whose it is, libvirt's daemon and its reload, what confines it; programs
 * of the system, and its log.
 */
@NullMarked
package org.virtnft.host;

import org.jspecify.annotations.NullMarked;
