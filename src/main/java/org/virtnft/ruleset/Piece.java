package org.virtnft.ruleset;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;

/**
 * A piece of a table that is neither the template's nor an element, and that elements point to: it says how it is made, taken back and known
 * again in a listing.
 */
public sealed interface Piece {

    /** Its kind and name, as nft lists it. */
    String title();

    /**
     * Whether it comes and goes with the element that points to it; one that does not is made with the table, is there for all networks, and
     * stays until the table is made anew.
     */
    boolean comesWithItsElement();

    /** Where it came from; empty for one that is no single network's. */
    Optional<Origin> origin();

    /**
     * The lines that make it.
     *
     * @param verb {@code add}, or {@code create} where it must not be there yet
     * @param counts what it begins with, by a counter's name
     */
    List<String> made(String verb, TableName table, Map<String, Count> counts);

    /** The line that takes it out, for after the elements that point to it: the kernel keeps what is in use. */
    String unmade(TableName table);

    /** What an element points to, where it is such a piece. */
    static Optional<Piece> pointedToBy(Element element) {
        for (Part part : element.entry().data()) {
            if (part instanceof Part.CounterName counter) {
                return Optional.of(new Counter(counter.name(), element.origin()));
            }
            if (part instanceof Part.Verdict verdict) {
                return MasqueradeChain.named(verdict.chain()).map(Piece.class::cast);
            }
        }
        return Optional.empty();
    }

    /**
     * A counter object: one for each network, of what it refused. An element only points to it, so that a network's elements can be others
     * and its counter go on.
     */
    record Counter(String name, Origin from) implements Piece {

        /** The name of a bridge's counter; an object's name begins with a letter, a bridge's need not. */
        public static String nameFor(InterfaceName bridge) {
            return "refused-" + bridge;
        }

        @Override
        public String title() {
            return "counter " + name;
        }

        @Override
        public boolean comesWithItsElement() {
            return true;
        }

        @Override
        public Optional<Origin> origin() {
            return Optional.of(from);
        }

        @Override
        public List<String> made(String verb, TableName table, Map<String, Count> counts) {
            String count = counts.containsKey(name) ? " { " + counts.get(name) + " }" : "";
            return List.of(verb + " counter " + table + " " + name + count);
        }

        @Override
        public String unmade(TableName table) {
            return "delete counter " + table + " " + name;
        }
    }

    /**
     * The chain of a masquerade port range: the one thing that no map can say (nft would emit the lowest port only). Before kernel 6.2 it
     * could not be removed with the elements that point to it.
     */
    record MasqueradeChain(PortRange ports) implements Piece, Comparable<MasqueradeChain> {

        private static final String PREFIX = "masq-";

        /** The name of the chain for a range; that of the usual one is the template's own. */
        public static String nameFor(PortRange ports) {
            return ports.equals(PortRange.UNPRIVILEGED) ? "masq" : PREFIX + ports.first() + "-" + ports.last();
        }

        /** The one of this name; empty where that is no such chain's. */
        public static Optional<MasqueradeChain> named(String chain) {
            if (!chain.startsWith(PREFIX)) {
                return Optional.empty();
            }
            String[] ends = chain.substring(PREFIX.length()).split("-", -1);
            try {
                PortRange ports = new PortRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
                return Optional.of(new MasqueradeChain(ports))
                        .filter(one -> one.name().equals(chain));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }

        private String name() {
            return nameFor(ports);
        }

        @Override
        public String title() {
            return "chain " + name();
        }

        @Override
        public boolean comesWithItsElement() {
            return false;
        }

        @Override
        public Optional<Origin> origin() {
            return Optional.empty();
        }

        @Override
        public List<String> made(String verb, TableName table, Map<String, Count> counts) {
            String chain = table + " " + name();
            return List.of(
                    verb + " chain " + chain,
                    "add rule " + chain + " jump exempt",
                    "add rule " + chain + " meta l4proto { tcp, udp } masquerade to :" + ports,
                    "add rule " + chain + " masquerade");
        }

        @Override
        public String unmade(TableName table) {
            return "delete chain " + table + " " + name();
        }

        @Override
        public int compareTo(MasqueradeChain other) {
            return ports.compareTo(other.ports);
        }
    }
}
