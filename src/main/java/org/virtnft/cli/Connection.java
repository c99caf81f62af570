package org.virtnft.cli;

import java.util.List;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.Definitions;
import org.virtnft.definitions.DefinitionsException;
import org.virtnft.definitions.LibvirtException;
import org.virtnft.libvirt.LibvirtControl;
import org.virtnft.libvirt.LibvirtNetworks;
import org.virtnft.libvirt.NetworkControl;
import picocli.CommandLine.Option;

/** The way to libvirt, for commands that ask it. */
final class Connection {

    @Option(
            names = "--connect",
            paramLabel = "URI",
            description = "The libvirt to ask (default: network:///system, else qemu:///system).")
    private List<String> uris = List.of();

    Definitions definitions() {
        return new Definitions(() -> LibvirtNetworks.connect(uris()));
    }

    /** A connection on which networks are changed. */
    NetworkControl control() throws LibvirtException {
        return LibvirtControl.connect(uris());
    }

    private List<String> uris() {
        return uris.isEmpty() ? LibvirtNetworks.DEFAULT_URIS : uris;
    }

    /**
     * Networks of files, and then by name. Where names cannot be had, the files' errors are told all the same.
     *
     * @param activeOnly whether a named one that is not running is an error
     */
    List<DefinedNetwork> given(GivenFiles files, List<String> names, boolean activeOnly) {
        List<DefinedNetwork> given = files.read();
        try {
            given.addAll(definitions().named(names, activeOnly));
        } catch (DefinitionsException e) {
            List<String> errors = DefinedNetwork.errors(given);
            if (errors.isEmpty()) {
                throw e;
            }
            errors.addAll(e.messages());
            throw CommandException.badInput(errors);
        }
        return given;
    }
}
