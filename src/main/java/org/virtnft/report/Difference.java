package org.virtnft.report;

import java.util.List;

/**
 * Something that is not as it is elsewhere.
 *
 * @param kind what was compared
 * @param network whose it is; "" for the table's rules, and for elements of no network
 * @param lines what is on one side only, as {@code diff -u} shows it
 * @param remark what it means, and the way out
 */
public record Difference(Kind kind, String network, List<String> lines, String remark) {

    /** What was compared with what. */
    public enum Kind {
        DEFINITION("as applied", "as defined"),
        KERNEL("as applied", "in the kernel"),
        RULES("as applied", "in the kernel");

        private final String before;
        private final String after;

        Kind(String before, String after) {
            this.before = before;
            this.after = after;
        }

        public String before() {
            return before;
        }

        public String after() {
            return after;
        }
    }
}
