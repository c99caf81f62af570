package org.virtnft.ruleset;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.virtnft.network.Address;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.Subnet;

/**
 * Elements as the kernel lists them, by the bridge that they are about: that is the first name of an element's key. Those of the host's
 * own packets are keyed by an address, and go with the bridge that has a subnet around it.
 */
public final class KernelElements {

    private static final Origin NOBODYS = new Origin("", "");

    private final NavigableMap<InterfaceName, List<Element>> byBridge = new TreeMap<>();
    private final Map<Subnet, InterfaceName> subnets = new HashMap<>();
    private final NavigableSet<Integer> prefixLengths = new TreeSet<>();

    /** @param elements by set: the canonical form and the text as it was listed */
    public KernelElements(Map<String, Map<String, String>> elements) {
        List<Element> addressed = new ArrayList<>();
        elements.forEach((set, texts) -> texts.values().forEach(text -> {
            Element element = element(set, text);
            Optional<InterfaceName> bridge = bridge(element.key());
            bridge.ifPresentOrElse(name -> put(name, element), () -> addressed.add(element));
            if (set.startsWith("net") || set.equals("nat4") || set.equals("nat6")) {
                bridge.ifPresent(name -> subnet(element.key()).ifPresent(subnet -> {
                    subnets.putIfAbsent(subnet, name);
                    prefixLengths.add(subnet.prefixLength());
                }));
            }
        }));
        for (Element element : addressed) {
            address(element.key()).flatMap(this::around).ifPresent(bridge -> put(bridge, element));
        }
    }

    private static Element element(String set, String text) {
        String bare = text.replaceFirst(" comment \"[^\"]*\"", ""); // somebody's, and no part of a key
        int colon = bare.indexOf(" : ");
        return colon < 0
                ? new Element(set, bare, "", NOBODYS)
                : new Element(set, bare.substring(0, colon), bare.substring(colon + 3), NOBODYS);
    }

    private void put(InterfaceName bridge, Element element) {
        byBridge.computeIfAbsent(bridge, any -> new ArrayList<>()).add(element);
    }

    /** The bridge that an element's key or text names; empty for one that is keyed by an address. */
    public static Optional<InterfaceName> bridge(String key) {
        int from = key.indexOf('"');
        int to = key.indexOf('"', from + 1);
        return from >= 0 && to > from ? InterfaceName.of(key.substring(from + 1, to)) : Optional.empty();
    }

    /** The subnets that elements say a network has. */
    public static List<Subnet> subnets(List<Element> elements) {
        return elements.stream()
                .filter(element -> element.set().equals("net4") || element.set().equals("net6"))
                .flatMap(element -> subnet(element.key()).stream())
                .toList();
    }

    private static Optional<Subnet> subnet(String key) {
        if (!key.contains(" . ")) {
            return Optional.empty();
        }
        try {
            String[] words = key.substring(key.indexOf(" . ") + 3).split("/");
            Address address = Address.parse(words[0]);
            int length = words.length > 1
                    ? Integer.parseInt(words[1])
                    : address.family().bits();
            return Optional.of(Subnet.around(address, length));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // a range that is no prefix: none of ours
        }
    }

    private static Optional<Address> address(String key) {
        int end = key.indexOf(' ');
        try {
            return Optional.of(Address.parse(end < 0 ? key : key.substring(0, end)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** By the few lengths that there are, the longest first: with thousands of networks, not by all of their subnets. */
    private Optional<InterfaceName> around(Address address) {
        return prefixLengths.descendingSet().stream()
                .filter(length -> length <= address.family().bits())
                .flatMap(length -> Optional.ofNullable(subnets.get(Subnet.around(address, length))).stream())
                .findFirst();
    }

    /** What to call the network of a bridge of which nothing but elements is known: libvirt allows no slash in a name. */
    public static String nameOf(InterfaceName bridge) {
        return "unknown/" + bridge;
    }

    /** The bridges that elements are about. */
    public NavigableSet<InterfaceName> bridges() {
        return byBridge.navigableKeySet();
    }

    /**
     * What the kernel holds of one bridge, to be put there again.
     *
     * @return empty where the template of this program does not have what it needs
     */
    public Optional<NetworkElements> of(InterfaceName bridge, Template template) {
        Origin origin = new Origin(nameOf(bridge), "<bridge>");
        List<Element> elements = byBridge.getOrDefault(bridge, List.of()).stream()
                .map(each -> new Element(each.set(), each.key(), each.data(), origin))
                .toList();
        return fit(elements, template);
    }

    /** The same of elements that were found earlier. */
    public static Optional<NetworkElements> fit(List<Element> elements, Template template) {
        SortedSet<PortRange> ranges = new TreeSet<>();
        for (Element element : elements) {
            if (!template.sets().contains(element.set())) {
                return Optional.empty();
            }
            String[] verdict = element.data().split(" ");
            boolean enters = verdict[0].equals("goto") || verdict[0].equals("jump");
            if (enters && !template.knowsChain(verdict[1])) {
                return Optional.empty();
            }
            if (enters && verdict[1].startsWith("masq-")) {
                String[] ports = verdict[1].split("-");
                ranges.add(new PortRange(Integer.parseInt(ports[1]), Integer.parseInt(ports[2])));
            }
        }
        return Optional.of(new NetworkElements(elements, ranges));
    }
}
