package org.virtnft.transaction;

import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.virtnft.network.InterfaceName;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.NetworkElements;
import org.virtnft.ruleset.Origin;
import org.virtnft.ruleset.Ruleset;
import org.virtnft.ruleset.Template;
import org.virtnft.ruleset.Translation;

/** That of a later program: its rules are those of today and one more, and each network has an element more. */
public final class LaterRuleset {

    private LaterRuleset() {}

    public static Ruleset get() {
        String text = Template.load().text();
        int end = text.lastIndexOf('}');
        Template template = Template.of(text.substring(0, end) + "\n\tset later {\n\t\ttype ifname\n\t}\n\n"
                + "\tchain later {\n\t\tiifname @later counter\n\t}\n}\n");
        return new Ruleset(template, networks -> {
            NavigableMap<InterfaceName, NetworkElements> all = new TreeMap<>();
            Translation.own().of(networks).forEach((bridge, own) -> {
                List<Element> elements = Stream.concat(
                                own.elements().stream(),
                                Stream.of(Element.read("later", '"' + bridge.value() + '"', "", new Origin("n", "l"))))
                        .toList();
                all.put(bridge, new NetworkElements(elements));
            });
            return all;
        });
    }
}
