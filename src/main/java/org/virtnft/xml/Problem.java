package org.virtnft.xml;

import org.virtnft.network.Printable;

/**
 * What is wrong with, or surprising in, a definition.
 *
 * @param source the file, or where else the XML came from
 * @param line the line in it, counted from 1; 0 when the parser gave none
 * @param element the element or attribute, as an administrator would point at it; "" for the document as a whole
 * @param remedy what to do about it
 */
public record Problem(Severity severity, String source, int line, String element, String message, String remedy) {

    /** Whether the definition can be used all the same. */
    public enum Severity {
        ERROR,
        /**
         * It can be applied, and no working network comes of it: an error to whoever still writes the definition, a warning where a
         * network starts or runs with it, for that one must not be stopped or blocked for it.
         */
        UNFIT,
        WARNING
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /**
     * A warning of which only its line is known: it was told before.
     *
     * @param line what {@link #toString} said
     */
    public static Problem told(String line) {
        return new Problem(Severity.WARNING, "", 0, "", line, "");
    }

    /** The same for whoever still writes the definition. */
    Problem strict() {
        return severity == Severity.UNFIT ? new Problem(Severity.ERROR, source, line, element, message, remedy) : this;
    }

    /** One line, whatever the definition held. */
    @Override
    public String toString() {
        if (source.isEmpty()) {
            return message;
        }
        return Printable.printable(source, 256)
                + (line > 0 ? ":" + line : "")
                + (isError() ? ": " : ": warning: ")
                + (element.isEmpty() ? "" : element + ": ")
                + message
                + (remedy.isEmpty() ? "" : "; " + remedy);
    }
}
