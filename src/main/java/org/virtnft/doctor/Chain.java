package org.virtnft.doctor;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A chain of somebody's.
 *
 * @param base where packets enter it; empty for one that others jump to
 */
record Chain(String name, Optional<Base> base, List<Rule> rules) {

    /**
     * Where packets enter.
     *
     * @param accepts what becomes of a packet of which no rule speaks
     * @param devices by which they come in; empty for any
     */
    record Base(Packet.Hook hook, boolean accepts, Set<String> devices) {

        Base(Packet.Hook hook, boolean accepts) {
            this(hook, accepts, Set.of());
        }

        boolean meets(Packet packet) {
            return hook == packet.hook()
                    && (devices.isEmpty()
                            || packet.in().filter(devices::contains).isPresent());
        }
    }

    Chain {
        rules = List.copyOf(rules);
    }
}
