package org.virtnft.libvirt;

import java.util.Optional;
import org.virtnft.definitions.LibvirtException;
import org.virtnft.definitions.LibvirtNetwork;

/** Where networks are defined: libvirt, or a test's. */
public interface DefinitionStore extends AutoCloseable {

    /** The network of this name, active or not; empty when there is none. */
    Optional<LibvirtNetwork> named(String name) throws LibvirtException;

    /** Defines a network, or defines it anew; what runs is not touched. */
    void define(String xml) throws LibvirtException;

    @Override
    void close();
}
