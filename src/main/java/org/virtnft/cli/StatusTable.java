package org.virtnft.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.virtnft.kernel.Interfaces;
import org.virtnft.network.Printable;
import org.virtnft.report.NetworkStatus;
import org.virtnft.report.NetworkStatus.State;
import org.virtnft.ruleset.Count;

/**
 * Networks as an aligned table that fits a terminal, as far as names stay distinct.
 *
 * @param zone whose time to tell
 * @param colour whether what needs attention is coloured
 * @param width of the terminal, or {@link #ANY_WIDTH}
 */
record StatusTable(Instant now, ZoneId zone, boolean colour, int width) {

    /** For what is no terminal: who reads a pipe looks for whole names. */
    static final int ANY_WIDTH = Integer.MAX_VALUE;

    /** libvirt bounds no name; one line is enough for any. */
    private static final int LONGEST_NAME = 512;

    private static final String GAP = "  ";
    private static final int NETWORK = 0;
    private static final int BRIDGE = 1;

    /** Less says nothing of a name, however narrow the terminal is. */
    private static final int SHORTEST = 6;

    private static final DateTimeFormatter OF_TODAY = DateTimeFormatter.ofPattern("HH:mm", Locale.ENGLISH);
    private static final DateTimeFormatter OF_THIS_YEAR = DateTimeFormatter.ofPattern("MMMdd", Locale.ENGLISH);
    private static final DateTimeFormatter OF_ANOTHER_YEAR = DateTimeFormatter.ofPattern("yyyy", Locale.ENGLISH);

    private static final String RED = "\033[31m";
    private static final String YELLOW = "\033[33m";
    private static final String PLAIN = "\033[0m";

    /** A row's cells; the last is not padded, and may have a colour. */
    private record Row(List<String> cells, String colour) {}

    /** A heading and a line for each. */
    List<String> lines(List<NetworkStatus> networks) {
        // most were applied together, and to spell a time is much work
        Map<Instant, String> times = new HashMap<>();
        networks.forEach(network -> network.since().ifPresent(since -> times.computeIfAbsent(since, this::when)));
        List<Row> rows = new ArrayList<>();
        rows.add(
                new Row(List.of("NETWORK", "BRIDGE", "MODE", "SHAPE", "SENT", "GOT", "REFUSED", "SINCE", "STATE"), ""));
        networks.forEach(network -> rows.add(row(network, times)));
        int[] widths = widths(rows);
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private Row row(NetworkStatus network, Map<Instant, String> times) {
        List<String> cells = List.of(
                Printable.printable(network.isUnknown() ? "unknown" : network.name(), LONGEST_NAME),
                network.bridge(),
                network.mode(),
                network.shape(),
                network.traffic()
                        .map(traffic -> human(traffic.received().bytes()))
                        .orElse(""),
                network.traffic().map(traffic -> human(traffic.sent().bytes())).orElse(""),
                network.refused().map(Count::packets).map(StatusTable::human).orElse(""),
                network.since().map(times::get).orElse(""),
                network.state() == State.APPLIED
                        ? network.linkWord()
                        : network.state().word());
        List<String> shown = new ArrayList<>(cells);
        shown.replaceAll(cell -> cell.isEmpty() ? "-" : cell);
        return new Row(shown, colourOf(network));
    }

    private static String colourOf(NetworkStatus network) {
        return switch (network.state()) {
            case BLOCKED, FAILED, NOT_AS_APPLIED -> RED;
            case NOT_APPLIED, UNKNOWN -> YELLOW;
            case NO_RULES, LEFT -> "";
            case APPLIED ->
                network.link()
                        .filter(link -> link == Interfaces.Condition.MISSING || link == Interfaces.Condition.DOWN)
                        .map(link -> YELLOW)
                        .orElse("");
        };
    }

    /**
     * As wide as what is in them; names give way, the longer column first, until a row fits, or two names would look the same: then a
     * line is longer than the terminal is wide.
     */
    private int[] widths(List<Row> rows) {
        int columns = rows.get(0).cells().size();
        int[] widths = new int[columns];
        int total = GAP.length() * (columns - 1);
        for (int i = 0; i < columns; i++) {
            for (Row row : rows) {
                widths[i] = Math.max(widths[i], length(row.cells().get(i)));
            }
            total += widths[i];
        }
        if (total <= width) {
            return widths;
        }
        for (; total > width && widths[NETWORK] + widths[BRIDGE] > 2 * SHORTEST; total--) {
            widths[widths[NETWORK] >= widths[BRIDGE] ? NETWORK : BRIDGE]--;
        }
        for (int column : List.of(NETWORK, BRIDGE)) {
            Set<String> names = new HashSet<>();
            rows.forEach(row -> names.add(row.cells().get(column)));
            while (looksTheSame(names, widths[column])) {
                widths[column]++;
            }
        }
        return widths;
    }

    private static boolean looksTheSame(Set<String> names, int width) {
        return names.stream().map(name -> cut(name, width)).distinct().count() < names.size();
    }

    private String line(Row row, int[] widths) {
        StringBuilder line = new StringBuilder();
        int last = widths.length - 1;
        for (int i = 0; i < last; i++) {
            String cell = cut(row.cells().get(i), widths[i]);
            line.append(cell).append(" ".repeat(widths[i] - length(cell))).append(GAP);
        }
        String state = row.cells().get(last);
        boolean coloured = colour && !row.colour().isEmpty();
        return line + (coloured ? row.colour() + state + PLAIN : state);
    }

    /** In the middle: names that are made by counting differ at their end. */
    private static String cut(String text, int width) {
        if (length(text) <= width) {
            return text;
        }
        int head = width / 2;
        int tail = width - 1 - head;
        return text.substring(0, text.offsetByCodePoints(0, head))
                + "…"
                + text.substring(text.offsetByCodePoints(text.length(), -tail));
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** At most four characters: a number below 1000 as it is, else with its unit, k for a thousand. */
    static String human(long unsigned) {
        if (unsigned >= 0 && unsigned < 1000) {
            return Long.toString(unsigned);
        }
        double number = Double.parseDouble(Long.toUnsignedString(unsigned));
        int unit = -1;
        while (number >= 1000) {
            number /= 1000;
            unit++;
        }
        String digits = number < 10
                ? String.format(Locale.ROOT, "%.1f", Math.floor(number * 10) / 10)
                : Integer.toString((int) number);
        return digits + "kMGTPE".charAt(unit);
    }

    /** As ps does it: the time of today, the day of this year, the year. */
    private String when(Instant instant) {
        ZonedDateTime then = instant.atZone(zone);
        ZonedDateTime today = now.atZone(zone);
        DateTimeFormatter form = then.toLocalDate().equals(today.toLocalDate())
                ? OF_TODAY
                : then.getYear() == today.getYear() ? OF_THIS_YEAR : OF_ANOTHER_YEAR;
        return form.format(then);
    }
}
