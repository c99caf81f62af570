package org.virtnft.adoption;

import java.util.ArrayList;
import java.util.List;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.network.Printable;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.report.LineDiff;
import org.virtnft.ruleset.NetworkElements;
import org.virtnft.xml.Adoption;
import org.virtnft.xml.CanonicalDefinition;
import org.virtnft.xml.Reading;

/**
 * A network of libvirt's with its definition in the other shape.
 *
 * @param former its definition as libvirt has it
 * @param next the other one
 * @param how where the other one came from
 */
public record Reshaped(LibvirtNetwork network, String former, String next, Reading before, Reading after, String how) {

    public static Reshaped of(LibvirtNetwork network, String former, Adoption.Rewriting rewriting, String how) {
        return new Reshaped(network, former, rewriting.xml().orElseThrow(), rewriting.before(), rewriting.after(), how);
    }

    /** The network's name, for people. */
    public String shown() {
        return Printable.printable(network.name(), 128);
    }

    public String uuid() {
        return uuidOf(former);
    }

    public static String uuidOf(String xml) {
        return CanonicalDefinition.of(xml).uuid().orElse("");
    }

    /** The mode in its users' words. */
    public String mode() {
        return after.network().orElse(null) instanceof VirtualNetwork rules
                ? rules.forward().mode()
                : after.mode();
    }

    /** What changes in the definition and in the rules. */
    public List<String> differences() {
        List<String> lines = new ArrayList<>();
        lines.add("--- " + shown() + ", its definition now");
        lines.add("+++ " + shown() + ", its definition then");
        lines.addAll(LineDiff.unified(written(former), written(next)));
        lines.add("--- " + shown() + ", its elements in our table now");
        lines.add("+++ " + shown() + ", its elements in our table then");
        List<LineDiff.Line> elements = LineDiff.of(elements(before), elements(after));
        elements.stream()
                .filter(line -> line.sign() != ' ')
                .map(LineDiff.Line::toString)
                .forEach(lines::add);
        long same = elements.stream().filter(line -> line.sign() == ' ').count();
        lines.add(" (" + same + " more stay the same)");
        return lines;
    }

    /** libvirt writes metadata in other quotes than all else. */
    private static List<String> written(String xml) {
        return Adoption.asWritten(xml).lines().toList();
    }

    private static List<String> elements(Reading reading) {
        return reading.network().orElse(null) instanceof VirtualNetwork rules
                ? NetworkElements.of(rules).elements().stream()
                        .map(element -> element.set() + " { " + element.text() + " }")
                        .toList()
                : List.of();
    }
}
