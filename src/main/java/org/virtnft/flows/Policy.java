package org.virtnft.flows;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.PortRange;
import org.virtnft.network.Subnet;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.NetworkElements;
import org.virtnft.state.AppliedNetwork;

/**
 * What a network consents to, from its elements: they are what is in the kernel, and what the state keeps.
 *
 * @param from what its packets may do: the chain's name behind {@code from_}
 * @param to what packets to it may do: the chain's name behind {@code to_}
 * @param same whether its guests reach each other
 * @param companion whether a flow that others translated to it is left to libvirt's rules
 * @param uplink the one device that it may use
 * @param outbound its subnets
 * @param inbound those that accept new flows
 * @param translations how the guests of a subnet are translated
 */
record Policy(
        String from,
        String to,
        boolean same,
        boolean companion,
        Optional<String> uplink,
        List<Subnet> outbound,
        List<Subnet> inbound,
        Map<Subnet, Translation> translations) {

    static final String NONE = "none";
    static final String UPLINK = "uplink";

    /**
     * The addresses and ports that others see.
     *
     * @param pool empty for whatever address the leaving device has
     * @param ports of TCP and UDP
     */
    record Translation(Optional<AddressRange> pool, PortRange ports) {}

    static Policy of(AppliedNetwork network) {
        return new Reader(network.elements()).policy();
    }

    /** The same for whoever does not care whether libvirt's rules stand beside. */
    Policy withoutShape() {
        return new Policy(from, to, same, false, uplink, outbound, inbound, translations);
    }

    boolean sends(Address source) {
        return !from.equals(NONE) && holds(outbound, source);
    }

    boolean accepts(Address destination) {
        return !to.equals(NONE) && holds(inbound, destination);
    }

    Optional<Translation> translation(Address source) {
        return translations.entrySet().stream()
                .filter(each -> each.getKey().contains(source))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static boolean holds(List<Subnet> subnets, Address address) {
        return subnets.stream().anyMatch(subnet -> subnet.contains(address));
    }

    /** Reads elements; those that say nothing to flows are passed over. */
    private static final class Reader {
        private final NetworkElements elements;
        private final Map<Subnet, AddressRange> pools = new HashMap<>();
        private final Map<Subnet, PortRange> ports = new HashMap<>();

        Reader(NetworkElements elements) {
            this.elements = elements;
        }

        Policy policy() {
            for (Element element : in("pool4_ports")) {
                String[] data = element.data().split(" \\. ");
                String[] addresses = data[0].split("-");
                pools.put(subnet(element), new AddressRange(Address.parse(addresses[0]), Address.parse(addresses[1])));
                ports.put(subnet(element), range(data[1]));
            }
            Map<Subnet, Translation> translations = new HashMap<>();
            for (Element element : in("nat4", "nat6")) {
                translations.put(subnet(element), translation(element));
            }
            return new Policy(
                    way("from"),
                    way("to"),
                    !in("same").isEmpty(),
                    !in("companion").isEmpty(),
                    in("uplink").stream().map(Reader::second).findFirst(),
                    subnets("net4", "net6"),
                    subnets("inbound4", "inbound6"),
                    translations);
        }

        private List<Element> in(String... sets) {
            return elements.elements().stream()
                    .filter(element -> List.of(sets).contains(element.set()))
                    .toList();
        }

        private String way(String map) {
            return in(map).stream()
                    .map(element -> element.data().substring(("jump " + map + "_").length()))
                    .findFirst()
                    .orElse(NONE);
        }

        private List<Subnet> subnets(String... sets) {
            List<Subnet> found = new ArrayList<>();
            in(sets).forEach(element -> found.add(subnet(element)));
            return found;
        }

        private Translation translation(Element element) {
            String chain = element.data().substring("goto ".length());
            Subnet subnet = subnet(element);
            PortRange range = chain.startsWith("masq-")
                    ? range(chain.substring("masq-".length()))
                    : ports.getOrDefault(subnet, PortRange.UNPRIVILEGED);
            return new Translation(Optional.ofNullable(pools.get(subnet)), range);
        }

        private static PortRange range(String text) {
            String[] ends = text.split("-");
            return new PortRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
        }

        private static Subnet subnet(Element element) {
            String[] words = second(element).split("/");
            return new Subnet(Address.parse(words[0]), Integer.parseInt(words[1]));
        }

        /** What stands behind the bridge in the key. */
        private static String second(Element element) {
            return element.key().substring(element.key().indexOf(" . ") + 3).replace("\"", "");
        }
    }
}
