package org.virtnft.doctor;

import java.util.List;

/**
 * A rule of somebody's.
 *
 * @param text as its program shows it
 */
record Rule(List<Condition> conditions, Verdict verdict, String text) {
    Rule {
        conditions = List.copyOf(conditions);
    }

    boolean speaksOf(Packet packet) {
        return conditions.stream().allMatch(condition -> condition.asked(packet) == Condition.Answer.YES);
    }
}
