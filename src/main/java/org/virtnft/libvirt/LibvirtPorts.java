package org.virtnft.libvirt;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.virtnft.definitions.LibvirtException;
import org.virtnft.network.Printable;

/**
 * The ports of networks: what libvirt remembers of each guest's interface (libvirt 5.5.0 and newer, src/libvirt-network.c). libvirt-java
 * 0.5.4 does not know them, so this talks to libvirt's library itself, on a connection of its own that is made when one is needed.
 */
final class LibvirtPorts implements AutoCloseable {

    /** The part of libvirt's library that is used here; what returns a pointer returns null for an error. */
    private interface Virt extends Library {
        @Nullable
        Pointer virConnectOpen(String uri);

        int virConnectClose(Pointer connection);

        @Nullable
        Pointer virNetworkLookupByName(Pointer connection, String name);

        int virNetworkFree(Pointer network);

        int virNetworkListAllPorts(Pointer network, PointerByReference ports, int flags);

        @Nullable
        Pointer virNetworkPortGetXMLDesc(Pointer port, int flags);

        @Nullable
        Pointer virNetworkPortCreateXML(Pointer network, String xml, int flags);

        int virNetworkPortFree(Pointer port);

        @Nullable
        String virGetLastErrorMessage();
    }

    private final List<String> uris;
    private final Virt virt;
    private @Nullable Pointer connection;

    LibvirtPorts(List<String> uris) throws LibvirtException {
        this.uris = List.copyOf(uris);
        try {
            this.virt = Native.load("virt", Virt.class, Map.of(Library.OPTION_STRING_ENCODING, "UTF-8"));
        } catch (LinkageError e) {
            throw new LibvirtException("libvirt's client library cannot be loaded", e);
        }
    }

    private interface Work<T> {
        T with(Pointer network) throws LibvirtException;
    }

    List<String> of(String name) throws LibvirtException {
        return on(name, network -> {
            PointerByReference array = new PointerByReference();
            int count = virt.virNetworkListAllPorts(network, array, 0);
            if (count < 0) {
                throw failed("the ports of " + Printable.network(name) + " cannot be listed");
            }
            List<String> found = new ArrayList<>();
            Pointer pointers = array.getValue();
            for (int i = 0; i < count; i++) {
                Pointer port = pointers.getPointer((long) i * Native.POINTER_SIZE);
                Pointer text = virt.virNetworkPortGetXMLDesc(port, 0);
                // null: it went since the list was made
                if (text != null) {
                    found.add(text.getString(0, "UTF-8"));
                    free(text);
                }
                virt.virNetworkPortFree(port);
            }
            free(pointers);
            return found;
        });
    }

    void create(String name, String xml) throws LibvirtException {
        on(name, network -> {
            Pointer port = virt.virNetworkPortCreateXML(network, xml, 0);
            if (port == null) {
                throw failed("a port of " + Printable.network(name) + " cannot be made again");
            }
            return virt.virNetworkPortFree(port);
        });
    }

    private <T> T on(String name, Work<T> work) throws LibvirtException {
        Pointer network = virt.virNetworkLookupByName(connected(), name);
        if (network == null) {
            throw failed(Printable.network(name) + " is not found");
        }
        try {
            return work.with(network);
        } finally {
            virt.virNetworkFree(network);
        }
    }

    private Pointer connected() throws LibvirtException {
        Pointer opened = connection;
        for (String uri : uris) {
            if (opened == null) {
                opened = virt.virConnectOpen(uri);
            }
        }
        if (opened == null) {
            throw failed("libvirt does not answer");
        }
        connection = opened;
        return opened;
    }

    private LibvirtException failed(String what) {
        return new LibvirtException(what + ": " + virt.virGetLastErrorMessage());
    }

    /** libvirt's strings and arrays come from malloc. */
    private static void free(Pointer memory) {
        Native.free(Pointer.nativeValue(memory));
    }

    @Override
    public void close() {
        Pointer opened = connection;
        if (opened != null) {
            virt.virConnectClose(opened);
            connection = null;
        }
    }
}
