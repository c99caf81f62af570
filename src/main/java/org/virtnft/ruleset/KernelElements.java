package org.virtnft.ruleset;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.virtnft.network.Address;
import org.virtnft.network.InterfaceName;
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

    /** @param elements by set, as they were listed */
    public KernelElements(Map<String, Set<Entry>> elements) {
        List<Element> addressed = new ArrayList<>();
        elements.forEach((set, entries) -> entries.forEach(entry -> {
            Element element = new Element(set, entry.bare(), NOBODYS); // a comment is somebody's
            // behind an address of the host's own stands an uplink
            Optional<InterfaceName> bridge = address(entry).isPresent() ? Optional.empty() : entry.firstInterface();
            bridge.ifPresentOrElse(name -> put(name, element), () -> addressed.add(element));
            if (set.startsWith("net") || set.equals("nat4") || set.equals("nat6")) {
                bridge.ifPresent(name -> subnet(entry).ifPresent(subnet -> {
                    subnets.putIfAbsent(subnet, name);
                    prefixLengths.add(subnet.prefixLength());
                }));
            }
        }));
        for (Element element : addressed) {
            address(element.entry()).flatMap(this::around).ifPresent(bridge -> put(bridge, element));
        }
    }

    private void put(InterfaceName bridge, Element element) {
        byBridge.computeIfAbsent(bridge, any -> new ArrayList<>()).add(element);
    }

    /** The subnets that elements say a network has. */
    public static List<Subnet> subnets(List<Element> elements) {
        return elements.stream()
                .filter(element -> element.set().equals("net4") || element.set().equals("net6"))
                .flatMap(element -> subnet(element.entry()).stream())
                .toList();
    }

    /** Behind a bridge's name; a range that is no prefix is none of ours. */
    private static Optional<Subnet> subnet(Entry entry) {
        return entry.key().size() == 2 && entry.key().get(1) instanceof Part.Addresses addresses
                ? addresses.subnet()
                : Optional.empty();
    }

    private static Optional<Address> address(Entry entry) {
        return entry.key().get(0) instanceof Part.Addresses addresses ? addresses.address() : Optional.empty();
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
                .map(each -> new Element(each.set(), each.entry(), origin))
                .toList();
        return fit(elements, template);
    }

    /** The same of elements that were found earlier. */
    public static Optional<NetworkElements> fit(List<Element> elements, Template template) {
        for (Element element : elements) {
            if (!template.sets().contains(element.set())) {
                return Optional.empty();
            }
            for (Part part : element.entry().data()) {
                if (part instanceof Part.Verdict verdict && !template.knowsChain(verdict.chain())) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(new NetworkElements(elements));
    }
}
