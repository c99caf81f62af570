package org.virtnft.ruleset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.virtnft.network.Gen;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.xml.NetworkReader;
import org.virtnft.xml.NetworkXml;

/** What reaches nft is text of our own making, whatever the document held. The long form: {@link Gen}. */
class ElementsFuzzTest {

    private static final Template TEMPLATE = Template.load();

    /** Everything that may stand between the braces: no other quote, no brace, no semicolon, no newline. */
    private static final Pattern ELEMENT;

    static {
        String name = "\"[A-Za-z0-9_.][A-Za-z0-9_.-]{0,14}\"";
        String address = "[0-9a-f:.]{2,45}";
        String range = address + "(/[0-9]{1,3}|-" + address + ")?";
        String field = "(" + name + "|" + range + "|[0-9]{1,5}-[0-9]{1,5}|ipv4|ipv6)";
        String verdict =
                "(jump (from|to)_(any|uplink|none)|goto (guest|guest_uplink|masq|pool|masq-[0-9]{1,5}-[0-9]{1,5}))";
        String fields = field + "( \\. " + field + ")?";
        String counter = "\"refused-[A-Za-z0-9_.-]{1,15}\"";
        ELEMENT = Pattern.compile(fields + "( : (" + verdict + "|" + counter + "|" + fields + "))?");
    }

    @Test
    void ofAnyAcceptedDocumentAreOfTheFewFormsThatTheTemplateTakes() {
        Gen.forAll(3_000, gen -> {
            byte[] xml = gen.oneIn(4)
                    ? NetworkXml.valid(gen).getBytes(StandardCharsets.UTF_8)
                    : NetworkXml.mutated(gen, NetworkXml.valid(gen));
            if (NetworkReader.read("fuzz.xml", xml).network().orElse(null) instanceof VirtualNetwork network) {
                assertPlain(network);
            }
        });
    }

    @Test
    void ofAnyNetworkAreOfTheFewFormsThatTheTemplateTakes() {
        Gen.forAll(2_000, gen -> assertPlain(gen.network(gen.text(40), gen.interfaceName())));
    }

    private static void assertPlain(VirtualNetwork network) {
        NetworkElements elements = NetworkElements.of(network);
        Set<String> keys = new HashSet<>();
        for (Element element : elements.elements()) {
            assertTrue(ELEMENT.matcher(element.text()).matches(), element.text());
            assertTrue(TEMPLATE.sets().contains(element.set()), element.set());
            assertTrue(keys.add(element.set() + " " + element.entry().keyText()), "twice: " + element);
        }
        String script = new Rendering(TEMPLATE).elements(List.of(network));
        script.lines()
                .filter(line -> line.startsWith("#"))
                .forEach(line -> assertFalse(line.chars().anyMatch(Character::isISOControl), line));
        assertEquals(1, script.lines().filter(line -> line.startsWith("#")).count(), script);
    }

    /** Compared are forms of forms: what nft lists, and what the state keeps. */
    @Test
    void haveACanonicalFormThatIsItsOwn() {
        Gen.forAll(2_000, gen -> {
            for (Element element :
                    NetworkElements.of(gen.network("n", gen.interfaceName())).elements()) {
                assertEquals(element.canonical(), canonical(element.canonical()), element.text());
                assertEquals(element.entry(), EntryReader.read(element.text()), element.text());
                assertEquals(element.text(), EntryReader.read(element.text()).text());
            }
            String text = gen.text(60);
            assertEquals(canonical(text), canonical(canonical(text)), text);
        });
    }

    private static String canonical(String text) {
        return EntryReader.read(text).canonical();
    }
}
