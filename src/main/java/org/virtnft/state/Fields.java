package org.virtnft.state;

import java.util.ArrayList;
import java.util.List;

/** The files' form: one {@code name: value} a line, newlines and backslashes in values escaped. */
final class Fields {

    private final StringBuilder text = new StringBuilder();

    Fields put(String name, String value) {
        text.append(name).append(": ").append(escape(value)).append('\n');
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }

    /** All values of a field, in order. */
    static List<String> all(String text, String name) {
        List<String> found = new ArrayList<>();
        String prefix = name + ": ";
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf('\n', start);
            if (end < 0) {
                end = text.length();
            }
            if (text.startsWith(prefix, start)) {
                found.add(unescape(text.substring(start + prefix.length(), end)));
            }
            start = end + 1;
        }
        return found;
    }

    /** The first value of a field; "" when there is none. */
    static String first(String text, String name) {
        List<String> found = all(text, name);
        return found.isEmpty() ? "" : found.get(0);
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t");
    }

    private static String unescape(String value) {
        if (value.indexOf('\\') < 0) {
            return value;
        }
        StringBuilder result = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\' && i + 1 < value.length()) {
                char next = value.charAt(++i);
                result.append(next == 'n' ? '\n' : next == 't' ? '\t' : next);
            } else {
                result.append(c);
            }
        }
        return result.toString();
    }
}
