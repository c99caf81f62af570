package org.virtnft.network;

/**
 * A network that gets no rules.
 *
 * @param mode libvirt's forward mode
 * @param why one clause that tells the administrator what this means
 */
public record RulelessNetwork(String name, String mode, String why) implements NetworkDefinition {}
