package org.virtnft.transaction;

import java.util.List;
import java.util.Set;

/**
 * Why a change is not possible.
 *
 * @param conflict whether two networks claim the same: then the input is wrong, and nothing was asked
 * @param messages a line each
 * @param networks the names of those that it fails for, where that is known
 */
record Refusal(boolean conflict, List<String> messages, Set<String> networks) {

    Refusal {
        messages = List.copyOf(messages);
        networks = Set.copyOf(networks);
    }

    ChangeException ofChange() {
        ChangeException.Outcome outcome =
                conflict ? ChangeException.Outcome.CONFLICT : ChangeException.Outcome.UNCHANGED;
        return new ChangeException(outcome, messages, networks);
    }
}
