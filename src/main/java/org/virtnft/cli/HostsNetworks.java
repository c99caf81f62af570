package org.virtnft.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.Definitions;
import org.virtnft.definitions.LibvirtException;
import org.virtnft.definitions.LibvirtFiles;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.definitions.RunningNetworks;
import org.virtnft.host.HostFiles;
import org.virtnft.libvirt.LibvirtNetworks;
import picocli.CommandLine.Option;

/** Libvirt's networks on this host, for commands that can do without its daemon. */
final class HostsNetworks {

    @Option(
            names = "--connect",
            paramLabel = "URI",
            description = "The libvirt to ask (default: none; its files are read, whether its daemon runs or not).")
    private List<String> uris = List.of();

    /** Those that run. */
    RunningNetworks running(HostFiles files, Instant asked) {
        return uris.isEmpty()
                ? RunningNetworks.byFiles(
                        DefinedNetwork.all(Definitions.activeByFiles(new LibvirtFiles(files.root()))), asked)
                : new RunningNetworks(
                        DefinedNetwork.all(new Definitions(() -> LibvirtNetworks.connect(uris)).active()), asked);
    }

    /** All, running or only defined; those of the files also where libvirt was asked: a URI can reach one that knows nothing of them. */
    List<LibvirtNetwork> all(HostFiles files) {
        try {
            List<LibvirtNetwork> all = new ArrayList<>(new LibvirtFiles(files.root()).all());
            if (!uris.isEmpty()) {
                try (LibvirtNetworks libvirt = LibvirtNetworks.connect(uris)) {
                    all.addAll(libvirt.all());
                }
            }
            return all;
        } catch (LibvirtException e) {
            throw CommandException.failed("" + e.getMessage());
        }
    }
}
