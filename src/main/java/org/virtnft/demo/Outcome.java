package org.virtnft.demo;

import java.net.InetAddress;

/** What became of a packet. */
public sealed interface Outcome {

    /**
     * It arrived, and the answer came back.
     *
     * @param source the address that the other side saw it come from
     * @param port the port likewise
     */
    record Passed(InetAddress source, int port) implements Outcome {
        @Override
        public String toString() {
            return "passed, seen as " + Addresses.shortest(source) + " port " + port;
        }
    }

    /** An ICMP echo was answered; nobody tells what the other side saw. */
    record Answered() implements Outcome {
        @Override
        public String toString() {
            return "answered";
        }
    }

    /** An ICMP error or a TCP reset came back. There is always somebody who listens, so a firewall sent it. */
    record Rejected() implements Outcome {
        @Override
        public String toString() {
            return "rejected";
        }
    }

    /**
     * It arrived, but no answer came back: a leak in one direction. Known for UDP only.
     *
     * @param source the address that the other side saw it come from
     */
    record Unanswered(InetAddress source, int port) implements Outcome {
        @Override
        public String toString() {
            return "arrived from " + Addresses.shortest(source) + " port " + port + ", but its answer did not";
        }
    }

    /** Nothing came back in time, and as far as is known nothing arrived. */
    record Lost() implements Outcome {
        @Override
        public String toString() {
            return "lost";
        }
    }

    /** Whether packets flow in both directions. */
    default boolean passed() {
        return this instanceof Passed || this instanceof Answered;
    }
}
