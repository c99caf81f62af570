/** Files, folders and locks that nobody else can read, change or hold. */
@NullMarked
package org.virtnft.files;

import org.jspecify.annotations.NullMarked;
