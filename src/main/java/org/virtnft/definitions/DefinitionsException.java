package org.virtnft.definitions;

import java.util.List;

/** The definitions that were asked for cannot be had. */
public final class DefinitionsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Whose fault it is. */
    public enum Reason {
        /** What was asked for: there is no such network or file, or it is none of those that are meant. */
        WRONG_WORDS,
        /** libvirt's: neither its daemon nor its files say. */
        NO_ANSWER
    }

    private final Reason reason;
    private final transient List<String> messages;

    private DefinitionsException(Reason reason, List<String> messages) {
        super(String.join("; ", messages));
        this.reason = reason;
        this.messages = List.copyOf(messages);
    }

    /** For what was asked for and is not there, a line each. */
    public static DefinitionsException wrongWords(List<String> messages) {
        return new DefinitionsException(Reason.WRONG_WORDS, messages);
    }

    static DefinitionsException noAnswer(LibvirtException cause) {
        DefinitionsException failure = new DefinitionsException(Reason.NO_ANSWER, List.of("" + cause.getMessage()));
        failure.initCause(cause);
        return failure;
    }

    public Reason reason() {
        return reason;
    }

    /** What is wrong, a line each. */
    public List<String> messages() {
        return messages;
    }
}
