package org.virtnft.demo;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.virtnft.demo.Probe.Protocol;
import org.virtnft.demo.Scene.Populated;
import org.virtnft.network.Family;

/**
 * Who reaches whom: a packet from a guest of each network to one of each other.
 *
 * <p>Most pairs of most hosts are refused, so there are columns only for networks that somebody reaches, and one line for all
 * networks that reach the same.
 */
final class Matrix {

    private static final String COLUMNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private final Map<Family, List<Populated>> members = new EnumMap<>(Family.class);

    Matrix(List<Populated> networks) {
        for (Family family : Family.values()) {
            List<Populated> found = networks.stream()
                    .filter(each -> !each.network().subnets(family).isEmpty())
                    .filter(each -> address(each, family).isPresent())
                    .toList();
            if (found.size() > 1) {
                members.put(family, found);
            }
        }
    }

    private static Optional<InetAddress> address(Populated network, Family family) {
        return network.first().address(family == Family.IPV6);
    }

    List<Probe> probes() {
        List<Probe> all = new ArrayList<>();
        members.forEach((family, networks) -> networks.forEach(
                from -> networks.forEach(to -> probe(from, to, family).ifPresent(all::add))));
        return all;
    }

    private static Optional<Probe> probe(Populated from, Populated to, Family family) {
        return from.equals(to)
                ? Optional.empty()
                : address(to, family).map(target -> Probe.of(Protocol.UDP, from.first(), target));
    }

    /** Prints it. */
    void print(Map<Probe, Outcome> outcomes, Paragraphs out) {
        members.forEach((family, networks) -> print(family, networks, outcomes, out));
    }

    private static void print(Family family, List<Populated> networks, Map<Probe, Outcome> outcomes, Paragraphs out) {
        String title = "Network to network, " + (family == Family.IPV4 ? "IPv4: " : "IPv6: ");
        List<Populated> reached = networks.stream()
                .filter(to ->
                        networks.stream().anyMatch(from -> "+t?".indexOf(letter(from, to, family, outcomes)) >= 0))
                .limit(COLUMNS.length())
                .toList();
        if (reached.isEmpty()) {
            out.line(title + "all rejected");
            out.line("");
            return;
        }
        out.line(title + "+ passed, t translated, - or not listed: rejected");
        if (anyWithoutAnswer(networks, reached, family, outcomes)) {
            out.line("  ? nothing came back: neither an answer nor a refusal");
        }
        List<String> columns = new ArrayList<>();
        StringBuilder head = new StringBuilder("  ");
        for (int i = 0; i < reached.size(); i++) {
            columns.add(COLUMNS.charAt(i) + " " + name(reached.get(i)));
            head.append(COLUMNS.charAt(i)).append(' ');
        }
        out.paragraph("  to ", String.join(", ", columns));
        out.line(head.toString());
        Map<String, List<String>> rows = new LinkedHashMap<>();
        for (Populated from : networks) {
            StringBuilder row = new StringBuilder("  ");
            reached.forEach(to -> row.append(letter(from, to, family, outcomes)).append(' '));
            rows.computeIfAbsent(row.toString(), key -> new ArrayList<>()).add(name(from));
        }
        rows.forEach((row, names) -> {
            if (!row.replace('-', ' ').isBlank()) {
                out.paragraph(row + " from ", String.join(", ", names));
            }
        });
        out.line("");
    }

    private static boolean anyWithoutAnswer(
            List<Populated> from, List<Populated> to, Family family, Map<Probe, Outcome> outcomes) {
        return from.stream()
                .anyMatch(each -> to.stream().anyMatch(other -> letter(each, other, family, outcomes) == '?'));
    }

    private static char letter(Populated from, Populated to, Family family, Map<Probe, Outcome> outcomes) {
        return probe(from, to, family)
                .map(each -> Verdict.letter(outcomes.getOrDefault(each, new Outcome.Lost()), address(from, family)))
                .orElse(' ');
    }

    private static String name(Populated network) {
        return Paragraphs.printable(network.network().name());
    }
}
