package org.virtnft.xml;

import org.virtnft.network.Words;

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
        WARNING
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** One line, whatever the definition held. */
    @Override
    public String toString() {
        return Words.printable(source, 256)
                + (line > 0 ? ":" + line : "")
                + (isError() ? ": " : ": warning: ")
                + (element.isEmpty() ? "" : element + ": ")
                + message
                + (remedy.isEmpty() ? "" : "; " + remedy);
    }
}
