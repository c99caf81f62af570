package org.virtnft.transaction;

import org.virtnft.kernel.KernelException;

/** nft does not list our table, and not because there is none. */
final class ListingException extends KernelException {
    private static final long serialVersionUID = 1;

    ListingException(String message) {
        super(message);
    }
}
