package org.virtnft.cli;

import java.util.ArrayList;
import java.util.List;
import org.virtnft.doctor.Finding;
import org.virtnft.doctor.Finding.Place;
import org.virtnft.enabling.Leaving.Candidate;
import org.virtnft.network.Printable;

/** What the doctor found, for people. */
final class FindingText {

    private static final String INDENT = " ".repeat(9);

    private FindingText() {}

    static List<String> lines(Finding finding) {
        String sign = switch (finding.severity()) {
            case PROBLEM -> "PROBLEM  ";
            case ONCE_ADOPTED -> "adopt    ";
            case NOTE -> "note     ";
        };
        List<String> lines = new ArrayList<>();
        lines.add(sign + finding.subject() + ": " + finding.message());
        Place place = finding.place();
        if (!place.table().isEmpty()) {
            lines.add(INDENT + place.table() + ", chain " + place.chain() + ": " + place.rule());
        }
        finding.steps().forEach(step -> lines.add(INDENT + "fix: " + shell(step.command())));
        if (!finding.remedy().isEmpty()) {
            lines.add(INDENT + finding.remedy());
        }
        return lines;
    }

    /** A companion that is to be left, before it is done. */
    static List<String> lines(Candidate candidate) {
        List<String> lines = new ArrayList<>();
        lines.add("leave    " + Printable.printable(candidate.left().name(), 128)
                + ": its guests would lose something by our rules, so it is left to libvirt's; --force takes it");
        candidate.losses().forEach(loss -> lines.addAll(lines(loss)));
        return lines;
    }

    /** As one types it. */
    static String shell(List<String> command) {
        List<String> words = new ArrayList<>();
        for (String word : command) {
            words.add(word.matches("[A-Za-z0-9_./:=,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'");
        }
        return String.join(" ", words);
    }
}
