package org.virtnft.transaction;

import java.util.List;
import java.util.Set;

/** Something is not possible, of a change that was to be made or of one that was only asked about. */
public abstract sealed class RefusedException extends RuntimeException permits ChangeException, DryRunException {
    private static final long serialVersionUID = 1;

    private final transient List<String> messages;
    private final transient Set<String> networks;

    RefusedException(List<String> messages, Set<String> networks) {
        super(String.join("; ", messages));
        this.messages = List.copyOf(messages);
        this.networks = Set.copyOf(networks);
    }

    /** The names of the networks that it failed for; empty where that is not known. */
    public final Set<String> networks() {
        return networks;
    }

    /** What went wrong, a line each. */
    public final List<String> messages() {
        return messages;
    }
}
