package org.virtnft.xml;

import java.util.ArrayList;
import java.util.List;
import org.jdom2.Element;
import org.jdom2.located.LocatedElement;
import org.virtnft.network.Printable;

/** Collects what is wrong with one document, so that all of it is told at once. */
final class Problems {

    /** Nobody reads more; a hostile document has room for a million. */
    private static final int MOST_ERRORS = 100;

    private final String source;
    private final List<Problem> found = new ArrayList<>();
    private int errors;
    private boolean bearsOnNoRule;

    Problems(String source) {
        this.source = source;
    }

    /**
     * What is checked here bears on no rule of ours: a later libvirt may take what these take for an error, and then the start of an
     * owner network must not fail for it.
     */
    void ofNoRule(Runnable checks) {
        bearsOnNoRule = true;
        checks.run();
        bearsOnNoRule = false;
    }

    void error(Element at, String message, String remedy) {
        if (bearsOnNoRule) {
            unfit(at, message, remedy);
        } else {
            errors++;
            addBounded(Problem.Severity.ERROR, at, message, remedy);
        }
    }

    /** See {@link Problem.Severity#UNFIT}. */
    void unfit(Element at, String message, String remedy) {
        addBounded(Problem.Severity.UNFIT, at, message, remedy);
    }

    /** An error is never left out for what only makes a network unfit: then the last line is an error. */
    private void addBounded(Problem.Severity severity, Element at, String message, String remedy) {
        if (found.size() < MOST_ERRORS - 1) {
            add(severity, line(at), named(at), message, remedy);
            return;
        }
        boolean full = found.size() >= MOST_ERRORS;
        if (full && severity == Problem.Severity.ERROR && errors == 1) {
            found.remove(found.size() - 1);
            full = false;
        }
        if (!full) {
            add(severity, line(at), named(at), "and more errors, which are not told", "correct those above");
        }
    }

    void warning(Element at, String message, String remedy) {
        add(Problem.Severity.WARNING, line(at), named(at), message, remedy);
    }

    /** For what went wrong before there were elements. */
    void unreadable(int line, String message, String remedy) {
        errors++;
        add(Problem.Severity.ERROR, line, "XML", message, remedy);
    }

    private void add(Problem.Severity severity, int line, String element, String message, String remedy) {
        found.add(new Problem(severity, source, line, element, Printable.printable(message, 1024), remedy));
    }

    boolean hasErrors() {
        return errors > 0;
    }

    List<Problem> all() {
        return found;
    }

    private static int line(Element at) {
        return at instanceof LocatedElement located ? located.getLine() : 0;
    }

    /** The element's name with its parents below the network: {@code <forward><nat><port>}. */
    private static String named(Element at) {
        StringBuilder path = new StringBuilder("<" + at.getQualifiedName() + ">");
        Element parent = at.getParentElement();
        while (parent != null
                && !parent.getName().equals("network")
                && !parent.getName().equals("metadata")) {
            path.insert(0, "<" + parent.getQualifiedName() + ">");
            parent = parent.getParentElement();
        }
        return Printable.printable(path.toString(), 128);
    }
}
