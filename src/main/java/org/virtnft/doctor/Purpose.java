package org.virtnft.doctor;

/** What guests want of a host that has their packets pass. */
enum Purpose {
    OUT("new connections of its guests"),
    ANSWERS("answers to its guests"),
    IN("new connections to its guests"),
    BESIDE("packets between its guests (br_netfilter is on)"),
    BETWEEN("frames between its guests"),
    DHCP("its guests' DHCP requests to this host"),
    DNS("its guests' DNS requests to this host");

    private final String words;

    Purpose(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    /** To or from another network than its own. */
    boolean isForwarded() {
        return this == OUT || this == ANSWERS || this == IN;
    }

    /** Asked of the host itself, not forwarded. */
    boolean isService() {
        return this == DHCP || this == DNS;
    }
}
