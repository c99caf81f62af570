/**
 * The command {@code virt-nft}: what an administrator types and reads, and the exit status of each outcome. What is done, and what there is
 * to tell, other packages know. The only package that knows picocli; JSON is written here too.
 *
 * <p>{@link org.virtnft.cli.Main} is the way in; every command is a class of its own.
 */
@NullMarked
package org.virtnft.cli;

import org.jspecify.annotations.NullMarked;
