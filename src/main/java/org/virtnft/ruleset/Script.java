package org.virtnft.ruleset;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An nft script under construction, one element on a line, which knows of every line where it came from: nft names the line
 * of what it or the kernel refuses.
 */
public final class Script {

    private final Template template;
    private final StringBuilder text = new StringBuilder();
    private final List<Optional<Origin>> origins = new ArrayList<>();

    public Script(Template template) {
        this.template = template;
    }

    /** Takes the table out, whether it is there or not; {@code destroy} would need kernel 6.3. */
    public Script removeTable() {
        return line("table " + template.table()).line("delete table " + template.table());
    }

    /** The table without any network. */
    public Script table() {
        for (String each : template.text().split("\n")) {
            line(each);
        }
        return this;
    }

    /** The same, with a comment of the table itself, which must hold no quote. */
    public Script table(String comment) {
        for (String each : template.text().split("\n")) {
            line(each);
            if (each.equals("table " + template.table() + " {")) {
                line("\tcomment \"" + comment + "\"");
            }
        }
        return this;
    }

    /** For a reader, before the elements that point to them: a counter that is there already goes on. */
    public Script addPieces(List<Piece> pieces) {
        return restorePieces(pieces, Map.of());
    }

    /** The same for a transaction: one that is there already is an error, for it is not ours. */
    public Script createPieces(List<Piece> pieces) {
        return pieces("create", pieces, Map.of());
    }

    /** The same where none can be there, each counter with what it begins with; those that are not named, with nothing. */
    public Script restorePieces(List<Piece> pieces, Map<String, Count> counts) {
        return pieces("add", pieces, counts); // nft 1.0.6 takes no count with "create"
    }

    private Script pieces(String verb, List<Piece> pieces, Map<String, Count> counts) {
        for (Piece piece : pieces) {
            piece.made(verb, template.table(), counts).forEach(line -> line(line, piece.origin()));
        }
        return this;
    }

    /** After the elements that point to them: the kernel keeps what is in use. */
    public Script deletePieces(List<Piece> pieces) {
        pieces.forEach(piece -> line(piece.unmade(template.table()), piece.origin()));
        return this;
    }

    /** For a reader: an element that is there already is no error. */
    public Script add(List<Element> elements) {
        return elements("add", elements, true);
    }

    /** For a transaction: an element that is there already is an error, for it is not ours. */
    public Script create(List<Element> elements) {
        return elements("create", elements, true);
    }

    /** By key alone, so that an element whose data somebody changed goes too. */
    public Script delete(List<Element> elements) {
        return elements("delete", elements, false);
    }

    /** Asks for the elements; the answer holds those that are there. */
    public Script get(List<Element> elements) {
        return elements("get", elements, false);
    }

    /** A comment of one line; the text must be printable. */
    public Script comment(String comment) {
        return line("# " + comment);
    }

    /** Other nft text, word for word: what nft itself listed. */
    public Script verbatim(String listing) {
        for (String each : listing.split("\n")) {
            line(each);
        }
        return this;
    }

    /** All of another script. */
    public Script append(Script other) {
        text.append(other.text);
        origins.addAll(other.origins);
        return this;
    }

    private Script elements(String verb, List<Element> elements, boolean withData) {
        for (Map.Entry<String, List<Element>> set : bySet(elements).entrySet()) {
            String head = verb + " element " + template.table() + " " + set.getKey() + " {";
            List<Element> members = set.getValue();
            if (members.size() == 1) {
                Element only = members.get(0);
                line(head + " " + member(only, withData) + " }", Optional.of(only.origin()));
                continue;
            }
            line(head);
            for (int i = 0; i < members.size(); i++) {
                String comma = i + 1 < members.size() ? "," : "";
                line(
                        "\t" + member(members.get(i), withData) + comma,
                        Optional.of(members.get(i).origin()));
            }
            line("}");
        }
        return this;
    }

    private static String member(Element element, boolean withData) {
        return withData ? element.text() : element.entry().keyText();
    }

    private Map<String, List<Element>> bySet(List<Element> elements) {
        Map<String, List<Element>> grouped = new LinkedHashMap<>();
        for (String set : template.sets()) {
            grouped.put(set, new ArrayList<>());
        }
        for (Element element : elements) {
            grouped.computeIfAbsent(element.set(), set -> new ArrayList<>()).add(element);
        }
        grouped.values().removeIf(List::isEmpty);
        return grouped;
    }

    private Script line(String line) {
        return line(line, Optional.empty());
    }

    private Script line(String line, Optional<Origin> origin) {
        text.append(line).append('\n');
        origins.add(origin);
        return this;
    }

    public boolean isEmpty() {
        return origins.isEmpty();
    }

    /** Where a line came from; empty when from no network. */
    public Optional<Origin> origin(int lineFromOne) {
        return lineFromOne >= 1 && lineFromOne <= origins.size() ? origins.get(lineFromOne - 1) : Optional.empty();
    }

    /** The script, for {@code nft -f}. */
    @Override
    public String toString() {
        return text.toString();
    }
}
