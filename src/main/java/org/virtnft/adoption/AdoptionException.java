package org.virtnft.adoption;

import java.util.List;

/** Networks were not given the other shape. */
public final class AdoptionException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What it left behind. */
    public enum Outcome {
        /** All is as before. */
        UNCHANGED,
        /** The way back failed too: the messages say of what. */
        UNCERTAIN
    }

    private final Outcome outcome;
    private final transient List<String> messages;

    AdoptionException(Outcome outcome, List<String> messages) {
        super(String.join("; ", messages));
        this.outcome = outcome;
        this.messages = List.copyOf(messages);
    }

    static AdoptionException unchanged(String message) {
        return new AdoptionException(Outcome.UNCHANGED, List.of(message));
    }

    static AdoptionException uncertain(List<String> messages) {
        return new AdoptionException(Outcome.UNCERTAIN, messages);
    }

    public Outcome outcome() {
        return outcome;
    }

    /** What went wrong, a line each. */
    public List<String> messages() {
        return messages;
    }
}
