package org.virtnft.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.network.Words;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Source;
import org.virtnft.xml.Problem;
import org.virtnft.xml.Reading;

/**
 * A network that a command was given.
 *
 * @param given the name or file as the administrator wrote it
 * @param policySeen our element in the network's live XML, which may be older than the one in force
 * @param policy our element in force
 * @param note what else to tell about it; "" for nothing
 */
record Named(String given, Source source, Reading reading, String policy, String policySeen, String note) {

    /** The network's name; what was given, where none could be read. */
    String name() {
        return reading.name().orElse(given);
    }

    /** What is wrong with the networks of one command: each by itself, and two that claim one name or one bridge. */
    static List<String> errors(List<Named> networks) {
        List<String> errors = new ArrayList<>();
        for (Named each : networks) {
            each.reading().errors().forEach(problem -> errors.add(problem.toString()));
        }
        Set<String> seen = new HashSet<>();
        for (Named each : networks) {
            if (!seen.add("name " + each.name())) {
                errors.add(each.given() + ": <name>: network '" + Words.printable(each.name(), 128)
                        + "' is given twice; rename one");
            }
            Optional<InterfaceName> bridge = each.reading().bridge();
            if (bridge.isPresent() && !seen.add("bridge " + bridge.get())) {
                errors.add(each.given() + ": <bridge>: " + bridge.get()
                        + " is the bridge of another network of this command; give it one of its own");
            }
        }
        return errors;
    }

    /** As the state keeps it. */
    AppliedNetwork applied(VirtualNetwork network, Instant now) {
        List<String> warnings =
                reading.warnings().stream().map(Problem::toString).toList();
        return AppliedNetwork.of(network, source, now, policy, policySeen, warnings);
    }
}
