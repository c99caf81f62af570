package org.virtnft.cli;

import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import org.virtnft.definitions.LibvirtFiles;
import org.virtnft.definitions.RunningNetworkFiles;
import org.virtnft.flows.Flows;
import org.virtnft.host.DhcpChecksums;
import org.virtnft.host.HostFiles;
import org.virtnft.kernel.ConntrackNetlink;
import org.virtnft.kernel.Interfaces;
import org.virtnft.kernel.LibNftables;
import org.virtnft.kernel.RouteNetlink;
import org.virtnft.ruleset.Ruleset;
import org.virtnft.state.StateDirectory;
import org.virtnft.transaction.Aftermath;
import org.virtnft.transaction.Applier;
import org.virtnft.transaction.Restoration;
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
        Clock clock = Clock.systemUTC();
        Restoration restoration = new Restoration(
                new Interfaces()::exists,
                new RunningNetworkFiles(new LibvirtFiles(HostFiles.REAL.root()), state.left(), clock::instant),
                clock);
        return new Applier(
                state,
                new LibNftables(),
                Ruleset.own(),
                listener,
                Stateful.LOCK_DEADLINE,
                flowsEnd().then(repair),
                restoration);
    }

    /** For a namespace that is thrown away: no libvirt's networks are there, nor guests with DHCP. */
    Applier ofDemo(StateDirectory state) {
        Restoration nothing = new Restoration(new Interfaces()::exists, List::of, Clock.systemUTC());
        return new Applier(
                state,
                new LibNftables(),
                Ruleset.own(),
                StepListener.NONE,
                Stateful.LOCK_DEADLINE,
                flowsEnd(),
                nothing);
    }

    private Aftermath flowsEnd() {
        Flows flows = new Flows(
                new ConntrackNetlink(),
                new RouteNetlink(),
                new Interfaces()::exists,
                line -> err.println("virt-nft: " + line));
        return flows::end;
    }
}
