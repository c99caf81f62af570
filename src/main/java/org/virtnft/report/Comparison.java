package org.virtnft.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.Printable;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.report.Difference.Kind;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.Entry;
import org.virtnft.ruleset.NetworkElements;
import org.virtnft.ruleset.Part;
import org.virtnft.ruleset.Piece;
import org.virtnft.ruleset.Pieces;
import org.virtnft.ruleset.Template;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;
import org.virtnft.transaction.Inspection;

/** Compares what is defined, what is applied, and what the kernel holds, element by element. */
final class Comparison {

    private static final String MAKE_ANEW = "'virt-nft apply --all' makes the table anew";

    private final Snapshot snapshot;
    private final Inspection kernel;
    private final Template template;
    private final Map<InterfaceName, Map<String, String>> ofNetworks = new HashMap<>();
    private final Map<String, String> strays = new TreeMap<>();
    private final Map<String, AppliedNetwork> byName;
    private final List<Difference> found = new ArrayList<>();

    /**
     * @param template this program's rules
     */
    Comparison(Snapshot snapshot, Inspection kernel, Template template) {
        this.snapshot = snapshot;
        this.kernel = kernel;
        this.template = template;
        this.byName = snapshot.byName();
        if (!kernel.exact()) {
            attribute();
        }
    }

    /** Each of the kernel's elements to the network whose it is. */
    private void attribute() {
        Map<String, InterfaceName> applied = new HashMap<>();
        kernel.applied()
                .forEach((bridge, network) ->
                        texts(network).keySet().forEach(canonical -> applied.put(canonical, bridge)));
        kernel.elements()
                .get()
                .forEach((set, entries) -> entries.forEach(entry -> {
                    String canonical = text(set, entry.canonical());
                    Optional<InterfaceName> owner =
                            Optional.ofNullable(applied.get(canonical)).or(() -> named(entry));
                    owner.map(bridge -> ofNetworks.computeIfAbsent(bridge, any -> new LinkedHashMap<>()))
                            .orElse(strays)
                            .put(canonical, text(set, entry.text()));
                }));
    }

    /** Of an element that is not the state's: the first bridge that it names and that is applied. */
    private Optional<InterfaceName> named(Entry entry) {
        for (Part part : entry.key()) {
            if (part instanceof Part.Interface device && snapshot.networks().containsKey(device.name())) {
                return Optional.of(device.name());
            }
        }
        return Optional.empty();
    }

    List<Difference> found() {
        return found;
    }

    // ---- Definitions against the state ----------------------------------------------------------------------------

    /** What applying a definition would change. */
    void definition(DefinedNetwork defined) {
        String name = defined.name();
        if (!defined.reading().errors().isEmpty()) {
            found.add(new Difference(
                    Kind.DEFINITION,
                    name,
                    List.of(),
                    "as defined it cannot be applied: "
                            + defined.reading().errors().get(0)));
            return;
        }
        if (!defined.loss().isEmpty()) {
            found.add(new Difference(Kind.DEFINITION, name, List.of(), defined.loss()));
            return;
        }
        if (defined.next().faulty()) {
            found.add(new Difference(
                    Kind.DEFINITION, name, List.of(), defined.next().remark()));
        }
        Optional<VirtualNetwork> wanted = defined.reading().network().orElse(null) instanceof VirtualNetwork network
                ? Optional.of(network)
                : Optional.empty();
        Optional<AppliedNetwork> applied = Optional.ofNullable(byName.get(name));
        if (wanted.equals(applied.flatMap(AppliedNetwork::network)) && applied.isPresent() == wanted.isPresent()) {
            return;
        }
        Map<String, String> after =
                wanted.map(NetworkElements::of).map(Comparison::texts).orElse(Map.of());
        List<String> lines = lines(applied.map(this::texts).orElse(Map.of()), after);
        if (!lines.isEmpty()) {
            String command = defined.source() == Source.FILE ? "-f " + defined.given() : Printable.printable(name, 128);
            found.add(new Difference(
                    Kind.DEFINITION,
                    name,
                    lines,
                    (applied.isPresent() ? "defined, not applied" : "not applied") + ": 'virt-nft apply " + command
                            + "' does it"));
        }
    }

    /** A network of libvirt's that is applied and that libvirt does not run. */
    void notRunning(AppliedNetwork network) {
        found.add(new Difference(
                Kind.DEFINITION,
                network.name(),
                lines(texts(network), Map.of()),
                "it is applied and does not run: 'virt-nft apply --all' takes it out"));
    }

    // ---- The state against the kernel -----------------------------------------------------------------------------

    /** The table itself, and its rules by their handles. */
    void rules() {
        boolean wanted = !snapshot.networks().isEmpty();
        if (kernel.handles().isEmpty() || !wanted) {
            if (wanted != !kernel.handles().isEmpty()) {
                found.add(new Difference(
                        Kind.RULES,
                        "",
                        List.of((wanted ? "-" : "+") + "table " + template.table()),
                        wanted ? "it is gone: " + MAKE_ANEW : "nobody applied it: 'virt-nft apply --all' removes it"));
            }
            return;
        }
        String before = snapshot.table().rules();
        if (!kernel.handles().equals(snapshot.table().handles())) {
            found.add(new Difference(
                    Kind.RULES,
                    "",
                    before.isEmpty()
                            ? List.of()
                            : LineDiff.unified(
                                    before.lines().toList(),
                                    kernel.rules().lines().toList()),
                    (before.isEmpty()
                                    ? "which rules is not known, an earlier version applied them"
                                    : "somebody changed it")
                            + ": " + MAKE_ANEW));
        } else if (!snapshot.table().template().equals(template.version())) {
            found.add(new Difference(
                    Kind.RULES, "", List.of(), "the rules are those of another version of virt-nft: " + MAKE_ANEW));
        }
    }

    /** Elements of a network; where the whole table is gone, that was said. */
    void elements(AppliedNetwork network) {
        if (kernel.handles().isEmpty() || kernel.exact()) {
            return;
        }
        Map<String, String> after = new LinkedHashMap<>(ofNetworks.getOrDefault(network.bridge(), Map.of()));
        Map<String, String> before = texts(network);
        for (Piece piece : Pieces.comingWith(elementsOf(network).elements())) {
            // whoever deletes one has deleted the element that points to it: the kernel keeps what is in use
            before.put(piece.title(), piece.title());
            if (kernel.titles().contains(piece.title())) {
                after.put(piece.title(), piece.title());
            }
        }
        kernel(network.name(), before, after, "somebody changed it");
    }

    /** Elements that belong to no network. */
    void strays() {
        if (!snapshot.networks().isEmpty()) {
            kernel("", Map.of(), strays, "elements of no network");
        }
    }

    private void kernel(String name, Map<String, String> before, Map<String, String> after, String what) {
        List<String> lines = lines(before, after);
        if (!lines.isEmpty()) {
            found.add(new Difference(Kind.KERNEL, name, lines, what + ": " + MAKE_ANEW));
        }
    }

    // ---- Elements as text -----------------------------------------------------------------------------------------

    private NetworkElements elementsOf(AppliedNetwork network) {
        return kernel.applied().getOrDefault(network.bridge(), NetworkElements.NONE);
    }

    private Map<String, String> texts(AppliedNetwork network) {
        return texts(elementsOf(network));
    }

    /** By their canonical form, which all spellings share. */
    private static Map<String, String> texts(NetworkElements network) {
        Map<String, String> texts = new TreeMap<>();
        for (Element element : network.elements()) {
            texts.put(text(element.set(), element.canonical()), text(element.set(), element.text()));
        }
        return texts;
    }

    private static String text(String set, String entry) {
        return set + " { " + entry + " }";
    }

    /** What is on one side only, what belongs together side by side. */
    private static List<String> lines(Map<String, String> before, Map<String, String> after) {
        TreeSet<String> all = new TreeSet<>(before.keySet());
        all.addAll(after.keySet());
        List<String> lines = new ArrayList<>();
        for (String canonical : all) {
            String gone = before.get(canonical);
            String come = after.get(canonical);
            if (gone == null && come != null) {
                lines.add("+" + come);
            } else if (gone != null && come == null) {
                lines.add("-" + gone);
            }
        }
        return lines;
    }
}
