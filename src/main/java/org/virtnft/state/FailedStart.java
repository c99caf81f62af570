package org.virtnft.state;

/**
 * A companion whose start we could not accompany: libvirt's rules alone protect it. The launcher writes these, without a JVM.
 *
 * @param message the line that went to the system's log
 */
public record FailedStart(String network, String message) {}
