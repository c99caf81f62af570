package org.virtnft.state;

/**
 * By what a definition is known again that a network was read from: one that is the same letter by letter says the same.
 *
 * @param digest "" where it must be read each time
 * @param uuid its UUID; "" for none
 */
public record DefinitionMark(String digest, String uuid) {

    public static final DefinitionMark NONE = new DefinitionMark("", "");
}
