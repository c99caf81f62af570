package org.virtnft.cli;

import java.util.List;
import org.virtnft.definitions.Named;
import org.virtnft.libvirt.LibvirtNetworks;
import picocli.CommandLine.Option;

/** The way to libvirt, for commands that ask it. */
final class Connection {

    @Option(
            names = "--connect",
            paramLabel = "URI",
            description = "The libvirt to ask (default: network:///system, else qemu:///system).")
    private List<String> uris = List.of();

    Definitions definitions() {
        return new Definitions(uris.isEmpty() ? LibvirtNetworks.DEFAULT_URIS : uris);
    }

    /**
     * Networks of files, and then by name. Where names cannot be had, the files' errors are told all the same.
     *
     * @param activeOnly whether a named one that is not running is an error
     */
    List<Named> given(GivenFiles files, List<String> names, boolean activeOnly) {
        List<Named> given = files.read();
        try {
            given.addAll(definitions().named(names, activeOnly));
        } catch (CommandException e) {
            List<String> errors = Named.errors(given);
            if (errors.isEmpty()) {
                throw e;
            }
            errors.addAll(e.messages());
            throw CommandException.badInput(errors);
        }
        return given;
    }
}
