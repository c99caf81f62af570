package org.virtnft.cli;

import java.util.List;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.Definitions;
import org.virtnft.definitions.LibvirtException;
import org.virtnft.libvirt.NetworkControl;
import picocli.CommandLine.Mixin;

/** A command that asks libvirt, and knows what is applied. */
abstract class AskingLibvirt extends Stateful {

    @Mixin
    private Connection connection = new Connection();

    final Definitions definitions() {
        return connection.definitions();
    }

    final NetworkControl control() throws LibvirtException {
        return connection.control();
    }

    /** Networks of files, and then by name, see {@link Connection#given}. */
    final List<DefinedNetwork> given(GivenFiles files, List<String> names, boolean activeOnly) {
        return connection.given(files, names, activeOnly);
    }
}
