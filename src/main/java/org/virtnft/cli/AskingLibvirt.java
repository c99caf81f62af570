package org.virtnft.cli;

import java.util.List;
import org.virtnft.libvirt.LibvirtNetworks;
import picocli.CommandLine.Option;

/** A command that asks libvirt. */
abstract class AskingLibvirt extends Shared {

    @Option(
            names = "--connect",
            paramLabel = "URI",
            description = "The libvirt to ask (default: network:///system, else qemu:///system).")
    private List<String> uris = List.of();

    final Definitions definitions() {
        return new Definitions(uris.isEmpty() ? LibvirtNetworks.DEFAULT_URIS : uris);
    }
}
