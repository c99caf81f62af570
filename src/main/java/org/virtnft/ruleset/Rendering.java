package org.virtnft.ruleset;

import java.util.List;
import org.virtnft.network.Printable;
import org.virtnft.network.VirtualNetwork;

/** Networks as a script for people: a network after the other, each under its name. */
public final class Rendering {

    private final Template template;

    public Rendering(Template template) {
        this.template = template;
    }

    /** The whole table; "" when no network has rules. */
    public String table(List<VirtualNetwork> networks) {
        if (networks.isEmpty()) {
            return "";
        }
        Script script = new Script(template)
                .comment("Replaces the whole table " + template.table() + ", and touches no other.")
                .removeTable()
                .table();
        return append(script, networks).toString();
    }

    /** The elements alone, for the table without networks; "" when no network has rules. */
    public String elements(List<VirtualNetwork> networks) {
        return append(new Script(template), networks).toString();
    }

    private static Script append(Script script, List<VirtualNetwork> networks) {
        script.addPieces(Pieces.standing(networks.stream()
                .flatMap(network -> NetworkElements.of(network).elements().stream())
                .toList()));
        for (VirtualNetwork network : networks) {
            script.comment(Printable.network(network.name()) + " on " + network.bridge() + ": "
                    + network.forward().mode() + ", " + network.shape().word());
            List<Element> elements = NetworkElements.of(network).elements();
            script.addPieces(Pieces.comingWith(elements)).add(elements);
        }
        return script;
    }
}
