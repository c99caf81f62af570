package org.virtnft.network;

/** A network as libvirt defines it: one with rules, or one that has none. */
public sealed interface NetworkDefinition permits VirtualNetwork, RulelessNetwork {

    /** The network's name, its identity; anything but "/" and a newline may stand in it. */
    String name();
}
