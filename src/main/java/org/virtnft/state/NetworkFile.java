package org.virtnft.state;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.NetworkElements;
import org.virtnft.ruleset.Origin;

/** An applied network as text and back. */
final class NetworkFile {

    private static final String WHOLE = "0000-00-00T00:00:00Z";
    private static final String FRACTION = "0000-00-00T00:00:00.000000000Z";

    private static final String VERSION = "1";

    private NetworkFile() {}

    static String write(AppliedNetwork network) {
        Fields fields = new Fields()
                .put("virt-nft network", VERSION)
                .put("name", network.name())
                .put("bridge", network.bridge().value())
                .put("shape", network.shape())
                .put("mode", network.mode())
                .put("source", network.source().word())
                .put("since", network.since().toString())
                .put("policy", network.policy())
                .put("policy-seen", network.policySeen());
        if (network.dhcp()) {
            fields.put("dhcp", "yes"); // the launcher reads it
        }
        network.blocked().ifPresent(reason -> fields.put("blocked", reason));
        for (String warning : network.warnings()) {
            fields.put("warning", warning);
        }
        for (PortRange range : network.elements().ranges()) {
            fields.put("range", range.toString());
        }
        for (Element element : network.elements().elements()) {
            fields.put("set", element.set())
                    .put("key", element.key())
                    .put("data", element.data())
                    .put("from", element.origin().element());
        }
        return fields.toString();
    }

    /**
     * @throws IllegalArgumentException when the text is not what {@link #write} wrote
     */
    static AppliedNetwork read(String text) {
        Map<String, List<String>> fields = Fields.parse(text);
        if (!Fields.first(fields, "virt-nft network").equals(VERSION)) {
            throw new IllegalArgumentException("not in the form of this version of virt-nft");
        }
        String name = Fields.first(fields, "name");
        List<String> sets = Fields.all(fields, "set");
        List<String> keys = Fields.all(fields, "key");
        List<String> data = Fields.all(fields, "data");
        List<String> from = Fields.all(fields, "from");
        if (keys.size() != sets.size() || data.size() != sets.size() || from.size() != sets.size()) {
            throw new IllegalArgumentException("its elements are incomplete");
        }
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < sets.size(); i++) {
            elements.add(new Element(sets.get(i), keys.get(i), data.get(i), new Origin(name, from.get(i))));
        }
        SortedSet<PortRange> ranges = new TreeSet<>();
        for (String range : Fields.all(fields, "range")) {
            int dash = range.indexOf('-');
            if (dash < 0) {
                throw new IllegalArgumentException("'" + range + "' is no range of ports");
            }
            ranges.add(new PortRange(
                    Integer.parseInt(range.substring(0, dash)), Integer.parseInt(range.substring(dash + 1))));
        }
        return new AppliedNetwork(
                name,
                new InterfaceName(Fields.first(fields, "bridge")),
                Fields.first(fields, "shape"),
                Fields.first(fields, "mode"),
                Source.of(Fields.first(fields, "source")),
                Fields.all(fields, "blocked").stream().findFirst(),
                instant(Fields.first(fields, "since")),
                Fields.first(fields, "policy"),
                Fields.first(fields, "policy-seen"),
                Fields.first(fields, "dhcp").equals("yes"),
                Fields.all(fields, "warning"),
                new NetworkElements(elements, ranges));
    }

    /** As {@link Instant#toString} writes it. By hand, for Java's parser takes a tenth of a second for the first thousand. */
    private static Instant instant(String text) {
        try {
            if (!hasItsForm(text)) {
                return Instant.parse(text);
            }
            String digits = text.length() == WHOLE.length() ? "" : text.substring(WHOLE.length(), text.length() - 1);
            return LocalDateTime.of(
                            number(text, 0, 4),
                            number(text, 5, 7),
                            number(text, 8, 10),
                            number(text, 11, 13),
                            number(text, 14, 16),
                            number(text, 17, 19),
                            Integer.parseInt((digits + "000000000").substring(0, 9)))
                    .toInstant(ZoneOffset.UTC);
        } catch (DateTimeException | NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is no time", e);
        }
    }

    /** With nanoseconds at the most; letter by letter, for a number's own parser takes a sign too. */
    private static boolean hasItsForm(String text) {
        int digits = text.length() - WHOLE.length() - 1;
        boolean fraction = digits > 0 && digits <= 9;
        if (!fraction && text.length() != WHOLE.length()) {
            return false;
        }
        String form = fraction ? FRACTION.substring(0, WHOLE.length() + digits) + "Z" : WHOLE;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (form.charAt(i) == '0' ? c < '0' || c > '9' : c != form.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static int number(String text, int from, int to) {
        return Integer.parseInt(text, from, to, 10);
    }

    static String write(TableState table) {
        Fields fields = new Fields()
                .put("namespace", table.namespace())
                .put("template", table.template())
                .put("handles", table.handles())
                .put("rules", table.rules());
        table.bridges().forEach(bridge -> fields.put("bridge", bridge.value()));
        return fields.toString();
    }

    /**
     * @throws IllegalArgumentException when the text is not what {@link #write} wrote
     */
    static TableState readTable(String text) {
        Map<String, List<String>> fields = Fields.parse(text);
        if (Fields.first(fields, "namespace").isEmpty()) {
            throw new IllegalArgumentException("it names no network namespace");
        }
        return new TableState(
                Fields.first(fields, "namespace"),
                Fields.first(fields, "template"),
                Fields.first(fields, "handles"),
                Fields.first(fields, "rules"),
                Fields.all(fields, "bridge").stream()
                        .map(InterfaceName::new)
                        .collect(Collectors.toCollection(TreeSet::new)));
    }
}
