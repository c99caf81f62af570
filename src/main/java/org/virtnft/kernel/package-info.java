/**
 * The kernel: scripts run and elements read back by libnftables, and what was refused; connections, addresses and routes by netlink;
 * interfaces, and this process's namespace and terminal. JNA is known here, and in {@code libvirt} for what libvirt-java lacks.
 *
 * <p>{@link org.virtnft.kernel.Nft} is the seam to nftables, {@link org.virtnft.kernel.LibNftables} the real one; {@link
 * org.virtnft.kernel.Conntrack} and {@link org.virtnft.kernel.Routing} are the seams to netlink.
 */
@NullMarked
package org.virtnft.kernel;

import org.jspecify.annotations.NullMarked;
