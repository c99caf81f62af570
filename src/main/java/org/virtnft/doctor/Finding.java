package org.virtnft.doctor;

import java.util.List;

/**
 * What the doctor found.
 *
 * @param subject a network's name for people, or what else it is about
 * @param message one sentence without its end
 * @param steps what mends it where that is nothing but commands; empty where it is not
 * @param remedy what else to know or to do, a clause; "" for nothing
 */
public record Finding(Severity severity, String subject, Place place, String message, List<Step> steps, String remedy) {

    /** What it means. */
    public enum Severity {
        /** Packets of guests are dropped, or our rules will be gone. */
        PROBLEM,
        /** The same, once the network is adopted and libvirt's own rules are gone. */
        ONCE_ADOPTED,
        /** Worth knowing. */
        NOTE
    }

    /**
     * Where it lies; each "" where there is none.
     *
     * @param table with its family, and iptables where it is iptables'
     * @param rule its text, or "policy drop"
     */
    public record Place(String table, String chain, String rule) {
        static final Place NOWHERE = new Place("", "", "");
    }

    /**
     * A command and the way back.
     *
     * @param undo {@link #HANDLE} in it stands for what the command prints as its rule's handle
     */
    public record Step(List<String> command, List<String> undo) {

        static final String HANDLE = "HANDLE";

        public Step {
            command = List.copyOf(command);
            undo = List.copyOf(undo);
        }

        /** The way back, knowing what the command said. */
        public List<String> undoAfter(String output) {
            var handle = java.util.regex.Pattern.compile("# handle (\\d+)").matcher(output);
            return handle.find()
                    ? undo.stream()
                            .map(word -> word.replace(HANDLE, handle.group(1)))
                            .toList()
                    : undo;
        }
    }

    public Finding {
        steps = List.copyOf(steps);
    }

    static Finding note(String subject, String message, String remedy) {
        return new Finding(Severity.NOTE, subject, Place.NOWHERE, message, List.of(), remedy);
    }
}
