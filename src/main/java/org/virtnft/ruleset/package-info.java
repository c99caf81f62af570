/**
 * The template, which is the whole firewall, and a network's elements of its sets: pure functions of the model.
 *
 * <p>Read {@code template.nft} first; {@link org.virtnft.ruleset.NetworkElements} fills it, {@link
 * org.virtnft.ruleset.Script} writes it down.
 */
@NullMarked
package org.virtnft.ruleset;

import org.jspecify.annotations.NullMarked;
