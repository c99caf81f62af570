package org.virtnft.ruleset;

import java.util.Collection;
import java.util.List;
import org.virtnft.network.InterfaceName;

/**
 * The counter objects beside the template's sets: one for each network, of what it refused. Elements only point to them, so that a
 * network's elements can be others and its counter go on.
 */
public final class Counters {

    /** The map from a bridge to its counter. */
    static final String MAP = "refused";

    private Counters() {}

    /** The name of a bridge's counter; an object's name begins with a letter, a bridge's need not. */
    public static String of(InterfaceName bridge) {
        return "refused-" + bridge;
    }

    /** Those elements that point to a counter. */
    public static List<Element> in(Collection<Element> elements) {
        return elements.stream().filter(element -> element.set().equals(MAP)).toList();
    }

    /** The counter that an element points to. */
    public static String of(Element element) {
        return element.entry().data().get(0) instanceof Part.CounterName counter ? counter.name() : "";
    }
}
