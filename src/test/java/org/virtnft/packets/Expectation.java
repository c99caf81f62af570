package org.virtnft.packets;

import java.net.InetAddress;
import java.util.List;
import java.util.OptionalInt;
import org.virtnft.demo.Outcome;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.PortRange;

/** What must become of a packet. A ping tells only whether it was answered. */
sealed interface Expectation {

    /** Whether the outcome is one. */
    boolean isMetBy(Outcome outcome);

    /**
     * It passes as it is.
     *
     * @param sources the sender's address; several where routing chooses
     * @param port where that of the source was chosen
     */
    record Unchanged(List<InetAddress> sources, OptionalInt port) implements Expectation {
        @Override
        public boolean isMetBy(Outcome outcome) {
            return outcome instanceof Outcome.Answered
                    || (outcome instanceof Outcome.Passed passed
                            && sources.contains(passed.source())
                            && (port.isEmpty() || port.getAsInt() == passed.port()));
        }

        @Override
        public String toString() {
            return "unchanged from "
                    + sources.stream().map(InetAddress::getHostAddress).toList()
                    + (port.isPresent() ? " port " + port.getAsInt() : "");
        }
    }

    /** It passes under another source. */
    record Translated(AddressRange addresses, PortRange ports) implements Expectation {

        static Translated to(String address, PortRange ports) {
            Address one = Address.parse(address);
            return new Translated(new AddressRange(one, one), ports);
        }

        @Override
        public boolean isMetBy(Outcome outcome) {
            if (outcome instanceof Outcome.Passed passed) {
                Address source = Address.parse(passed.source().getHostAddress());
                return source.family() == addresses.first().family()
                        && source.compareTo(addresses.first()) >= 0
                        && source.compareTo(addresses.last()) <= 0
                        && passed.port() >= ports.first()
                        && passed.port() <= ports.last();
            }
            return outcome instanceof Outcome.Answered;
        }

        @Override
        public String toString() {
            return "translated to " + addresses.first() + "-" + addresses.last() + " ports " + ports;
        }
    }

    /** An ICMP error comes back at once, and nothing arrives. Whoever pings hears nothing. */
    record Refused(boolean heard) implements Expectation {
        @Override
        public boolean isMetBy(Outcome outcome) {
            return heard ? outcome instanceof Outcome.Rejected : outcome instanceof Outcome.Lost;
        }

        @Override
        public String toString() {
            return heard ? "rejected" : "not answered";
        }
    }
}
