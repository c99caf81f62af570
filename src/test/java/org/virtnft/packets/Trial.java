package org.virtnft.packets;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.virtnft.demo.Outcome;
import org.virtnft.demo.Probe;
import org.virtnft.demo.Probe.Protocol;

/**
 * Packets and what must become of them under our rules. All are sent at once; then our table goes, and what it refused must
 * pass: nothing else stood in the way.
 */
final class Trial {

    /** A packet with its expectation, under the name of the case that it belongs to. */
    private record Check(String about, Probe probe, Expectation expected) {}

    private final List<Check> checks = new ArrayList<>();

    void expect(String about, Probe probe, Expectation expected) {
        checks.add(new Check(about, probe, expected));
    }

    /** It passes as it is, and so does its answer. */
    void passes(String about, Probe probe, InetAddress source) {
        passes(about, probe, List.of(source));
    }

    /** The same where routing chooses the source. */
    void passes(String about, Probe probe, List<InetAddress> sources) {
        OptionalInt port = probe.sourcePort() == 0 ? OptionalInt.empty() : OptionalInt.of(probe.sourcePort());
        expect(about, probe, new Expectation.Unchanged(sources, port));
    }

    /** It is rejected, and passes once our table is gone. */
    void isRefused(String about, Probe probe) {
        expect(about, probe, new Expectation.Refused(probe.protocol() != Protocol.ICMP));
    }

    /** It vanishes without a word, and passes once our table is gone. */
    void isDropped(String about, Probe probe) {
        expect(about, probe, new Expectation.Refused(false));
    }

    int size() {
        return checks.size();
    }

    /** Sends everything, with our table and then without; returns for each case what was not as expected, a line each. */
    Map<String, List<String>> run(Runnable removeTable) {
        Map<String, List<String>> wrong = new LinkedHashMap<>();
        checks.forEach(check -> wrong.put(check.about(), new ArrayList<>()));
        List<Outcome> outcomes = Probe.sendAll(checks.stream().map(Check::probe).toList());
        for (int i = 0; i < checks.size(); i++) {
            Check check = checks.get(i);
            if (!check.expected().isMetBy(outcomes.get(i))) {
                report(wrong, check, check.probe() + " must be " + check.expected() + ", but was " + outcomes.get(i));
            }
        }
        removeTable.run();
        List<Check> refused = checks.stream()
                .filter(check -> check.expected() instanceof Expectation.Refused)
                .toList();
        List<Outcome> controls =
                Probe.sendAll(refused.stream().map(Check::probe).toList());
        for (int i = 0; i < refused.size(); i++) {
            if (!controls.get(i).passed()) {
                String line = refused.get(i).probe() + " must pass without our table, but was " + controls.get(i);
                report(wrong, refused.get(i), line);
            }
        }
        return wrong;
    }

    private static void report(Map<String, List<String>> wrong, Check check, String line) {
        wrong.computeIfAbsent(check.about(), about -> new ArrayList<>()).add(line);
    }
}
