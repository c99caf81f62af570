package org.virtnft.libvirt;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.libvirt.Connect;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.ErrorCallback;
import org.libvirt.Network;
import org.virtnft.definitions.Libvirt;
import org.virtnft.definitions.LibvirtException;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.network.Printable;

/** A connection to libvirt, read-only for all who do not say otherwise. */
public final class LibvirtNetworks implements Libvirt {

    /** The network driver's own daemon; where the monolithic one has several drivers, {@code qemu:///system} reaches it. */
    public static final List<String> DEFAULT_URIS = List.of("network:///system", "qemu:///system");

    /** VIR_NETWORK_XML_INACTIVE. */
    private static final int XML_INACTIVE = 1;

    /** libvirt prints errors on stderr as well as returning them. C keeps a pointer to it, so it must not be collected. */
    private static final ErrorCallback QUIET = new ErrorCallback();

    /** The first release that takes an open network without an address: 10.8.0. */
    private static final long OPEN_WITHOUT_IP = 10_008_000;

    private final Connect connection;

    private LibvirtNetworks(Connect connection) {
        this.connection = connection;
    }

    /**
     * Connects to the first of the URIs that answers.
     *
     * @throws LibvirtException when none does, or libvirt's client library is not installed
     */
    public static LibvirtNetworks connect(List<String> uris) throws LibvirtException {
        return new LibvirtNetworks(open(uris, true));
    }

    /** One on which definitions can be changed. */
    static LibvirtNetworks connectForWriting(List<String> uris) throws LibvirtException {
        return new LibvirtNetworks(open(uris, false));
    }

    private static Connect open(List<String> uris, boolean readOnly) throws LibvirtException {
        List<String> refusals = new ArrayList<>();
        for (String uri : uris) {
            try {
                Connect.setErrorCallback(QUIET);
                return new Connect(uri, readOnly);
            } catch (org.libvirt.LibvirtException e) {
                refusals.add(uri + ": " + e.getMessage());
            } catch (LinkageError e) {
                throw new LibvirtException(
                        "libvirt's client library cannot be loaded: install it (Debian: libvirt0, Fedora: libvirt-libs)",
                        e);
            }
        }
        throw new LibvirtException(
                "libvirt does not answer (" + String.join("; ", refusals) + "): start it, or name one with --connect");
    }

    /** The daemon's release, as libvirt counts: a million for each major one, a thousand for each minor one. */
    private long version() throws LibvirtException {
        try {
            return connection.getLibVersion();
        } catch (org.libvirt.LibvirtException e) {
            throw new LibvirtException("libvirt does not say which release it is: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean takesOpenWithoutIp() throws LibvirtException {
        return version() >= OPEN_WITHOUT_IP;
    }

    /** The network of this name, active or not; empty when there is none. */
    @Override
    public Optional<LibvirtNetwork> named(String name) throws LibvirtException {
        try {
            Network network = connection.networkLookupByName(name);
            try {
                return Optional.of(read(network));
            } finally {
                network.free();
            }
        } catch (org.libvirt.LibvirtException e) {
            if (gone(e)) {
                return Optional.empty();
            }
            throw new LibvirtException("libvirt does not give " + Printable.network(name) + ": " + e.getMessage(), e);
        }
    }

    /** Defines a network, or defines it anew: what runs is not touched. */
    void define(String xml) throws LibvirtException {
        try {
            connection.networkDefineXML(xml).free();
        } catch (org.libvirt.LibvirtException e) {
            throw new LibvirtException("libvirt does not take it: " + e.getMessage(), e);
        }
    }

    private interface Work {
        void with(Network network) throws org.libvirt.LibvirtException;
    }

    void stop(String name) throws LibvirtException {
        on(name, "stop", Network::destroy);
    }

    void start(String name) throws LibvirtException {
        on(name, "start", Network::create);
    }

    private void on(String name, String verb, Work work) throws LibvirtException {
        try {
            Network network = connection.networkLookupByName(name);
            try {
                work.with(network);
            } finally {
                network.free();
            }
        } catch (org.libvirt.LibvirtException e) {
            throw new LibvirtException(
                    "libvirt does not " + verb + " " + Printable.network(name) + ": " + e.getMessage(), e);
        }
    }

    /** All active networks. */
    @Override
    public List<LibvirtNetwork> active() throws LibvirtException {
        // one that stopped since the list was made is simply no longer there
        return listed(Connect::listNetworks).stream()
                .filter(LibvirtNetwork::isActive)
                .toList();
    }

    /** All networks, active or only defined. */
    public List<LibvirtNetwork> all() throws LibvirtException {
        // those that start meanwhile are in both lists, and not in none
        List<LibvirtNetwork> all = listed(Connect::listDefinedNetworks);
        all.addAll(listed(Connect::listNetworks));
        return all;
    }

    private interface Names {
        String[] of(Connect connection) throws org.libvirt.LibvirtException;
    }

    private List<LibvirtNetwork> listed(Names names) throws LibvirtException {
        List<LibvirtNetwork> found = new ArrayList<>();
        try {
            for (String name : names.of(connection)) {
                named(name).ifPresent(found::add);
            }
        } catch (org.libvirt.LibvirtException e) {
            throw new LibvirtException("libvirt does not list its networks: " + e.getMessage(), e);
        }
        return found;
    }

    private static LibvirtNetwork read(Network network) throws org.libvirt.LibvirtException {
        Optional<String> live = network.isActive() == 1 ? Optional.of(network.getXMLDesc(0)) : Optional.empty();
        Optional<String> persistent =
                network.isPersistent() == 1 ? Optional.of(network.getXMLDesc(XML_INACTIVE)) : Optional.empty();
        return new LibvirtNetwork(network.getName(), live, persistent);
    }

    private static boolean gone(org.libvirt.LibvirtException e) {
        return e.getError() != null && e.getError().getCode() == ErrorNumber.VIR_ERR_NO_NETWORK;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (org.libvirt.LibvirtException e) {
            return; // nothing can be done, and nothing depends on it
        }
    }
}
