package org.virtnft.libvirt;

import java.util.List;
import java.util.Optional;
import org.virtnft.definitions.LibvirtException;
import org.virtnft.definitions.LibvirtNetwork;

/** A connection to libvirt on which networks are changed; for the commands that exist for that, and no other. */
public final class LibvirtControl implements NetworkControl {

    private final LibvirtNetworks networks;
    private final LibvirtPorts ports;

    private LibvirtControl(LibvirtNetworks networks, LibvirtPorts ports) {
        this.networks = networks;
        this.ports = ports;
    }

    /**
     * Connects to the first of the URIs that answers.
     *
     * @throws LibvirtException when none does, or libvirt's client library is not installed
     */
    public static LibvirtControl connect(List<String> uris) throws LibvirtException {
        LibvirtNetworks networks = LibvirtNetworks.connectForWriting(uris);
        return new LibvirtControl(networks, new LibvirtPorts(uris));
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
    public void stop(String name) throws LibvirtException {
        networks.stop(name);
    }

    @Override
    public void start(String name) throws LibvirtException {
        networks.start(name);
    }

    @Override
    public List<String> ports(String name) throws LibvirtException {
        return ports.of(name);
    }

    @Override
    public void createPort(String name, String xml) throws LibvirtException {
        ports.create(name, xml);
    }

    @Override
    public void close() {
        ports.close();
        networks.close();
    }
}
