/**
 * The kernel, by libnftables: run a script, read elements back, say what was refused. The only package that knows JNA.
 *
 * <p>{@link org.virtnft.kernel.Nft} is the seam; {@link org.virtnft.kernel.LibNftables} the real one.
 */
@NullMarked
package org.virtnft.kernel;

import org.jspecify.annotations.NullMarked;
