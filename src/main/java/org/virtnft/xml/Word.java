package org.virtnft.xml;

import java.util.List;
import java.util.Optional;
import org.jdom2.Attribute;
import org.jdom2.Element;
import org.jdom2.Namespace;

/**
 * A word of our metadata: an element, and what may stand in it. Whatever else stands there is an error, because what it was to
 * forbid would be open.
 *
 * @param later whether only a later version has it, so that it is refused by its name
 */
record Word(String name, List<String> attributes, List<Word> children, boolean later) {

    Word {
        attributes = List.copyOf(attributes);
        children = List.copyOf(children);
    }

    static Word of(String name, String... attributes) {
        return new Word(name, List.of(attributes), List.of(), false);
    }

    static Word later(String name) {
        return new Word(name, List.of(), List.of(), true);
    }

    /** The same with elements in it. */
    Word with(Word... inside) {
        return new Word(name, attributes, List.of(inside), later);
    }

    /** Tells of every word in such an element that is not known, at any depth. */
    void check(Element element, Problems problems) {
        for (Attribute attribute : element.getAttributes()) {
            if (attribute.getNamespace().equals(element.getNamespace())) {
                problems.error(
                        element, attribute.getQualifiedName() + "= has a prefix", "attributes have none: remove it");
            } else if (attribute.getNamespace().equals(Namespace.NO_NAMESPACE)
                    && !attributes.contains(attribute.getName())) {
                String remedy = Suggestion.of(attribute.getName(), attributes).orElse("remove or correct it");
                problems.error(element, attribute.getName() + "= is not known to this version", remedy);
            }
        }
        for (Element child : element.getChildren()) {
            boolean ours = child.getNamespace().equals(element.getNamespace());
            Optional<Word> word = ours ? child(child.getName()) : Optional.empty();
            if (word.isEmpty()) {
                problems.error(child, "is not known to this version", remedy(child, element));
            } else if (word.get().later()) {
                problems.error(
                        child,
                        "this version of virt-nft does not have it yet",
                        "remove it, or install a version that has it");
            } else {
                word.get().check(child, problems);
            }
        }
    }

    private Optional<Word> child(String called) {
        return children.stream().filter(word -> word.name().equals(called)).findFirst();
    }

    private String remedy(Element unknown, Element parent) {
        Optional<String> nearest = Suggestion.nearest(
                unknown.getName(), children.stream().map(Word::name).toList());
        if (nearest.isEmpty()) {
            return "remove or correct it";
        }
        // <forward> for <nft:forward>: the same word, and only the prefix tells them apart
        boolean ours = unknown.getNamespace().equals(parent.getNamespace());
        String prefix = ours || parent.getNamespacePrefix().isEmpty() ? "" : parent.getNamespacePrefix() + ":";
        boolean later = nearest.flatMap(this::child).filter(Word::later).isPresent();
        return "did you mean '" + prefix + nearest.get() + "'"
                + (later ? ", which this version of virt-nft does not have yet?" : "?");
    }
}
