package org.virtnft.network;

import java.util.Optional;

/**
 * The name of a bridge or of an uplink device, safe to stand in an nft script and as a file name.
 *
 * <p>The kernel is far more generous (dev_valid_name takes quotes, braces and stars), but libvirt checks neither bridge nor
 * device names, and nft parses what it is given: there is no escape inside its quotes, and a star at the end is a wildcard.
 */
public record InterfaceName(String value) implements Comparable<InterfaceName> {

    /** IFNAMSIZ less the final NUL, in bytes. */
    private static final int LONGEST = 15;

    /**
     * @throws IllegalArgumentException when it is not 1 to 15 of the letters {@code [A-Za-z0-9_.-]}, starts with "-", or is
     *     "." or ".."; the message holds the text as it is
     */
    public InterfaceName {
        boolean safe = !value.isEmpty()
                && value.length() <= LONGEST
                && value.charAt(0) != '-'
                && !value.equals(".")
                && !value.equals("..");
        for (int i = 0; safe && i < value.length(); i++) {
            char c = value.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            safe = letter || (c >= '0' && c <= '9') || "_.-".indexOf(c) >= 0;
        }
        if (!safe) {
            String shown = value.length() <= 64 ? value : value.substring(0, 64) + "...";
            throw new IllegalArgumentException("'" + shown
                    + "' is no interface name: 1 to 15 of the letters A-Z a-z 0-9 _ . - are, not starting with -");
        }
    }

    /** The same of a text that need not be one. */
    public static Optional<InterfaceName> of(String text) {
        try {
            return Optional.of(new InterfaceName(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public int compareTo(InterfaceName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
