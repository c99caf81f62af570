package org.virtnft.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

    /** The values of each field, in order. Read in one pass: a start with 1,000 networks beside it reads as many files. */
    static Map<String, List<String>> parse(String text) {
        Map<String, List<String>> found = new HashMap<>();
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf('\n', start);
            if (end < 0) {
                end = text.length();
            }
            int colon = text.indexOf(": ", start);
            if (colon > start && colon < end) {
                found.computeIfAbsent(text.substring(start, colon), name -> new ArrayList<>())
                        .add(unescape(text.substring(colon + 2, end)));
            }
            start = end + 1;
        }
        return found;
    }

    /** The first value of a field; "" when there is none. */
    static String first(Map<String, List<String>> fields, String name) {
        List<String> values = all(fields, name);
        return values.isEmpty() ? "" : values.get(0);
    }

    static List<String> all(Map<String, List<String>> fields, String name) {
        return fields.getOrDefault(name, List.of());
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
