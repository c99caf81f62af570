package org.virtnft.xml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.virtnft.network.Family;
import org.virtnft.network.Gen;
import org.virtnft.network.Subnet;
import org.virtnft.network.VirtualNetwork;

/** Whatever the document: an answer, never an exception. The long form: {@link Gen}. */
class NetworkReaderFuzzTest {

    @Test
    void takesEveryValidNetwork() {
        Gen.forAll(1_000, gen -> {
            String xml = NetworkXml.valid(gen);
            Reading reading = read(xml);

            assertEquals("[]", reading.errors().toString(), xml);
            assertTrue(reading.network().isPresent(), xml);
            assertEquals(Optional.of(reading.network().get().name()), reading.name(), xml);
        });
    }

    @Test
    void answersWhateverItIsGiven() {
        Gen.forAll(3_000, gen -> {
            byte[] xml = NetworkXml.mutated(gen, NetworkXml.valid(gen));
            Reading reading = NetworkReader.read("fuzz.xml", xml);

            String shown = new String(xml, StandardCharsets.UTF_8);
            assertEquals(reading.errors().isEmpty(), reading.network().isPresent(), shown);
            for (Problem problem : reading.problems()) {
                assertEquals(1, problem.toString().lines().count(), shown);
                assertFalse(problem.toString().chars().anyMatch(Character::isISOControl), shown);
            }
            reading.name().ifPresent(name -> assertFalse(name.isEmpty(), shown));
        });
    }

    @Test
    void answersNoiseToo() {
        Gen.forAll(1_000, gen -> {
            Reading reading = NetworkReader.read("fuzz.xml", gen.text(200).getBytes(StandardCharsets.UTF_8));

            assertFalse(reading.network().isPresent());
            assertFalse(reading.errors().isEmpty());
        });
    }

    /** The policy that was applied is kept as text, and read again with a later document of the same network. */
    @Test
    void readsItsOwnPolicyTextAsTheSamePolicy() {
        Gen.forAll(1_000, gen -> {
            String xml = NetworkXml.valid(gen);
            Reading first = read(xml);
            Reading second =
                    NetworkReader.read("fuzz.xml", xml.getBytes(StandardCharsets.UTF_8), Optional.of(first.metadata()));

            assertEquals(first.network(), second.network(), xml);
            assertEquals(first.metadata(), second.metadata(), xml);
            assertEquals(first.ours(), second.ours(), xml);
        });
    }

    @Test
    void anAcceptedNetworkHasSubnetsThatDoNotOverlap() {
        Gen.forAll(1_000, gen -> {
            Reading reading = NetworkReader.read("fuzz.xml", NetworkXml.mutated(gen, NetworkXml.valid(gen)));
            if (reading.network().orElse(null) instanceof VirtualNetwork network) {
                for (Family family : Family.values()) {
                    List<Subnet> subnets = network.subnets(family);
                    for (Subnet one : subnets) {
                        assertEquals(
                                1,
                                subnets.stream()
                                        .filter(other -> other.contains(one))
                                        .count(),
                                subnets::toString);
                    }
                }
            }
        });
    }

    private static Reading read(String xml) {
        return NetworkReader.read("fuzz.xml", xml.getBytes(StandardCharsets.UTF_8));
    }
}
