package org.virtnft.state;

/** Where an applied network was read, and so who decides that it is gone. */
public enum Source {
    /** libvirt, by the hook or by name: it goes when libvirt says that the network is not active. */
    LIBVIRT,
    /** A file: it stays until it is removed by name. */
    FILE
}
