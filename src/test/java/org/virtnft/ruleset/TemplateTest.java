package org.virtnft.ruleset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.virtnft.network.VirtualNetwork;

/** The template is one file that a person reviews; what the program knows of it is read from it. */
class TemplateTest {

    private static final Template TEMPLATE = Template.load();

    @Test
    void namesItsSetsAndMapsInItsOrder() {
        assertEquals("from", TEMPLATE.sets().get(0));
        assertEquals("host_pool4_ports", TEMPLATE.sets().get(TEMPLATE.sets().size() - 1));
        assertEquals(
                TEMPLATE.text()
                        .lines()
                        .filter(line -> line.matches("\t(set|map) .*"))
                        .count(),
                TEMPLATE.sets().size());
    }

    /** One that no network fills is room for features to come: it costs every packet a look-up. */
    @Test
    void hasNoSetThatNoTestNetworkUses() {
        Set<String> used = new TreeSet<>();
        for (VirtualNetwork network : TestNetworks.networks()) {
            NetworkElements.of(network).elements().forEach(element -> used.add(element.set()));
        }

        assertEquals(new TreeSet<>(TEMPLATE.sets()), used);
    }

    @Test
    void hasNoSetThatNoRuleReads() {
        Set<String> read = new TreeSet<>();
        Matcher matcher = Pattern.compile("@([a-z0-9_]+)").matcher(TEMPLATE.text());
        while (matcher.find()) {
            read.add(matcher.group(1));
        }

        assertEquals(new TreeSet<>(TEMPLATE.sets()), read);
    }

    /** "About 40 rules, two screens": who adds more should mean it. */
    @Test
    void isShort() {
        assertTrue(TEMPLATE.text().lines().count() <= 170, "lines");
    }

    /** Every packet of the host would pay for it, also the established ones (design, measured). */
    @Test
    void hasNothingAheadOfTheEstablishedAccept() {
        String forward = TEMPLATE.text().substring(TEMPLATE.text().indexOf("chain forward {"));
        String[] lines = forward.split("\n");

        assertTrue(lines[1].contains("hook forward"), lines[1]);
        assertEquals("ct state established,related accept", lines[2].trim());
        assertEquals(1, TEMPLATE.text().split("hook forward", -1).length - 1, "base chains in forward");
        assertFalse(TEMPLATE.text().matches("(?s).*hook (prerouting|input|output).*"));
    }

    /** A counter on the way of what passes would be paid for by every packet. */
    @Test
    void countsOnlyWhatItRefuses() {
        List<String> rules = TEMPLATE.text()
                .lines()
                .map(line -> line.replaceAll("#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .toList();
        int refusals = 0;
        for (int i = 0; i < rules.size(); i++) {
            boolean refuses = rules.get(i).matches("(.* )?(reject|drop)( .*)?");
            boolean counted = rules.get(i - (i > 0 ? 1 : 0)).contains("counter name");
            assertEquals(refuses, counted, rules.get(i));
            refusals += refuses ? 1 : 0;
        }
        assertEquals(3, refusals);
    }

    @Test
    void changesItsVersionWithItsText() {
        assertEquals(TEMPLATE.version(), Template.load().version());
        assertTrue(TEMPLATE.version().matches("[0-9a-f]{1,8}"), TEMPLATE.version());
    }
}
