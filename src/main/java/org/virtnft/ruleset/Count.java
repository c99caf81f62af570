package org.virtnft.ruleset;

/**
 * What a counter of the kernel says.
 *
 * @param packets unsigned, as the kernel has it
 * @param bytes unsigned too
 */
public record Count(long packets, long bytes) {

    /** What a new counter says. */
    public static final Count NONE = new Count(0, 0);

    /**
     * From the kernel's own digits.
     *
     * @throws NumberFormatException when they are none
     */
    public static Count parse(String packets, String bytes) {
        return new Count(Long.parseUnsignedLong(packets), Long.parseUnsignedLong(bytes));
    }

    /** The one that has counted longer, of two readings of a counter. */
    public Count later(Count other) {
        return Long.compareUnsigned(packets, other.packets) < 0 ? other : this;
    }

    /** In nft's words, {@code packets 1 bytes 60}. */
    @Override
    public String toString() {
        return "packets " + Long.toUnsignedString(packets) + " bytes " + Long.toUnsignedString(bytes);
    }
}
