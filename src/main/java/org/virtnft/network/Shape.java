package org.virtnft.network;

/** Who makes the rules of a network. */
public enum Shape {
    /** nat, route or isolated for libvirt too: its rules stand beside ours, and both must let a packet pass. */
    COMPANION,
    /** open for libvirt, which then adds no rule; what to enforce stands in the network's metadata. */
    OWNER;

    /** The word for users. */
    public String word() {
        return this == COMPANION ? "companion" : "owner";
    }
}
