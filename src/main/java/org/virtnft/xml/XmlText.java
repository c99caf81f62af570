package org.virtnft.xml;

import java.util.List;
import org.jdom2.Attribute;
import org.jdom2.Comment;
import org.jdom2.Content;
import org.jdom2.Document;
import org.jdom2.Element;
import org.jdom2.Namespace;
import org.jdom2.ProcessingInstruction;
import org.jdom2.Text;
import org.virtnft.network.Printable;

/**
 * Writes XML as libvirt does, attributes in single quotes and {@code <empty/>} elements, so that what was not changed comes out as
 * it came in. What would steer a terminal becomes a character reference, which means the same.
 */
final class XmlText {

    private final StringBuilder text = new StringBuilder();

    private XmlText() {}

    /** The whole document, ending in a newline. */
    static String of(Document document) {
        XmlText writer = new XmlText();
        for (Content content : document.getContent()) {
            writer.content(content);
            writer.text.append('\n');
        }
        return writer.text.toString();
    }

    private void content(Content content) {
        if (content instanceof Element element) {
            element(element);
        } else if (content instanceof Text words) {
            escaped(words.getText(), false);
        } else if (content instanceof Comment comment) {
            // no reference can stand here, and nobody loses anything
            text.append("<!--")
                    .append(Printable.printableLines(comment.getText()))
                    .append("-->");
        } else if (content instanceof ProcessingInstruction instruction) {
            String data = Printable.printableLines(instruction.getData());
            text.append("<?")
                    .append(instruction.getTarget())
                    .append(' ')
                    .append(data)
                    .append("?>");
        }
    }

    private void element(Element element) {
        String name = element.getQualifiedName();
        text.append('<').append(name);
        for (Namespace namespace : element.getNamespacesIntroduced()) {
            attribute(namespace.getPrefix().isEmpty() ? "xmlns" : "xmlns:" + namespace.getPrefix(), namespace.getURI());
        }
        for (Attribute attribute : element.getAttributes()) {
            attribute(attribute.getQualifiedName(), attribute.getValue());
        }
        List<Content> contents = element.getContent();
        if (contents.isEmpty()) {
            text.append("/>");
            return;
        }
        text.append('>');
        contents.forEach(this::content);
        text.append("</").append(name).append('>');
    }

    private void attribute(String name, String value) {
        text.append(' ').append(name).append("='");
        escaped(value, true);
        text.append('\'');
    }

    private void escaped(String raw, boolean inAttribute) {
        raw.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> text.append("&lt;");
                case '>' -> text.append("&gt;");
                case '&' -> text.append("&amp;");
                case '\'' -> text.append(inAttribute ? "&apos;" : "'");
                case '\n', '\t' -> {
                    if (inAttribute) {
                        reference(c);
                    } else {
                        text.appendCodePoint(c);
                    }
                }
                default -> {
                    if (Printable.isPrintable(c)) {
                        text.appendCodePoint(c);
                    } else {
                        reference(c);
                    }
                }
            }
        });
    }

    private void reference(int c) {
        text.append("&#x").append(Integer.toHexString(c)).append(';');
    }
}
