/**
 * The command {@code virt-nft}: what an administrator types, and what they read. The only package that knows picocli.
 *
 * <p>{@link org.virtnft.cli.Main} is the way in; every command is a class of its own.
 */
@NullMarked
package org.virtnft.cli;

import org.jspecify.annotations.NullMarked;
