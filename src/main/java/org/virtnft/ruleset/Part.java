package org.virtnft.ruleset;

import java.util.Optional;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.Family;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.Subnet;

/**
 * One part of an element's key or data, and how nft takes it; {@link EntryReader} reads it back. Two are equal when they mean the same,
 * however they are spelt.
 */
public sealed interface Part {

    /** As nft takes it, or as it listed it. */
    String text();

    /** In the one spelling that all that are equal share. */
    default String canonical() {
        return text();
    }

    /** The name of a bridge or of an uplink device. */
    record Interface(InterfaceName name) implements Part {
        @Override
        public String text() {
            return '"' + name.value() + '"';
        }
    }

    /** What a packet is of. */
    record Protocol(Family family) implements Part {
        @Override
        public String text() {
            return family == Family.IPV4 ? "ipv4" : "ipv6";
        }
    }

    /**
     * An address, a prefix or a range: nft prints a range that is a prefix as a prefix, a prefix that is one address as an address, with or
     * without its length, and differs in that between releases.
     *
     * @param text which of these spellings it has
     */
    record Addresses(AddressRange range, String text) implements Part {

        static Addresses of(Address address) {
            return new Addresses(new AddressRange(address, address), address.toString());
        }

        static Addresses of(Subnet subnet) {
            return new Addresses(subnet.range(), subnet.toString());
        }

        static Addresses of(AddressRange range) {
            return new Addresses(range, range.first() + "-" + range.last());
        }

        /** The address where it is one. */
        public Optional<Address> address() {
            return range.first().equals(range.last()) ? Optional.of(range.first()) : Optional.empty();
        }

        /** The prefix where it is one, be it of one address. */
        public Optional<Subnet> subnet() {
            for (int length = range.first().family().bits(); length >= 0; length--) {
                Subnet around = Subnet.around(range.first(), length);
                if (around.range().equals(range)) {
                    return Optional.of(around);
                }
            }
            return Optional.empty();
        }

        @Override
        public String canonical() {
            return range.first() + "-" + range.last();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Addresses addresses && range.equals(addresses.range);
        }

        @Override
        public int hashCode() {
            return range.hashCode();
        }
    }

    /**
     * A port, or a range of them.
     *
     * @param text which of these spellings it has
     */
    record Ports(PortRange range, String text) implements Part {

        static Ports of(PortRange range) {
            return new Ports(range, range.toString());
        }

        @Override
        public String canonical() {
            return range.toString();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Ports ports && range.equals(ports.range);
        }

        @Override
        public int hashCode() {
            return range.hashCode();
        }
    }

    /** Where a packet goes on. */
    record Verdict(Way way, String chain) implements Part {

        /** Whether it comes back. */
        public enum Way {
            JUMP("jump "),
            GOTO("goto ");

            private final String word;

            Way(String word) {
                this.word = word;
            }

            String word() {
                return word;
            }
        }

        @Override
        public String text() {
            return way.word() + chain;
        }
    }

    /** The name of a counter object. */
    record CounterName(String name) implements Part {
        @Override
        public String text() {
            return '"' + name + '"';
        }
    }

    /** What is none of these, and so not ours, in whatever words. */
    record Other(String text) implements Part {}
}
