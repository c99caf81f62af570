package org.virtnft.report;

import java.util.ArrayList;
import java.util.List;

/**
 * How networks are, and their host.
 *
 * @param faults what is not as it should be, beside what the networks' own states say
 * @param notes what else is worth knowing
 * @param uncertain whether something could not be found out; the faults say what
 */
public record Status(List<NetworkStatus> networks, List<String> faults, List<String> notes, boolean uncertain) {

    public Status {
        networks = List.copyOf(networks);
        faults = List.copyOf(faults);
        notes = List.copyOf(notes);
    }

    /** Whether all is as it should be. */
    public boolean isInOrder() {
        return faults.isEmpty() && networks.stream().allMatch(NetworkStatus::isInOrder);
    }

    /** Faults first. */
    public List<String> remarks() {
        List<String> all = new ArrayList<>(faults);
        all.addAll(notes);
        return all;
    }
}
