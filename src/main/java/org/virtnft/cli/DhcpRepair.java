package org.virtnft.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.virtnft.host.DhcpChecksums;
import org.virtnft.host.ProgramException;
import org.virtnft.network.InterfaceName;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;
import org.virtnft.state.StateDirectory;
import org.virtnft.transaction.Aftermath;
import org.virtnft.transaction.Result;

/**
 * Completes the checksums of DHCP answers where that became ours to do, and leaves them alone where it is not any more; says where it
 * cannot be done. At a network's start the launcher does it, for the bridge is not there before.
 */
record DhcpRepair(DhcpChecksums checksums, StateDirectory state, PrintWriter err) implements Aftermath {

    @Override
    public void follow(Snapshot before, Snapshot after, boolean mended) {
        List<String> ours = new ArrayList<>();
        List<String> left = new ArrayList<>();
        for (InterfaceName bridge : Result.changed(before, after)) {
            if (needs(after, bridge)) {
                ours.add(bridge.value());
            } else if (needs(before, bridge)) {
                left.add(bridge.value());
            }
        }
        for (InterfaceName bridge : after.networks().keySet()) {
            boolean failed =
                    needs(after, bridge) && state.checksumFailures().of(bridge).isPresent();
            if (failed && !ours.contains(bridge.value())) {
                ours.add(bridge.value());
            }
        }
        try {
            checksums.leave(left);
            checksums.complete(ours).lines().forEach(err::println);
        } catch (ProgramException e) {
            // the change stands, and some guests' clients may drop what they get
            err.println("virt-nft: whether the checksums of DHCP answers are complete is not known: " + e.getMessage());
        }
        err.flush();
    }

    private static boolean needs(Snapshot snapshot, InterfaceName bridge) {
        return Optional.ofNullable(snapshot.networks().get(bridge))
                .filter(AppliedNetwork::needsDhcpRepair)
                .isPresent();
    }
}
