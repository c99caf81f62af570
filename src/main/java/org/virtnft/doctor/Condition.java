package org.virtnft.doctor;

import java.util.List;
import java.util.Set;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.Family;

/** What a rule asks of a packet, as far as we understand it. */
sealed interface Condition {

    /** What a packet answers. */
    enum Answer {
        YES,
        NO,
        /** It asks for what an ordinary packet leaves open. */
        UNKNOWN;

        static Answer of(boolean yes) {
            return yes ? YES : NO;
        }
    }

    Answer asked(Packet packet);

    /**
     * The device that a packet came in or goes out by.
     *
     * @param names one with a star at its end stands for all that begin so
     */
    record Device(boolean incoming, List<String> names, boolean not) implements Condition {
        @Override
        public Answer asked(Packet packet) {
            return (incoming ? packet.in() : packet.out())
                    .filter(device -> packet.hook() != Packet.Hook.BRIDGE)
                    .map(device -> Answer.of(names(device) != not))
                    .orElse(Answer.UNKNOWN);
        }

        boolean names(String device) {
            return names.stream()
                    .anyMatch(name -> name.endsWith("*")
                            ? device.startsWith(name.substring(0, name.length() - 1))
                            : name.equals(device));
        }
    }

    /** The bridge whose port a frame came in or goes out by. */
    record Bridge(boolean incoming, List<String> names, boolean not) implements Condition {
        @Override
        public Answer asked(Packet packet) {
            return packet.hook() == Packet.Hook.BRIDGE
                    ? (incoming ? packet.in() : packet.out())
                            .map(bridge -> Answer.of(new Device(incoming, names, false).names(bridge) != not))
                            .orElse(Answer.UNKNOWN)
                    : Answer.UNKNOWN;
        }
    }

    /** The source or destination address. */
    record Addresses(boolean source, List<AddressRange> ranges, boolean not) implements Condition {
        @Override
        public Answer asked(Packet packet) {
            if (ranges.stream().noneMatch(range -> range.first().family() == packet.family()) && !ranges.isEmpty()) {
                return Answer.NO;
            }
            return (source ? packet.source() : packet.destination())
                    .map(address -> Answer.of(holds(address) != not))
                    .orElse(Answer.UNKNOWN);
        }

        boolean holds(Address address) {
            return ranges.stream()
                    .anyMatch(range -> range.first().family() == address.family()
                            && range.first().compareTo(address) <= 0
                            && range.last().compareTo(address) >= 0);
        }
    }

    /** The transport protocol, by name. */
    record Protocols(Set<String> names, boolean not) implements Condition {
        @Override
        public Answer asked(Packet packet) {
            return Answer.of(names.contains(packet.protocol()) != not);
        }
    }

    /** The destination port. */
    record Ports(List<Range> ranges, boolean not) implements Condition {

        record Range(int first, int last) {}

        @Override
        public Answer asked(Packet packet) {
            if (packet.port().isEmpty()) {
                return Answer.UNKNOWN;
            }
            int port = packet.port().getAsInt();
            return Answer.of(ranges.stream().anyMatch(range -> range.first() <= port && port <= range.last()) != not);
        }
    }

    /** Something about packets of one transport protocol, which is implied. */
    record Of(String protocol, Condition what) implements Condition {
        @Override
        public Answer asked(Packet packet) {
            return packet.protocol().equals(protocol) ? what.asked(packet) : Answer.NO;
        }
    }

    /** Conntrack's opinion. */
    record States(Set<String> names, boolean not) implements Condition {
        @Override
        public Answer asked(Packet packet) {
            return Answer.of(names.contains(packet.established() ? "established" : "new") != not);
        }
    }

    /** The address family. */
    record Families(Set<Family> families, boolean not) implements Condition {
        @Override
        public Answer asked(Packet packet) {
            return Answer.of(families.contains(packet.family()) != not);
        }
    }

    /** That somebody's port forward changed its destination: not that of ours. */
    record Forwarded(boolean not) implements Condition {
        @Override
        public Answer asked(Packet packet) {
            return Answer.of(not);
        }
    }

    /** What the destination is to this host: local, broadcast, unicast. */
    record Destination(Set<String> types, boolean not) implements Condition {
        @Override
        public Answer asked(Packet packet) {
            return Answer.of(types.contains(packet.destinationType()) != not);
        }
    }

    /** Anything else. */
    record Other() implements Condition {
        @Override
        public Answer asked(Packet packet) {
            return Answer.UNKNOWN;
        }
    }
}
