package org.virtnft.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.virtnft.demo.Host;
import org.virtnft.demo.Lab;
import org.virtnft.demo.Outcome;
import org.virtnft.demo.Probe;
import org.virtnft.demo.Probe.Protocol;
import org.virtnft.demo.VirtualizationHost;

/** The lab tells the truth: each outcome under rules that can have no other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LabIT {

    private final Leftovers leftovers = new Leftovers();
    private final Lab lab = new Lab();
    private final VirtualizationHost middle = new VirtualizationHost(lab);
    private Host guest;
    private Host outside;

    @BeforeAll
    void build() {
        middle.bridge("virbr0", List.of("192.168.122.1/24", "fd00:122::1/64"));
        guest = middle.guest("virbr0", "guest", List.of("192.168.122.10/24", "10.9.9.9/32", "fd00:122::10/64"));
        outside = middle.outside(
                "eth0",
                "outside",
                List.of("203.0.113.1/24", "2001:db8::1/64"),
                List.of("203.0.113.2/24", "2001:db8::2/64"));
        middle.announce(outside, "eth0", "192.168.122.0/24");
        middle.announce(outside, "eth0", "fd00:122::/64");
    }

    @AfterAll
    void remove() {
        lab.close();
        leftovers.assertNone();
    }

    private void rules(String body) {
        middle.host().nft("table inet t\ndelete table inet t\ntable inet t {\n" + body + "\n}\n");
    }

    @Test
    void tellsWhatPassed() {
        rules("");
        for (String target : List.of("203.0.113.2", "2001:db8::2")) {
            for (Protocol protocol : List.of(Protocol.UDP, Protocol.TCP)) {
                Outcome outcome =
                        Probe.of(protocol, guest, target).fromPort(4711).send();
                Outcome.Passed passed = assertInstanceOf(Outcome.Passed.class, outcome);
                assertEquals(4711, passed.port());
            }
            assertEquals(
                    new Outcome.Answered(),
                    Probe.of(Protocol.ICMP, guest, target).send());
        }
    }

    @Test
    void tellsWhatWasRejected() {
        rules("chain c { type filter hook forward priority 0; reject with icmpx port-unreachable\n}");
        for (String target : List.of("203.0.113.2", "2001:db8::2")) {
            assertEquals(
                    new Outcome.Rejected(),
                    Probe.of(Protocol.UDP, guest, target).send());
            assertEquals(
                    new Outcome.Rejected(),
                    Probe.of(Protocol.TCP, guest, target).send());
            assertEquals(
                    new Outcome.Lost(), Probe.of(Protocol.ICMP, guest, target).send());
        }
    }

    @Test
    void tellsWhatWasLost() {
        rules("chain c { type filter hook forward priority 0; policy drop;\n}");
        for (String target : List.of("203.0.113.2", "2001:db8::2")) {
            List<Probe> probes = Stream.of(Protocol.values())
                    .map(protocol -> Probe.of(protocol, guest, target))
                    .toList();
            assertEquals(Collections.nCopies(3, new Outcome.Lost()), Probe.sendAll(probes));
        }
    }

    @Test
    void tellsWhatArrivedAlthoughItsAnswerDidNot() {
        rules("chain c { type filter hook forward priority 0; iifname eth0 drop\n}");
        for (String target : List.of("203.0.113.2", "2001:db8::2")) {
            assertInstanceOf(
                    Outcome.Unanswered.class,
                    Probe.of(Protocol.UDP, guest, target).send());
        }
    }

    @Test
    void tellsTheTranslatedSource() {
        rules(
                "chain c { type nat hook postrouting priority 100; oifname eth0 meta l4proto udp masquerade to :3000-3000\n}");
        Outcome outcome = Probe.of(Protocol.UDP, guest, "203.0.113.2").send();
        assertEquals("passed, seen as 203.0.113.1 port 3000", outcome.toString());
    }

    @Test
    void spoofs() {
        rules("");
        middle.announce(outside, "eth0", "10.9.9.9/32");
        middle.host().ip("route replace 10.9.9.9/32 dev virbr0");
        Outcome outcome = Probe.of(Protocol.TCP, guest, "203.0.113.2")
                .from("10.9.9.9")
                .fromPort(5)
                .send();
        assertEquals("passed, seen as 10.9.9.9 port 5", outcome.toString());
    }
}
