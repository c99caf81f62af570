package org.virtnft.libvirt;

import java.util.List;
import org.virtnft.definitions.LibvirtException;

/** Where networks are defined, stopped and started: libvirt, or a test's. */
public interface NetworkControl extends DefinitionStore {

    /** Stops an active network: its bridge goes, and libvirt forgets its ports. */
    void stop(String name) throws LibvirtException;

    /** Starts a network by its definition. */
    void start(String name) throws LibvirtException;

    /** The ports of an active network, a {@code <networkport>} each: what guests are connected to. */
    List<String> ports(String name) throws LibvirtException;

    /** Makes a port of an active network. Its XML must not say what it is plugged into: libvirt finds that. */
    void createPort(String name, String xml) throws LibvirtException;
}
