package org.virtnft.report;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prometheus' text format, as its documentation defines it, and the conventions that {@code promtool check metrics} wants: whatever is not
 * of that form is an error.
 *
 * @param samples the value of each sample, by its name with its labels as they stand
 */
public record PrometheusText(Map<String, String> samples) {

    private static final Pattern HELP =
            Pattern.compile("# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (?:[^\\\\\n]|\\\\\\\\|\\\\n)+");
    private static final Pattern TYPE = Pattern.compile("# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge)");
    private static final String LABEL = "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\n]|\\\\[\"\\\\n])*\"";
    private static final Pattern SAMPLE = Pattern.compile(
            "([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(" + LABEL + "(?:," + LABEL + ")*)\\})? (-?[0-9]+(?:\\.[0-9]+)?)");

    public static PrometheusText parse(String text) {
        List<String> errors = new ArrayList<>();
        Map<String, String> samples = new LinkedHashMap<>();
        Set<String> families = new HashSet<>();
        String helped = "";
        String family = "";
        if (!text.endsWith("\n")) {
            errors.add("the last line does not end");
        }
        for (String line : text.split("\n")) {
            Matcher help = HELP.matcher(line);
            Matcher type = TYPE.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (help.matches()) {
                helped = help.group(1);
            } else if (type.matches()) {
                family = type.group(1);
                check(errors, family.equals(helped), "no help before: " + line);
                check(errors, families.add(family), "a family that was there before: " + line);
                check(
                        errors,
                        type.group(2).equals("counter") == family.endsWith("_total"),
                        "only counters end in _total: " + line);
            } else if (sample.matches()) {
                check(errors, sample.group(1).equals(family), "not of the family before it: " + line);
                String key = line.substring(0, line.lastIndexOf(' '));
                check(errors, samples.put(key, sample.group(3)) == null, "twice: " + line);
            } else {
                errors.add("neither help, type nor sample: " + line);
            }
        }
        if (!errors.isEmpty()) {
            throw new AssertionError(String.join("\n", errors) + "\nin\n" + text);
        }
        return new PrometheusText(samples);
    }

    private static void check(List<String> errors, boolean good, String error) {
        if (!good) {
            errors.add(error);
        }
    }

    /** The value of a sample; "" when there is none. */
    public String value(String sample) {
        return samples.getOrDefault(sample, "");
    }
}
