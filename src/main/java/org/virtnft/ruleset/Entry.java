package org.virtnft.ruleset;

import java.util.List;
import java.util.Optional;
import org.virtnft.network.InterfaceName;

/**
 * What stands between the braces of a set or map: a key, and in a map what it leads to. Two are equal when they mean the same, however they
 * are spelt.
 *
 * @param data empty in a set
 * @param rest what nft lists behind the key of what others put there, as a comment is, with the space before it; "" in ours
 */
public record Entry(List<Part> key, List<Part> data, String rest) {

    private static final String BETWEEN_PARTS = " . ";
    private static final String BEFORE_DATA = " : ";

    public Entry {
        key = List.copyOf(key);
        data = List.copyOf(data);
    }

    /** The same without what is no part of a key. */
    public Entry bare() {
        return rest.isEmpty() ? this : new Entry(key, data, "");
    }

    /** The first name of its key; empty for one that is keyed by addresses. */
    public Optional<InterfaceName> firstInterface() {
        for (Part part : key) {
            if (part instanceof Part.Interface device) {
                return Optional.of(device.name());
            }
        }
        return Optional.empty();
    }

    /** As it stands between the braces of {@code add element}. */
    public String text() {
        StringBuilder text = new StringBuilder();
        append(key, text);
        text.append(rest);
        if (!data.isEmpty()) {
            append(data, text.append(BEFORE_DATA));
        }
        return text.toString();
    }

    /** As it stands between those of {@code delete element}. */
    public String keyText() {
        return textOf(key);
    }

    /** What {@link #text} has behind the colon; "" in a set. */
    public String dataText() {
        return textOf(data);
    }

    /** In the one form that all spellings share. */
    public String canonical() {
        StringBuilder text = new StringBuilder();
        appendCanonical(key, text);
        text.append(rest);
        if (!data.isEmpty()) {
            appendCanonical(data, text.append(BEFORE_DATA));
        }
        return text.toString();
    }

    private static String textOf(List<Part> parts) {
        StringBuilder text = new StringBuilder();
        append(parts, text);
        return text.toString();
    }

    private static void append(List<Part> parts, StringBuilder text) {
        for (int i = 0; i < parts.size(); i++) {
            text.append(i == 0 ? "" : BETWEEN_PARTS).append(parts.get(i).text());
        }
    }

    private static void appendCanonical(List<Part> parts, StringBuilder text) {
        for (int i = 0; i < parts.size(); i++) {
            text.append(i == 0 ? "" : BETWEEN_PARTS).append(parts.get(i).canonical());
        }
    }
}
