package org.virtnft.cli;

import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import org.virtnft.definitions.LibvirtFiles;
import org.virtnft.definitions.RunningNetworkFiles;
import org.virtnft.host.DhcpChecksums;
import org.virtnft.host.HostFiles;
import org.virtnft.state.StateDirectory;
import org.virtnft.transaction.Aftermath;
import org.virtnft.transaction.Applier;
import org.virtnft.transaction.HostAppliers;
import org.virtnft.transaction.StepListener;

/**
 * Makes what changes the kernel, with all that must follow a change.
 *
 * @param err for what could not be done afterwards
 */
record Appliers(PrintWriter err) {

    /**
     * For this host.
     *
     * @param dhcpChecksums the program of that name
     */
    Applier of(StateDirectory state, StepListener listener, String dhcpChecksums) {
        Aftermath repair = new DhcpRepair(new DhcpChecksums(dhcpChecksums, state.canonical()), state, err);
        LibvirtFiles libvirt = new LibvirtFiles(HostFiles.REAL.root());
        return onThisHost()
                .of(
                        state,
                        new RunningNetworkFiles(libvirt, state.left(), Clock.systemUTC()::instant),
                        listener,
                        repair);
    }

    /** For a namespace that is thrown away: no libvirt's networks are there, nor guests with DHCP. */
    Applier ofDemo(StateDirectory state) {
        return onThisHost().of(state, List::of);
    }

    private HostAppliers onThisHost() {
        return new HostAppliers(line -> err.println("virt-nft: " + line));
    }
}
