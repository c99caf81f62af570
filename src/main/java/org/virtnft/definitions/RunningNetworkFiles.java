package org.virtnft.definitions;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.LeftNetworks;
import org.virtnft.state.StateException;
import org.virtnft.xml.Problem;

/**
 * The networks that run, by libvirt's own files: what our state said before it was lost.
 *
 * @param left the companions of which it said nothing
 * @param now the time to note for them
 */
public record RunningNetworkFiles(LibvirtFiles files, LeftNetworks left, Supplier<Instant> now)
        implements Supplier<List<AppliedNetwork>> {

    /**
     * Those that have rules; an owner network that cannot be applied is blocked.
     *
     * @throws StateException when a file cannot be read: whoever might be open must not be taken for nobody
     */
    @Override
    public List<AppliedNetwork> get() {
        List<AppliedNetwork> found = new ArrayList<>();
        try {
            for (DefinedNetwork network : DefinedNetwork.all(files.active())) {
                if (!network.isLeft(left)) {
                    applied(network).ifPresent(found::add);
                }
            }
        } catch (LibvirtException e) {
            throw new StateException("the state was lost, and what runs cannot be found out: " + e.getMessage(), e);
        }
        return found;
    }

    private Optional<AppliedNetwork> applied(DefinedNetwork named) {
        List<Problem> errors = named.reading().errors();
        if (!errors.isEmpty()) {
            return named.reading()
                    .bridge()
                    .filter(bridge -> named.unprotected())
                    .map(bridge -> AppliedNetwork.blocked(
                            named.name(), bridge, now.get(), errors.get(0).toString()));
        }
        return named.reading().network().orElse(null) instanceof VirtualNetwork network
                ? Optional.of(named.applied(network, now.get()))
                : Optional.empty();
    }
}
