package org.virtnft.ruleset;

import java.util.List;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;

/** What is enforced on a bridge. It is kept; the elements that it needs in the kernel are computed from it, by this program's template. */
public sealed interface Enforcement {

    /** The network's name. */
    String name();

    InterfaceName bridge();

    Shape shape();

    /** How an administrator is told: nat, route, isolated, blocked, unknown. */
    String word();

    /** A network as it says. */
    record AsDefined(VirtualNetwork network) implements Enforcement {
        @Override
        public String name() {
            return network.name();
        }

        @Override
        public InterfaceName bridge() {
            return network.bridge();
        }

        @Override
        public Shape shape() {
            return network.shape();
        }

        @Override
        public String word() {
            return network.forward().mode();
        }
    }

    /**
     * A network that cannot be applied as it says, and that nothing else protects: nothing passes its bridge.
     *
     * @param reason why
     */
    record Blocked(String name, InterfaceName bridge, String reason) implements Enforcement {

        /** {@link Enforcement#word} of it. */
        public static final String WORD = "blocked";

        @Override
        public Shape shape() {
            return Shape.OWNER;
        }

        @Override
        public String word() {
            return WORD;
        }
    }

    /**
     * A bridge whose elements are in the kernel, and nobody knows whose they are: they stay as they were found.
     *
     * @param elements as the kernel listed them
     */
    record Unknown(InterfaceName bridge, NetworkElements elements) implements Enforcement {

        /** {@link Enforcement#word} of it. */
        public static final String WORD = "unknown";

        @Override
        public String name() {
            return KernelElements.nameOf(bridge);
        }

        @Override
        public Shape shape() {
            List<Element> all = elements.elements();
            return all.stream().anyMatch(element -> element.set().equals("companion")) ? Shape.COMPANION : Shape.OWNER;
        }

        @Override
        public String word() {
            return WORD;
        }
    }
}
