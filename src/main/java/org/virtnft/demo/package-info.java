/**
 * Networks that can be looked at: a throw-away topology of network namespaces, packets through it, and what became of them.
 *
 * <p>{@link org.virtnft.demo.Lab} makes {@link org.virtnft.demo.Host}s, {@link org.virtnft.demo.VirtualizationHost} connects
 * them as libvirt would, a {@link org.virtnft.demo.Probe} is one packet and its {@link org.virtnft.demo.Outcome}. The packet
 * tests use the same.
 */
@NullMarked
package org.virtnft.demo;

import org.jspecify.annotations.NullMarked;
