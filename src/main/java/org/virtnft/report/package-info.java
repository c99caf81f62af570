/**
 * What there is to tell: how the networks of a host are, what differs from what was applied, what a definition means, what a monitor
 * counts. Records that change nothing; commands print them.
 */
@NullMarked
package org.virtnft.report;

import org.jspecify.annotations.NullMarked;
