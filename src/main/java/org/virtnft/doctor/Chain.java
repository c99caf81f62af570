package org.virtnft.doctor;

import java.util.List;
import java.util.Optional;

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
     */
    record Base(Packet.Hook hook, boolean accepts) {}

    Chain {
        rules = List.copyOf(rules);
    }
}
