package org.virtnft.network;

/** The addresses from {@code first} to {@code last}, both included. */
public record AddressRange(Address first, Address last) {

    /**
     * @throws IllegalArgumentException when the ends are of two families, or in the wrong order
     */
    public AddressRange {
        if (first.family() != last.family()) {
            throw new IllegalArgumentException(first + " and " + last + " are of two families");
        }
        if (first.compareTo(last) > 0) {
            throw new IllegalArgumentException("the range starts at " + first + ", after its end " + last);
        }
    }
}
