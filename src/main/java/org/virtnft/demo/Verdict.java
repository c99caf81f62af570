package org.virtnft.demo;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.virtnft.demo.Probe.Protocol;

/** What became of packets that ask the same by UDP, TCP and ping, in a few words. */
final class Verdict {

    private Verdict() {}

    /**
     * The words.
     *
     * @param own the sender's address: any other that the receiver saw is a translation
     * @param withPorts whether the port that the receiver saw is worth a word
     */
    static String of(Map<Protocol, Outcome> outcomes, Optional<InetAddress> own, boolean withPorts) {
        if (outcomes.isEmpty()) {
            return "";
        }
        if (outcomes.values().stream().allMatch(Outcome::passed)) {
            return seen(outcomes, own, withPorts);
        }
        // who sent a ping does not hear why it had no answer
        boolean refused = outcomes.entrySet().stream()
                .allMatch(each -> each.getKey() == Protocol.ICMP
                        ? !each.getValue().passed()
                        : each.getValue() instanceof Outcome.Rejected);
        return refused ? "rejected" : each(outcomes);
    }

    private static String seen(Map<Protocol, Outcome> outcomes, Optional<InetAddress> own, boolean withPorts) {
        Set<String> sources = new TreeSet<>();
        Set<Integer> ports = new TreeSet<>();
        for (Outcome each : outcomes.values()) {
            if (each instanceof Outcome.Passed passed) {
                sources.add(Addresses.shortest(passed.source()));
                ports.add(passed.port());
            }
        }
        if (sources.equals(Set.of(own.map(Addresses::shortest).orElse("")))) {
            return "passed";
        }
        return "as " + String.join(" and ", sources)
                + (withPorts && sources.size() == 1 ? " :" + ports.iterator().next() : "");
    }

    private static String each(Map<Protocol, Outcome> outcomes) {
        Map<String, List<String>> protocols = new LinkedHashMap<>();
        outcomes.forEach((protocol, outcome) -> protocols
                .computeIfAbsent(word(outcome), word -> new ArrayList<>())
                .add(protocol == Protocol.ICMP ? "ping" : protocol.name()));
        List<String> words = new ArrayList<>();
        protocols.forEach((word, names) -> words.add(String.join("+", names) + " " + word));
        return String.join(", ", words);
    }

    private static String word(Outcome outcome) {
        if (outcome.passed()) {
            return "passed";
        }
        if (outcome instanceof Outcome.Rejected) {
            return "rejected";
        }
        return outcome instanceof Outcome.Unanswered ? "one way" : "lost";
    }

    /** One letter for a matrix. */
    static char letter(Outcome outcome, Optional<InetAddress> own) {
        if (outcome instanceof Outcome.Passed passed) {
            return own.filter(passed.source()::equals).isPresent() ? '+' : 't';
        }
        return outcome instanceof Outcome.Rejected ? '-' : '?';
    }
}
