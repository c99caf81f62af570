package org.virtnft.xml;

import java.util.List;
import org.jdom2.Content;
import org.jdom2.Element;
import org.jdom2.Text;

/** Puts elements into a document and takes them out so that its indentation stays, for people read the difference. */
final class Layout {

    private static final String STEP = "  ";

    private Layout() {}

    /** Before another element, on a line of its own where that one is on a line of its own. */
    static void before(Element place, Element fresh) {
        Element parent = place.getParentElement();
        String indent = indentOf(place);
        indent(fresh, indent);
        int at = parent.indexOf(place);
        parent.addContent(at, fresh);
        if (!indent.isEmpty()) {
            parent.addContent(at + 1, new Text(indent));
        }
    }

    /** In another element's place. */
    static void replace(Element former, Element fresh) {
        Element parent = former.getParentElement();
        indent(fresh, indentOf(former));
        parent.setContent(parent.indexOf(former), fresh);
    }

    /** Behind the last child. */
    static void append(Element parent, Element fresh) {
        List<Element> children = parent.getChildren();
        if (children.isEmpty()) {
            first(parent, fresh);
            return;
        }
        Element last = children.get(children.size() - 1);
        String indent = indentOf(last);
        indent(fresh, indent);
        int at = parent.indexOf(last) + 1;
        if (!indent.isEmpty()) {
            parent.addContent(at++, new Text(indent));
        }
        parent.addContent(at, fresh);
    }

    /** Ahead of the first child. */
    static void prepend(Element parent, Element fresh) {
        List<Element> children = parent.getChildren();
        if (children.isEmpty()) {
            first(parent, fresh);
        } else {
            before(children.get(0), fresh);
        }
    }

    private static void first(Element parent, Element fresh) {
        String indent = indentOf(parent);
        parent.removeContent();
        parent.addContent(fresh);
        indent(parent, indent);
    }

    /** With the white space before it. */
    static void remove(Element element) {
        Element parent = element.getParentElement();
        int at = parent.indexOf(element);
        element.detach();
        if (at > 0
                && parent.getContent(at - 1) instanceof Text text
                && text.getTextTrim().isEmpty()) {
            text.detach();
        }
    }

    /** The line break and blanks before an element; "" where it does not begin a line. */
    private static String indentOf(Element element) {
        Element parent = element.getParentElement();
        int at = parent == null ? 0 : parent.indexOf(element);
        if (parent == null || at == 0) {
            return "";
        }
        Content before = parent.getContent(at - 1);
        String text = before instanceof Text ? before.getValue() : "";
        int newline = text.lastIndexOf('\n');
        String indent = newline < 0 ? "" : text.substring(newline);
        return indent.isBlank() ? indent : "";
    }

    /** Indents the children of an element that has only elements. */
    private static void indent(Element element, String indent) {
        List<Element> children = List.copyOf(element.getChildren());
        if (indent.isEmpty() || children.isEmpty()) {
            return;
        }
        for (Element child : children) {
            element.addContent(element.indexOf(child), new Text(indent + STEP));
            indent(child, indent + STEP);
        }
        element.addContent(new Text(indent));
    }
}
