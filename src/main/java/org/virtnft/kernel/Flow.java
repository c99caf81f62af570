package org.virtnft.kernel;

import org.virtnft.network.Address;

/**
 * A connection that the kernel tracks.
 *
 * @param protocol as in IP's header
 * @param source who began it
 * @param replySource who answers: the destination that is meant, whatever address the first packet named
 * @param replyDestination where answers go: the source as the destination sees it
 * @param replyPort the port there, 0 for a protocol without
 * @param sourceTranslated whether it has another source for its destination
 * @param destinationTranslated whether the first packet named another destination
 * @param answered whether an answer was seen
 * @param expected whether it is part of another one, as a file's transfer is of FTP's
 */
public record Flow(
        int protocol,
        Address source,
        Address replySource,
        Address replyDestination,
        int replyPort,
        boolean sourceTranslated,
        boolean destinationTranslated,
        boolean answered,
        boolean expected) {

    private static final int TCP = 6;
    private static final int UDP = 17;

    /** Whether it is of a protocol whose ports nftables translates into a range. */
    public boolean hasPorts() {
        return protocol == TCP || protocol == UDP;
    }
}
