/**
 * What else on a host keeps guests' packets from passing and takes rules away, and what lets them pass that our rules beside libvirt's would
 * end: facts in, findings out. Rules of others are read by separate processes, never by libnftables in ours.
 */
@NullMarked
package org.virtnft.doctor;

import org.jspecify.annotations.NullMarked;
