package org.virtnft.report;

import java.util.ArrayList;
import java.util.List;

/** Text in Prometheus' format: families of samples, each family with its help and type before it. */
final class Exposition {

    private final StringBuilder text = new StringBuilder();
    private String family = "";

    /** One label of a sample; its value may be any text. */
    record Label(String name, String value) {
        @Override
        public String toString() {
            String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
            return name + "=\"" + escaped + '"';
        }
    }

    /** Begins a family of what only grows; its samples follow. */
    Exposition counter(String name, String help) {
        return family(name, "counter", help);
    }

    /** Begins a family of what goes up and down; its samples follow. */
    Exposition gauge(String name, String help) {
        return family(name, "gauge", help);
    }

    private Exposition family(String name, String type, String help) {
        family = name;
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return this;
    }

    /** A sample of the family. */
    Exposition sample(String value, Label... labels) {
        return sampleOf(labels.length == 0 ? "" : labels(labels), value);
    }

    /** The same of labels that were spelt for several. */
    Exposition sampleOf(String labels, String value) {
        text.append(family).append(labels).append(' ').append(value).append('\n');
        return this;
    }

    static String labels(Label... labels) {
        List<String> all = new ArrayList<>();
        for (Label label : labels) {
            all.add(label.toString());
        }
        return "{" + String.join(",", all) + "}";
    }

    /** A sample that is one or the other. */
    Exposition sample(boolean value, Label... labels) {
        return sample(value ? "1" : "0", labels);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
