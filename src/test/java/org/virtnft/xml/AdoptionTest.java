package org.virtnft.xml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.NetworkElements;

/** A definition into the owner's shape and back. */
class AdoptionTest {

    private static final Path FOLDER = Path.of("test-networks");

    /** Those that can be adopted: libvirt takes no open network without an address. */
    static List<Path> companions() throws IOException {
        List<Path> found = new ArrayList<>(files(Shape.COMPANION));
        found.remove(FOLDER.resolve("isolated-no-ip.xml"));
        return found;
    }

    @Test
    void anIsolatedNetworkWithoutAnAddressIsRefusedWithTheWaysOut() {
        String without = "<network><name>n</name><bridge name='virbr1'/></network>";
        byte[] xml = without.getBytes(StandardCharsets.UTF_8);
        Adoption.Rewriting refused = Adoption.adopt("source", xml, () -> false);
        assertTrue(refused.xml().isEmpty());
        assertEquals(
                List.of(
                        "source:1: <network>: it has no <ip>, so it cannot be adopted: an adopted network is open for libvirt, and"
                                + " libvirt takes no open network without an <ip> before its release 10.8; leave it as it is, isolated by libvirt's rules and"
                                + " ours; or give it an <ip>, by which its guests reach this host, and adopt it then"),
                refused.errors().stream().map(Problem::toString).toList());
        String with = without.replace("</network>", "<ip address='192.168.1.1' prefix='24'/></network>");
        assertTrue(Adoption.adopt("x", bytes(with), () -> false).xml().isPresent(), "the way out");
        assertTrue(Adoption.adopt("x", xml, () -> true).xml().isPresent(), "libvirt 10.8 and newer");
        assertTrue(Adoption.adopt("x", xml).xml().isPresent(), "what was adopted once");
    }

    static List<Path> owners() throws IOException {
        return files(Shape.OWNER);
    }

    private static List<Path> files(Shape shape) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path file : files(FOLDER)) {
            if (read(text(file)).network().orElseThrow() instanceof VirtualNetwork network
                    && network.shape() == shape) {
                found.add(file);
            }
        }
        return found;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.toString().endsWith(".xml")).sorted().toList();
        }
    }

    @Test
    void thereAreEnoughOfThem() throws IOException {
        assertTrue(companions().size() >= 30, companions()::toString);
        assertTrue(owners().size() >= 7, owners()::toString);
    }

    @ParameterizedTest
    @MethodSource("companions")
    void adoptedItHasTheSameRulesButForTheShape(Path file) throws IOException {
        VirtualNetwork before = network(text(file));
        VirtualNetwork after = network(adopted(text(file)));

        assertEquals(Shape.OWNER, after.shape());
        assertEquals(
                elements(new VirtualNetwork(
                        before.name(), before.bridge(), Shape.OWNER, before.forward(), before.addresses())),
                elements(after));
        assertNotEquals(elements(before), elements(after), "the control");
        assertEquals("open", read(adopted(text(file))).mode());
    }

    @ParameterizedTest
    @MethodSource("companions")
    void theWayBackLeadsToTheSameDefinition(Path file) throws IOException {
        String former = text(file);
        String back = released(adopted(former));

        assertEquals(canonical(former), canonical(back));
        assertEquals(elements(network(former)), elements(network(back)));
        assertFalse(back.contains(OurElement.NAMESPACE), back);
        // and the control: neither is it what was adopted
        assertNotEquals(canonical(former), canonical(adopted(former)));
    }

    @ParameterizedTest
    @MethodSource("owners")
    void whatWasWrittenByHandIsReleasedAndAdoptedAgain(Path file) throws IOException {
        String released = released(text(file));
        assertEquals(Shape.COMPANION, network(released).shape());
        assertEquals(network(text(file)), network(adopted(released)));
        assertEquals(canonical(text(file)), canonical(adopted(released)));
    }

    @ParameterizedTest
    @MethodSource("companions")
    void everythingElseStaysLineByLine(Path file) throws IOException {
        String network = text(file)
                .replaceFirst("(?s)^.*?(?= *<network[ >])", "")
                .replaceFirst("(?s)</network>.*", "</network>");
        List<String> before = XmlText.of(document(network)).lines().toList();
        List<String> after = new ArrayList<>(adopted(text(file)).lines().toList());
        int changed = 0;
        for (String line : before) {
            if (!after.remove(line)) {
                changed++;
            }
        }
        long ofForward = before.stream()
                .filter(line -> line.matches(" *<(/?forward|/?nat|address start|port start|interface dev|!--).*"))
                .count();
        boolean root = after.stream().anyMatch(line -> line.contains("xmlns:dnsmasq"));
        assertTrue(changed <= ofForward + (root ? 1 : 0), () -> before + "\n" + after);
    }

    @Test
    void theFormThatPeopleRead() throws IOException {
        assertEquals("""
                <network>
                  <name>nat-uplink-dev</name>
                  <metadata>
                    <nft:network xmlns:nft='http://virt-nft.org/xmlns/libvirt/network/1.0'>
                      <nft:forward mode='nat' dev='eth0'/>
                    </nft:network>
                  </metadata>
                  <forward mode='open'/>
                  <bridge name='virbr5'/>
                  <ip address='192.168.105.1' netmask='255.255.255.0'/>
                </network>
                """, adopted(text(FOLDER.resolve("nat-uplink-dev.xml"))));
        assertEquals("""
                <network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'>
                  <name>isolated</name>
                  <!-- no <forward> -->
                  <metadata>
                    <nft:network xmlns:nft='http://virt-nft.org/xmlns/libvirt/network/1.0'>
                      <nft:forward mode='none'/>
                    </nft:network>
                  </metadata>
                  <forward mode='open'/>
                  <bridge name='virbr34'/>
                  <ip address='192.168.134.1' netmask='255.255.255.0'/>
                  <ip family='ipv6' address='fd00:134::1' prefix='64'/>
                  <dnsmasq:options>
                    <dnsmasq:option value='dhcp-option=3'/>
                    <dnsmasq:option value='no-resolv'/>
                    <dnsmasq:option value='ra-param=*,0,0'/>
                  </dnsmasq:options>
                </network>
                """, adopted(text(FOLDER.resolve("isolated.xml"))));
        String decorated = text(FOLDER.resolve("nat-decorated.xml"));
        assertEquals(decorated, released(adopted(decorated)));
        assertTrue(adopted(decorated).contains("</app:inventory>\n    <nft:network "), () -> adopted(decorated));
    }

    @Test
    void othersDnsmasqOptionsStayAndOursComeFirst() {
        String options = "<x:options xmlns:x='http://libvirt.org/schemas/network/dnsmasq/1.0'>"
                + "<x:option value='no-resolv'/><x:option value='dhcp-option=3,192.168.1.9'/></x:options>";
        String former = isolated(options);
        String adopted = adopted(former);
        assertTrue(
                adopted.contains("<x:option value='dhcp-option=3'/><x:option value='no-resolv'/>"
                        + "<x:option value='ra-param=*,0,0'/><x:option value='no-resolv'/>"
                        + "<x:option value='dhcp-option=3,192.168.1.9'/>"),
                adopted);
        assertEquals(canonical(former), canonical(released(adopted)));
    }

    @Test
    void ofTwoPrefixesForOneNamespaceAndOnePrefixForAnotherNothingIsLost() {
        String former = "<network xmlns:dnsmasq='urn:mine' xmlns:nft='urn:other'><name>n</name>"
                + "<metadata><nft:a/><dnsmasq:b nft:c='&quot;&apos;&lt;&#10;'/></metadata><bridge name='b'/>"
                + "<ip address='192.168.1.1' prefix='24'/></network>";
        assertEquals(canonical(former), canonical(released(adopted(former))));
        assertTrue(adopted(former).contains("nft:c='\"&apos;&lt;&#xa;'"), () -> adopted(former));
    }

    @Test
    void whatWouldSteerATerminalIsWrittenAsAReference() throws IOException {
        String adopted = adopted(text(FOLDER.resolve("name-steers-terminal.xml")));
        assertTrue(adopted.contains("&#x202e;efac&#x202c; &#x85;delete"), adopted);
        assertTrue(adopted.chars().noneMatch(c -> c == 0x202e || c == 0x85));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatCannotBeAdoptedIsNamedWithTheWayOut(String file, String why) throws IOException {
        List<Problem> errors =
                Adoption.adopt(file, bytes(text(FOLDER.resolve(file)))).errors();
        assertEquals(1, errors.size(), errors::toString);
        assertTrue(errors.get(0).toString().contains(why), errors::toString);
        assertTrue(errors.get(0).toString().startsWith(file + ":"), errors::toString);
    }

    static List<org.junit.jupiter.params.provider.Arguments> refused() {
        return Stream.of(
                        List.of("bridge.xml", "a network in mode bridge cannot be adopted"),
                        List.of("hostdev.xml", "a network in mode hostdev cannot be adopted"),
                        List.of("passthrough.xml", "a network in mode passthrough cannot be adopted"),
                        List.of("private.xml", "a network in mode private cannot be adopted"),
                        List.of("vepa.xml", "a network in mode vepa cannot be adopted"),
                        List.of("open.xml", "mode open cannot be adopted, only nat, route and isolated ones; say in"),
                        List.of("owner-nat.xml", "the network is adopted already; 'virt-nft release'"),
                        List.of("owner-isolated.xml", "the network is adopted already"))
                .map(each -> org.junit.jupiter.params.provider.Arguments.of(each.toArray()))
                .toList();
    }

    @Test
    void everyBadDefinitionIsRefusedBothWays() throws IOException {
        for (Path file : files(FOLDER.resolve("bad"))) {
            byte[] xml = Files.readAllBytes(file);
            List<Problem> errors = NetworkReader.read("x", xml).strict().errors();
            assertEquals(errors, Adoption.adopt("x", xml, () -> true).errors(), file::toString);
            assertFalse(Adoption.release("x", xml).errors().isEmpty(), file::toString);
            assertTrue(Adoption.adopt("x", xml, () -> true).xml().isEmpty(), file::toString);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"default.xml", "isolated.xml", "open.xml", "bridge.xml"})
    void whatIsNotAdoptedIsNotReleased(String file) throws IOException {
        List<Problem> errors =
                Adoption.release(file, bytes(text(FOLDER.resolve(file)))).errors();
        assertEquals(1, errors.size(), errors::toString);
        assertTrue(errors.get(0).message().startsWith("the network is not adopted"), errors::toString);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<forward mode='nat' speed='1'/>",
                "<forward mode='nat'><driver name='x'/></forward>",
                "<forward mode='nat'><nat persistent='yes'/></forward>",
                "<forward mode='nat'><nat><address start='192.0.2.1' end='192.0.2.2' ipv6='no'/></nat></forward>",
                "<forward mode='nat'><interface dev='eth0'><mac/></interface></forward>"
            })
    void aWordOfALaterLibvirtIsNotLostSilently(String forward) {
        List<Problem> errors = Adoption.adopt(
                        "x",
                        bytes("<network><name>n</name>" + forward
                                + "<bridge name='b'/><ip address='192.168.1.1'/></network>"))
                .errors();
        assertEquals(1, errors.size(), errors::toString);
        assertTrue(errors.get(0).message().contains("would be lost"), errors::toString);
    }

    @Test
    void anIsolatedNetworkWithADefaultRouteIsNoneThatLibvirtHas() {
        String adopted = adopted(isolated("")).replace("<dnsmasq:option value='dhcp-option=3'/>", "");
        List<Problem> errors = Adoption.release("x", bytes(adopted)).errors();
        assertEquals(1, errors.size(), errors::toString);
        assertTrue(errors.get(0).message().endsWith("lacks dhcp-option=3"), errors::toString);
        // without an address there is no dnsmasq
        String without = adopted.replaceAll("<ip [^>]*>", "");
        assertTrue(Adoption.release("x", bytes(without)).errors().isEmpty());
    }

    @Test
    void canonicalFormSeesEveryOtherDifference() throws IOException {
        String decorated = text(FOLDER.resolve("nat-decorated.xml"));
        for (String[] change : new String[][] {
            {"owner='lab'", "owner='lap'"},
            {"<uuid>c5", "<uuid>c6"},
            {"localPtr='yes'", ""},
            {"nat, \"quoted\"", "nat,  \"quoted\""},
            {"inventory/1.0", "inventory/1.1"},
            {"<mtu size='9000'/>", ""}
        }) {
            String changed = decorated.replace(change[0], change[1]);
            assertNotEquals(decorated, changed, change[0]);
            assertNotEquals(canonical(decorated), canonical(changed), change[0]);
        }
        assertEquals(
                canonical(decorated),
                canonical(decorated
                        .replace('\'', '"')
                        .replace("\"quoted\"", "&quot;quoted&quot;")
                        .replace("'s", "'s")
                        .replace("stranger\"s", "stranger's")));
    }

    // ---- Helpers ----

    private static String isolated(String options) {
        return "<network><name>n</name><bridge name='b'/><ip address='192.168.1.1'/>" + options + "</network>";
    }

    private static String adopted(String xml) {
        Adoption.Rewriting rewriting = Adoption.adopt("x", bytes(xml));
        assertEquals(List.of(), rewriting.errors());
        return rewriting.xml().orElseThrow();
    }

    private static String released(String xml) {
        Adoption.Rewriting rewriting = Adoption.release("x", bytes(xml));
        assertEquals(List.of(), rewriting.errors());
        return rewriting.xml().orElseThrow();
    }

    private static List<String> canonical(String xml) {
        return CanonicalDefinition.of(xml).lines();
    }

    private static List<String> elements(VirtualNetwork network) {
        return NetworkElements.of(network).elements().stream()
                .map(element -> element.set() + " " + element.text())
                .toList();
    }

    private static VirtualNetwork network(String xml) {
        return (VirtualNetwork) read(xml).network().orElseThrow();
    }

    private static Reading read(String xml) {
        return NetworkReader.read("x", bytes(xml));
    }

    private static org.jdom2.Document document(String xml) throws IOException {
        try {
            return XmlParser.parse(bytes(xml));
        } catch (org.jdom2.JDOMException e) {
            throw new IOException(e);
        }
    }

    private static byte[] bytes(String xml) {
        return xml.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file);
    }
}
