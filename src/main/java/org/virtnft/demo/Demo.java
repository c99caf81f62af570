package org.virtnft.demo;

import java.io.PrintWriter;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.virtnft.demo.Probe.Protocol;
import org.virtnft.demo.Scene.Populated;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.Family;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.RulelessNetwork;
import org.virtnft.network.Subnet;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.NetworkElements;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Source;
import org.virtnft.transaction.Applier;
import org.virtnft.transaction.Result;

/** Applies networks on a host that exists for the purpose, sends packets and prints what became of them. */
public final class Demo {

    private static final int LABEL = 28;
    private static final int CELL = 26;

    private final Applier applier;
    private final Paragraphs out;
    private final Consumer<String> progress;

    /**
     * @param applier the one that every command uses, with a state directory of its own
     * @param progress told what goes on
     */
    public Demo(Applier applier, PrintWriter out, Consumer<String> progress) {
        this.applier = applier;
        this.out = new Paragraphs(out);
        this.progress = progress;
    }

    /**
     * Shows networks.
     *
     * @param warnings of each network, by its name
     */
    public void show(
            List<VirtualNetwork> networks, List<RulelessNetwork> ruleless, Map<String, List<String>> warnings) {
        long start = System.nanoTime();
        List<VirtualNetwork> shown = new ArrayList<>();
        Map<String, String> notShown = new LinkedHashMap<>();
        for (VirtualNetwork network : networks) {
            shown.stream()
                    .filter(each -> overlap(each, network))
                    .findFirst()
                    .ifPresentOrElse(
                            other -> notShown.put(
                                    network.name(),
                                    "not shown, it shares addresses with " + Paragraphs.printable(other.name())),
                            () -> shown.add(network));
        }
        ruleless.forEach(each -> notShown.put(each.name(), each.mode() + ", no rules: " + each.why()));
        if (!shown.isEmpty()) {
            try (Lab lab = new Lab()) {
                show(lab, shown, warnings);
            }
        }
        notShown.forEach((name, why) -> out.paragraph(Paragraphs.printable(name) + ": ", why));
        out.line((notShown.isEmpty() ? "" : "\n") + "Removed after " + seconds(start)
                + " s; nothing of it is left on this machine.");
    }

    private static String seconds(long start) {
        return String.format(Locale.ROOT, "%.1f", (System.nanoTime() - start) / 1e9);
    }

    /** No host could route to both. */
    private static boolean overlap(VirtualNetwork one, VirtualNetwork other) {
        for (BridgeAddress a : one.addresses()) {
            for (BridgeAddress b : other.addresses()) {
                if (AddressPlan.overlap(a.subnet().range(), b.subnet().range())) {
                    return true;
                }
            }
        }
        return false;
    }

    private void show(Lab lab, List<VirtualNetwork> shown, Map<String, List<String>> warnings) {
        out.line("Building a host with " + count(shown.size(), "bridge") + " and " + count(2 * shown.size(), "guest")
                + " in a network namespace.");
        Scene scene = new Scene(lab, shown, progress);
        progress.accept("applies " + count(shown.size(), "network"));
        long start = System.nanoTime();
        Result result = scene.host().inside(() -> applier.apply(before -> before.with(applied(shown))));
        int elements = result.after().networks().values().stream()
                .mapToInt(each -> NetworkElements.of(each.enforced()).elements().size())
                .sum();
        out.line("Applied " + count(shown.size(), "network") + " in one transaction: " + count(elements, "element")
                + ", " + seconds(start) + " s.");
        out.line("Sending packets: UDP, TCP and ping.");
        out.line("\"as X\" is translated: X is the source that the receiver saw.");
        out.line("");
        List<Block> blocks =
                scene.networks().stream().map(each -> block(scene, each)).toList();
        Matrix matrix = new Matrix(scene.networks());
        progress.accept("sends packets");
        Map<Probe, Outcome> outcomes = send(blocks, matrix);
        for (Block block : blocks) {
            print(block, outcomes, warnings.getOrDefault(block.network().name(), List.of()));
        }
        matrix.print(outcomes, out);
        progress.accept("removes the host");
        scene.host().inside(() -> applier.apply(before -> before.with(new TreeMap<>())));
    }

    private static String count(int number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }

    private static NavigableMap<InterfaceName, AppliedNetwork> applied(List<VirtualNetwork> networks) {
        NavigableMap<InterfaceName, AppliedNetwork> after = new TreeMap<>();
        for (VirtualNetwork network : networks) {
            after.put(network.bridge(), AppliedNetwork.of(network, Source.FILE, Instant.now(), "", "", List.of()));
        }
        return after;
    }

    // ---- One network ----------------------------------------------------------------------------------------------

    /**
     * A line of a network's table.
     *
     * @param probes all three protocols; a family without addresses has no entry
     */
    private record Row(String label, Host sender, Map<Family, List<Probe>> probes) {}

    private record Block(VirtualNetwork network, List<Row> rows) {}

    private static Block block(Scene scene, Populated each) {
        List<Row> rows = new ArrayList<>();
        boolean hasGateway = !each.network().addresses().isEmpty();
        Optional<InterfaceName> uplink = each.network().forward().uplink();
        each.out().filter(out -> hasGateway).ifPresent(out -> {
            rows.add(row(uplink.map(name -> "out by " + name).orElse("guest to outside"), each.first(), out));
            rows.add(row(uplink.map(name -> "in by " + name).orElse("outside to guest"), out, each.first()));
        });
        each.elsewhere().filter(out -> hasGateway).ifPresent(out -> {
            rows.add(row("out by " + scene.common(), each.first(), out));
            rows.add(row("in by " + scene.common(), out, each.first()));
        });
        rows.add(row(
                each.network().portsIsolated() ? "guest to guest, isolated" : "guest to guest",
                each.first(),
                each.second()));
        return new Block(each.network(), rows);
    }

    private static Row row(String label, Host sender, Host receiver) {
        Map<Family, List<Probe>> probes = new EnumMap<>(Family.class);
        for (Family family : Family.values()) {
            boolean ipv6 = family == Family.IPV6;
            Optional<InetAddress> target = receiver.address(ipv6);
            if (target.isPresent() && sender.address(ipv6).isPresent()) {
                List<Probe> all = new ArrayList<>();
                for (Protocol protocol : Protocol.values()) {
                    all.add(Probe.of(protocol, sender, target.get()));
                }
                probes.put(family, all);
            }
        }
        return new Row(label, sender, probes);
    }

    private static Map<Probe, Outcome> send(List<Block> blocks, Matrix matrix) {
        List<Probe> probes = new ArrayList<>(matrix.probes());
        for (Block block : blocks) {
            block.rows().forEach(row -> row.probes().values().forEach(probes::addAll));
        }
        List<Outcome> outcomes = Probe.sendAll(probes);
        Map<Probe, Outcome> found = new HashMap<>();
        for (int i = 0; i < probes.size(); i++) {
            found.put(probes.get(i), outcomes.get(i));
        }
        return found;
    }

    private void print(Block block, Map<Probe, Outcome> outcomes, List<String> warnings) {
        VirtualNetwork network = block.network();
        out.line(Paragraphs.printable(network.name()) + ": " + network.forward().mode()
                + network.forward().uplink().map(name -> " by " + name).orElse("") + " on " + network.bridge());
        out.line(columns("", subnets(network, Family.IPV4), subnets(network, Family.IPV6)));
        boolean ports =
                network.forward() instanceof Forward.Nat nat && !nat.ports().equals(PortRange.UNPRIVILEGED);
        for (Row row : block.rows()) {
            List<String> cells = new ArrayList<>();
            for (Family family : Family.values()) {
                Map<Protocol, Outcome> found = new EnumMap<>(Protocol.class);
                for (Probe probe : row.probes().getOrDefault(family, List.of())) {
                    found.put(probe.protocol(), outcomes.getOrDefault(probe, new Outcome.Lost()));
                }
                cells.add(Verdict.of(found, row.sender().address(family == Family.IPV6), ports));
            }
            out.line(columns(row.label(), cells.get(0), cells.get(1)));
        }
        warnings.forEach(warning -> out.paragraph("  ", warning));
        out.line("");
    }

    private static String subnets(VirtualNetwork network, Family family) {
        List<Subnet> subnets = network.subnets(family);
        String version = family == Family.IPV4 ? "IPv4" : "IPv6";
        return subnets.isEmpty()
                ? "no " + version
                : subnets.get(0) + (subnets.size() > 1 ? ", " + (subnets.size() - 1) + " more" : "");
    }

    private static String columns(String label, String ipv4, String ipv6) {
        return Paragraphs.pad("  " + label, LABEL) + Paragraphs.pad(ipv4, CELL) + ipv6;
    }
}
