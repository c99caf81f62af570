package org.virtnft.libvirt;

import java.util.List;
import java.util.Optional;

/** A connection to libvirt on which definitions are changed; for the commands that exist for that, and no other. */
public final class LibvirtDefinitions implements DefinitionStore {

    private final LibvirtNetworks networks;

    private LibvirtDefinitions(LibvirtNetworks networks) {
        this.networks = networks;
    }

    /**
     * Connects to the first of the URIs that answers.
     *
     * @throws LibvirtException when none does, or libvirt's client library is not installed
     */
    public static LibvirtDefinitions connect(List<String> uris) throws LibvirtException {
        return new LibvirtDefinitions(LibvirtNetworks.connectForWriting(uris));
    }

    @Override
    public Optional<LibvirtNetwork> named(String name) throws LibvirtException {
        return networks.named(name);
    }

    @Override
    public void define(String xml) throws LibvirtException {
        networks.define(xml);
    }

    @Override
    public void close() {
        networks.close();
    }
}
