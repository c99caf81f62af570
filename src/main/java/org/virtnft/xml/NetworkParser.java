package org.virtnft.xml;

import java.util.Optional;

/** Reads many documents one after the other: to make a parser costs more than to read a network with it. For one thread. */
public final class NetworkParser {

    private final XmlParser parser = new XmlParser();

    /** One document, see {@link NetworkReader#read(String, byte[])}. */
    public Reading read(String source, byte[] xml) {
        return NetworkReader.read(parser, source, xml, Optional.empty());
    }

    /** One with our element taken from elsewhere, see {@link NetworkReader#read(String, byte[], Optional)}. */
    public Reading read(String source, byte[] xml, String policy) {
        return NetworkReader.read(parser, source, xml, Optional.of(policy));
    }
}
