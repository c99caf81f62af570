package org.virtnft.network;

/** The ports from {@code first} to {@code last}, both included. */
public record PortRange(int first, int last) implements Comparable<PortRange> {

    /** What libvirt uses where nothing is said: no port that a server would call privileged. */
    public static final PortRange UNPRIVILEGED = new PortRange(1024, 65535);

    /**
     * @throws IllegalArgumentException when an end is not in 0..65535, or the ends are in the wrong order
     */
    public PortRange {
        if (first < 0 || last > 65535 || first > last) {
            throw new IllegalArgumentException("ports " + first + " to " + last + " are not a range within 0 to 65535");
        }
    }

    @Override
    public int compareTo(PortRange other) {
        int byFirst = Integer.compare(first, other.first);
        return byFirst != 0 ? byFirst : Integer.compare(last, other.last);
    }

    @Override
    public String toString() {
        return first + "-" + last;
    }
}
