package org.virtnft.xml;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.network.Gen;

/** What is said of words in our element that this version does not know. */
class PolicyReaderTest {

    private static final String UNKNOWN = " is not known to this version; ";

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "<nft:portForward/>, <nft:portForward>",
                "<nft:allow network='x'/>, <nft:allow>",
                "<nft:host><nft:port proto='tcp' start='22'/></nft:host>, <nft:host>",
                "<nft:egress nft:policy='reject'><nft:unheardOf/></nft:egress>, <nft:egress>",
                "<nft:antispoof/>, <nft:antispoof>",
                "<nft:map/>, <nft:map>",
                "<nft:log/>, <nft:log>",
                "<nft:limit/>, <nft:limit>",
                "<nft:guests/>, <nft:guests>",
                "<nft:fastPath/>, <nft:fastPath>"
            })
    void aWordOfALaterVersionIsRefusedByItsNameAndWhatItHoldsIsNotLookedAt(String element, String named) {
        assertEquals(
                List.of("f:1: " + named + ": this version of virt-nft does not have it yet;"
                        + " remove it, or install a version that has it"),
                errors("<nft:forward mode='nat'/>" + element));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "<nft:forwad/>, <nft:forwad>, did you mean 'forward'?",
                "<forward/>, <forward>, did you mean 'nft:forward'?",
                "<o:forward xmlns:o='urn:o'/>, <o:forward>, did you mean 'nft:forward'?",
                "<nft:antiSpoof/>, <nft:antiSpoof>, \"did you mean 'antispoof', which this version of virt-nft does not have yet?\"",
                "<nft:bandwidth/>, <nft:bandwidth>, remove or correct it",
                "<nft:range/>, <nft:range>, remove or correct it"
            })
    void anUnknownElementIsRefusedWithTheNearestKnownOne(String element, String named, String remedy) {
        assertEquals(List.of("f:1: " + named + ":" + UNKNOWN + remedy), errors("<nft:forward mode='nat'/>" + element));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "<nft:forward mode='nat' DEV='eth0'/>, <nft:forward>: DEV=, did you mean 'dev'?",
                "<nft:forward mode='nat' speed='1'/>, <nft:forward>: speed=, remove or correct it",
                "<nft:forward mode='nat'><nft:nat ipv='yes'/></nft:forward>, <nft:forward><nft:nat>: ipv=, did you mean 'ipv6'?",
            })
    void anUnknownAttributeIsRefusedWithTheNearestKnownOne(String forward, String named, String remedy) {
        assertEquals(List.of("f:1: " + named + UNKNOWN + remedy), errors(forward));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "mode='NAT', did you mean 'nat'?",
                "mode='routed', did you mean 'route'?",
                "mode='nones', did you mean 'none'?",
                "mode='bridge', \"say mode='nat', mode='route' or mode='none' (isolated)\""
            })
    void anUnknownModeIsRefusedWithTheNearestKnownOne(String mode, String remedy) {
        assertEquals(
                List.of("f:1: <nft:forward>: " + mode + " is not known; " + remedy),
                errors("<nft:forward " + mode + "/>"));
    }

    @Test
    void aYesThatIsNoneIsRefusedWithTheNearestKnownOneAndOnIsNotNo() {
        assertEquals(
                List.of("f:1: <nft:forward><nft:nat>: ipv6='YES' is neither yes nor no; did you mean 'yes'?"),
                errors("<nft:forward mode='nat'><nft:nat ipv6='YES'/></nft:forward>"));
        assertEquals(
                List.of("f:1: <nft:forward><nft:nat>: ipv6='on' is neither yes nor no; correct it"),
                errors("<nft:forward mode='nat'><nft:nat ipv6='on'/></nft:forward>"));
    }

    /** A typing error of theirs is libvirt's to find, and a word of a later libvirt must stop nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"<foward mode='nat'/>", "<portForward/>", "<ip address='192.168.98.1' prefx='24'/>"})
    void unknownWordsOfLibvirtsAreIgnored(String theirs) {
        assertEquals(List.of(), errors("<nft:forward mode='nat'/>", theirs));
    }

    @Test
    void libvirtsOwnValuesGetNoSuggestion() {
        String nat = "<network><name>n</name><forward><nat ipv6='YES'/></forward><bridge name='virbr99'/>"
                + "<ip address='192.168.99.1' prefix='24'/></network>";
        assertEquals(List.of("f:1: <forward><nat>: ipv6='YES' is neither yes nor no; correct it"), read(nat));
    }

    /** Whatever it is called and wherever it stands: what it was to forbid would be open. */
    @Test
    void noUnknownWordIsEverTaken() {
        Gen.forAll(1_000, gen -> {
            String name = gen.of("z", "x", "nat", "port", "end") + gen.of("x", "-1", "q", "ing", "Froward");
            String element = "<nft:" + name + "/>";
            String attribute = " " + name + "='yes'";
            String inside = switch (gen.number(0, 4)) {
                case 0 -> forward("", element, "") + element;
                case 1 -> forward(attribute, "", "");
                case 2 -> forward("", element, "");
                case 3 -> forward("", "", attribute);
                default ->
                    forward(
                            "",
                            "<nft:nat><nft:address start='192.0.2.1' end='192.0.2.2'" + attribute + "/></nft:nat>",
                            "");
            };
            List<String> errors = errors(inside);
            assertTrue(
                    errors.stream().anyMatch(each -> each.contains(name) && each.contains(UNKNOWN)),
                    () -> inside + errors);
        });
    }

    private static String forward(String attribute, String child, String attributeOfNat) {
        String nat = attributeOfNat.isEmpty() ? "" : "<nft:nat" + attributeOfNat + "/>";
        return "<nft:forward mode='nat'" + attribute + ">" + child + nat + "</nft:forward>";
    }

    private static List<String> errors(String inside) {
        return errors(inside, "");
    }

    private static List<String> errors(String inside, String libvirts) {
        return read("<network><name>n</name><metadata><nft:network xmlns:nft='" + OurElement.NAMESPACE + "'>" + inside
                + "</nft:network></metadata><forward mode='open'/><bridge name='virbr99'/>"
                + "<ip address='192.168.99.1' prefix='24'/>" + libvirts + "</network>");
    }

    private static List<String> read(String xml) {
        return NetworkReader.read("f", xml.getBytes(UTF_8)).errors().stream()
                .map(Problem::toString)
                .toList();
    }
}
