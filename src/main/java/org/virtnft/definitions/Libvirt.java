package org.virtnft.definitions;

import java.util.List;
import java.util.Optional;

/** A connection to libvirt, for a look at its networks. */
public interface Libvirt extends AutoCloseable {

    /** The way there; it may be lost at any time. */
    @FunctionalInterface
    interface Opener {
        Libvirt open() throws LibvirtException;
    }

    Optional<LibvirtNetwork> named(String name) throws LibvirtException;

    /** Those that run. */
    List<LibvirtNetwork> active() throws LibvirtException;

    /** Whether it takes an open network without an address. */
    boolean takesOpenWithoutIp() throws LibvirtException;

    @Override
    void close();
}
