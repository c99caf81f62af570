package org.virtnft.state;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.Family;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.Enforcement;
import org.virtnft.ruleset.Enforcement.AsDefined;
import org.virtnft.ruleset.Enforcement.Blocked;
import org.virtnft.ruleset.Enforcement.Unknown;
import org.virtnft.ruleset.NetworkElements;
import org.virtnft.ruleset.Origin;
import org.virtnft.ruleset.Piece;
import org.virtnft.ruleset.Pieces;

/** An applied network as text and back. */
final class NetworkFile {

    private static final String WHOLE = "0000-00-00T00:00:00Z";
    private static final String FRACTION = "0000-00-00T00:00:00.000000000Z";

    private static final String VERSION = "2";

    private static final String YES = "yes";

    /** The first line's name. The shell's readers, and those of any version, tell by it that a file is one of ours. */
    private static final String HEAD = "virt-nft network";

    /** The last line, with a checksum of those before it: a network whose file was cut or edited could let more pass. */
    private static final String END = "end";

    private NetworkFile() {}

    // ---- Writing ---------------------------------------------------------------------------------------------------

    /**
     * The lines that shell reads are name, shape, mode, dhcp and nat, one value each: the launcher, {@code maintain},
     * {@code after-nftables} and both completions. Those are the same in every version.
     */
    static String write(AppliedNetwork network) {
        Fields fields = new Fields()
                .put(HEAD, VERSION)
                .put("name", network.name())
                .put("bridge", network.bridge().value())
                .put("shape", network.shape().word())
                .put("mode", network.enforced().word());
        network.network().ifPresent(defined -> {
            if (defined.dhcp()) {
                fields.put("dhcp", YES);
            }
            if (defined.forward() instanceof Forward.Nat nat) {
                for (Family family : Family.values()) {
                    if (nat.translates(family)) {
                        fields.put("nat", family == Family.IPV4 ? "ipv4" : "ipv6");
                    }
                }
            }
        });
        fields.put("source", network.source().word())
                .put("since", network.since().toString())
                .put("metadata", network.metadata())
                .put("metadata-seen", network.metadataSeen());
        network.warnings().forEach(warning -> fields.put("warning", warning));
        if (!network.definition().equals(DefinitionMark.NONE)) {
            fields.put("definition", network.definition().digest())
                    .put("uuid", network.definition().uuid());
        }
        Enforcement enforced = network.enforced();
        if (enforced instanceof AsDefined defined) {
            put(fields, defined.network());
        } else if (enforced instanceof Blocked blocked) {
            fields.put("blocked", blocked.reason());
        } else if (enforced instanceof Unknown unknown) {
            put(fields, unknown.elements());
        }
        return ended(fields.toString());
    }

    /** With its last line. */
    static String ended(String text) {
        return text + END + ": " + checksum(text) + "\n";
    }

    private static String checksum(String text) {
        CRC32 checksum = new CRC32();
        checksum.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(checksum.getValue());
    }

    private static void put(Fields fields, VirtualNetwork network) {
        network.forward().uplink().ifPresent(uplink -> fields.put("uplink", uplink.value()));
        if (network.forward() instanceof Forward.Nat nat) {
            nat.pool().ifPresent(pool -> fields.put("pool", pool.first() + "-" + pool.last()));
            fields.put("ports", nat.ports().toString());
        }
        network.addresses().forEach(address -> fields.put("address", address.toString()));
        if (network.portsIsolated()) {
            fields.put("ports-isolated", YES);
        }
    }

    private static void put(Fields fields, NetworkElements found) {
        // the elements say it too; it is part of the form
        for (Piece piece : Pieces.standing(found.elements())) {
            if (piece instanceof Piece.MasqueradeChain chain) {
                fields.put("range", chain.ports().toString());
            }
        }
        for (Element element : found.elements()) {
            fields.put("set", element.set())
                    .put("key", element.entry().keyText())
                    .put("data", element.entry().dataText())
                    .put("from", element.origin().element());
        }
    }

    // ---- Reading ---------------------------------------------------------------------------------------------------

    /** Whether a file is in this version's form, which {@link #read} does not ask for. */
    static boolean isOfToday(String text) {
        return text.startsWith(HEAD + ": " + VERSION + "\n");
    }

    /**
     * @throws IllegalArgumentException when the text is not what {@link #write} wrote, or that of virt-nft 0.1.0
     */
    static AppliedNetwork read(String text) {
        Map<String, List<String>> fields = Fields.parse(text);
        return switch (Fields.first(fields, HEAD)) {
            case FormatOne.VERSION -> FormatOne.read(fields);
            case VERSION -> read(text, fields);
            default -> throw new IllegalArgumentException("not in the form of this version of virt-nft");
        };
    }

    private static AppliedNetwork read(String text, Map<String, List<String>> fields) {
        int end = text.lastIndexOf("\n" + END + ": ") + 1;
        if (end == 0 || !text.endsWith("\n")) {
            throw new IllegalArgumentException("its end is missing");
        }
        String before = text.substring(0, end);
        if (!text.equals(ended(before))) {
            throw new IllegalArgumentException("its checksum is not that of its lines");
        }
        return new AppliedNetwork(
                enforcement(fields),
                Source.of(Fields.first(fields, "source")),
                instant(Fields.first(fields, "since")),
                Fields.first(fields, "metadata"),
                Fields.first(fields, "metadata-seen"),
                Fields.all(fields, "warning"),
                new DefinitionMark(Fields.first(fields, "definition"), Fields.first(fields, "uuid")));
    }

    private static Enforcement enforcement(Map<String, List<String>> fields) {
        String name = Fields.first(fields, "name");
        InterfaceName bridge = new InterfaceName(Fields.first(fields, "bridge"));
        String mode = Fields.first(fields, "mode");
        if (mode.equals(Blocked.WORD)) {
            return new Blocked(name, bridge, Fields.first(fields, "blocked"));
        }
        if (mode.equals(Unknown.WORD)) {
            return new Unknown(bridge, new NetworkElements(elements(fields, name)));
        }
        return new AsDefined(new VirtualNetwork(
                name,
                bridge,
                shape(Fields.first(fields, "shape")),
                forward(mode, fields),
                Fields.all(fields, "address").stream().map(NetworkFile::address).toList(),
                Fields.first(fields, "dhcp").equals(YES),
                Fields.first(fields, "ports-isolated").equals(YES)));
    }

    /** Those of a bridge that nobody knows; in the files of 0.1.0, of every network. */
    static List<Element> elements(Map<String, List<String>> fields, String name) {
        List<String> sets = Fields.all(fields, "set");
        List<String> keys = Fields.all(fields, "key");
        List<String> data = Fields.all(fields, "data");
        List<String> from = Fields.all(fields, "from");
        if (keys.size() != sets.size() || data.size() != sets.size() || from.size() != sets.size()) {
            throw new IllegalArgumentException("its elements are incomplete");
        }
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < sets.size(); i++) {
            elements.add(Element.read(sets.get(i), keys.get(i), data.get(i), new Origin(name, from.get(i))));
        }
        return elements;
    }

    static PortRange range(String text) {
        int dash = text.indexOf('-');
        if (dash < 0) {
            throw new IllegalArgumentException("'" + text + "' is no range of ports");
        }
        return new PortRange(Integer.parseInt(text.substring(0, dash)), Integer.parseInt(text.substring(dash + 1)));
    }

    private static Forward forward(String mode, Map<String, List<String>> fields) {
        Optional<InterfaceName> uplink =
                Fields.all(fields, "uplink").stream().findFirst().map(InterfaceName::new);
        return switch (mode) {
            case "nat" ->
                new Forward.Nat(
                        uplink,
                        Fields.all(fields, "nat").contains("ipv6"),
                        Fields.all(fields, "pool").stream().findFirst().map(NetworkFile::pool),
                        range(Fields.first(fields, "ports")));
            case "route" -> new Forward.Route(uplink);
            case "isolated" -> new Forward.Isolated();
            default -> throw new IllegalArgumentException("'" + mode + "' is no mode");
        };
    }

    static Shape shape(String word) {
        for (Shape shape : Shape.values()) {
            if (shape.word().equals(word)) {
                return shape;
            }
        }
        throw new IllegalArgumentException("'" + word + "' is no shape");
    }

    private static AddressRange pool(String text) {
        String[] ends = text.split("-");
        if (ends.length != 2) {
            throw new IllegalArgumentException("'" + text + "' is no pool");
        }
        AddressRange pool = new AddressRange(Address.parse(ends[0]), Address.parse(ends[1]));
        if (pool.first().family() != Family.IPV4) {
            throw new IllegalArgumentException("'" + text + "' is no pool of IPv4");
        }
        return pool;
    }

    private static BridgeAddress address(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("'" + text + "' is no address with its prefix");
        }
        BridgeAddress address =
                new BridgeAddress(Address.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
        if (address.prefixLength() < 0
                || address.prefixLength() > address.family().bits()) {
            throw new IllegalArgumentException("'" + text + "' is no address with its prefix");
        }
        return address;
    }

    /** As {@link Instant#toString} writes it. By hand, for Java's parser takes a tenth of a second for the first thousand. */
    static Instant instant(String text) {
        try {
            if (!hasItsForm(text)) {
                throw new IllegalArgumentException("'" + text + "' is no time");
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
