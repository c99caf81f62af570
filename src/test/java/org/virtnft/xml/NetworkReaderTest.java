package org.virtnft.xml;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.NetworkDefinition;
import org.virtnft.network.PortRange;
import org.virtnft.network.RulelessNetwork;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;

/**
 * What a definition means, and what is said about one that means nothing. Every single error has a file and its words in
 * test-networks/bad; here is what they have in common.
 */
class NetworkReaderTest {

    private static final String NS = "xmlns:nft='" + OurElement.NAMESPACE + "'";

    private static final String IP = "<ip address='192.168.99.1' netmask='255.255.255.0'/>";

    private static final Forward.Nat PLAIN_NAT =
            new Forward.Nat(Optional.empty(), false, Optional.empty(), PortRange.UNPRIVILEGED);

    @Nested
    class Modes {

        @Test
        void withoutForwardANetworkIsIsolated() {
            VirtualNetwork network = rules(network("", IP));

            assertEquals(new Forward.Isolated(), network.forward());
            assertEquals("isolated", network.forward().mode());
            assertEquals(Shape.COMPANION, network.shape());
        }

        @ParameterizedTest
        @CsvSource({
            "true, ipv4, <range start='192.168.99.2' end='192.168.99.9'/>",
            "true, ipv4, <host mac='52:54:00:00:00:01' ip='192.168.99.2'/>",
            "false, ipv4, ''",
            "false, ipv6, <range start='fd00::2' end='fd00::9'/>",
        })
        void whoGivesIpv4AddressesServesDhcp(boolean serves, String family, String content) {
            String dhcp = "><dhcp>" + content + "</dhcp></ip>";
            String ips = family.equals("ipv4")
                    ? IP.replace("/>", dhcp)
                    : IP + "<ip family='ipv6' address='fd00::1' prefix='64'" + dhcp;
            assertEquals(serves, rules(network("", ips)).dhcp());
            assertFalse(rules(network("", IP)).dhcp());
        }

        @Test
        void anIsolatedNetworkNeedsNoAddress() {
            assertEquals(List.of(), rules(network("", "")).addresses());
        }

        @Test
        void modeNoneIsIsolatedToo() {
            assertEquals(
                    new Forward.Isolated(),
                    rules(network("<forward mode='none'/>", IP)).forward());
        }

        @Test
        void aForwardWithoutModeIsNat() {
            assertEquals(PLAIN_NAT, rules(network("<forward/>", IP)).forward());
            assertEquals(PLAIN_NAT, rules(network("<forward mode='nat'/>", IP)).forward());
        }

        @Test
        void routeHasNoTranslation() {
            assertEquals(
                    new Forward.Route(Optional.empty()),
                    rules(network("<forward mode='route'/>", IP)).forward());
        }

        @Test
        void openHasNoRules() {
            Reading reading = read(network("<forward mode='open'/>", IP));

            assertEquals("open", ruleless(reading).mode());
            assertEquals("open", reading.mode());
            assertFalse(reading.ours());
        }

        @ParameterizedTest
        @ValueSource(strings = {"bridge", "private", "vepa", "passthrough", "hostdev"})
        void modesOfTheHostsOwnNetworkHaveNoRules(String mode) {
            RulelessNetwork network = ruleless(read("<network><name>n</name><forward mode='" + mode + "'/></network>"));

            assertEquals("n", network.name());
            assertEquals(mode, network.mode());
            assertTrue(network.why().startsWith("its guests"), network.why());
        }

        /** What libvirt checks there is its business: nothing of it comes near our rules. */
        @Test
        void modesOfTheHostsOwnNetworkAreNotChecked() {
            Reading reading = read("<network><name>n</name><forward mode='bridge'><interface dev='x*'/><nat/></forward>"
                    + "<bridge name='x*'/><ip/><vlan/></network>");

            assertEquals("bridge", ruleless(reading).mode());
            assertEquals(Optional.empty(), reading.bridge());
        }
    }

    @Nested
    class Uplinks {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "<forward mode='nat' dev='eth0'/>",
                    "<forward mode='nat'><interface dev='eth0'/></forward>",
                    // live XML says it twice
                    "<forward dev='eth0' mode='nat'><interface dev='eth0' connections='1'/></forward>"
                })
        void areNamedByDevOrInterface(String forward) {
            assertEquals(
                    Optional.of(new InterfaceName("eth0")),
                    rules(network(forward, IP)).forward().uplink());
        }

        @Test
        void areForRouteToo() {
            assertEquals(
                    new Forward.Route(Optional.of(new InterfaceName("eth0"))),
                    rules(network("<forward mode='route' dev='eth0'/>", IP)).forward());
        }
    }

    @Nested
    class Translation {

        @Test
        void hasPoolPortsAndIpv6() {
            Forward forward = rules(network(
                            "<forward mode='nat'><nat ipv6='yes'><address start='203.0.113.10' end='203.0.113.20'/>"
                                    + "<port start='500' end='1000'/></nat></forward>",
                            IP))
                    .forward();

            assertEquals(
                    new Forward.Nat(
                            Optional.empty(),
                            true,
                            Optional.of(new AddressRange(Address.parse("203.0.113.10"), Address.parse("203.0.113.20"))),
                            new PortRange(500, 1000)),
                    forward);
        }

        @ParameterizedTest
        @CsvSource({"0, 0, 1024-65535", "1024, 65535, 1024-65535", "0, 1, 0-1", "65534, 65535, 65534-65535"})
        void portsZeroToZeroAreLibvirtsUsualOnes(String start, String end, String ports) {
            Forward.Nat nat = (Forward.Nat)
                    rules(network("<forward><nat><port start='" + start + "' end='" + end + "'/></nat></forward>", IP))
                            .forward();

            assertEquals(ports, nat.ports().toString());
        }

        @Test
        void aPoolMayBeOneAddressOrAsLargeAsLibvirtCounts() {
            for (String[] ends : new String[][] {{"203.0.113.1", "203.0.113.1"}, {"203.0.0.0", "203.0.255.255"}}) {
                Forward.Nat nat = (Forward.Nat) rules(network(
                                "<forward><nat><address start='" + ends[0] + "' end='" + ends[1]
                                        + "'/></nat></forward>",
                                IP))
                        .forward();

                assertEquals(ends[1], nat.pool().orElseThrow().last().toString());
            }
        }
    }

    @Nested
    class Addresses {

        /** virSocketAddrGetIPPrefix: the classes of old, and 64. */
        @ParameterizedTest
        @CsvSource({
            "1.0.0.1, 8",
            "127.255.255.254, 8",
            "128.0.0.1, 16",
            "191.255.0.1, 16",
            "192.0.0.1, 24",
            "223.255.255.1, 24",
            "fd00::1, 64",
            "2001:db8::1, 64"
        })
        void haveADefaultPrefix(String address, int prefixLength) {
            for (String said : List.of("", "prefix='0'")) {
                String family = address.contains(":") ? "family='ipv6'" : "family='ipv4'";
                VirtualNetwork network =
                        rules(network("", "<ip " + family + " address='" + address + "' " + said + "/>"));

                assertEquals(
                        address + "/" + prefixLength, network.addresses().get(0).toString());
            }
        }

        @ParameterizedTest
        @CsvSource({
            "netmask='0.0.0.0', 0",
            "netmask='128.0.0.0', 1",
            "netmask='255.255.192.0', 18",
            "netmask='255.255.255.252', 30",
            "netmask='255.255.255.255', 32",
            "prefix='1', 1",
            "prefix='31', 31",
            "prefix='032', 32"
        })
        void haveANetmaskOrAPrefix(String said, int prefixLength) {
            VirtualNetwork network = rules(network("", "<ip address='192.168.99.1' " + said + "/>"));

            assertEquals(
                    "192.168.99.1/" + prefixLength, network.addresses().get(0).toString());
        }

        @Test
        void keepTheOrderOfTheDefinition() {
            VirtualNetwork network = rules(network(
                    "<forward mode='route'/>",
                    "<ip address='10.3.0.1' prefix='24'/><ip family='ipv6' address='fd00::1' prefix='48'/>"
                            + "<ip address='10.1.0.1' prefix='24'/>"));

            assertEquals(
                    "[10.3.0.1/24, fd00::1/48, 10.1.0.1/24]",
                    network.addresses().toString());
        }

        @Test
        void mayBeOnTheWayToStaticRoutesOfWhichNoRuleComes() {
            String route = "<route address='10.9.8.0' prefix='24' gateway='192.168.99.2' metric='2147483647'/>"
                    + "<route address='0.0.0.0' gateway='192.168.99.3'/>"
                    + "<route address='0.0.0.0' prefix='0' gateway='192.168.99.3'/>"
                    + "<route family='ipv6' address='::' gateway='fd00::2'/>";
            String ip = IP + "<ip family='ipv6' address='fd00::1'/>";

            assertEquals(rules(network("", ip)), rules(network("", ip + route)));
        }

        /** More than any host has, and few enough for sets that grow with the square of their number. */
        @Test
        void are256AtMost() {
            StringBuilder most = new StringBuilder();
            for (int i = 0; i < 256; i++) {
                most.append("<ip address='10.0." + i + ".1' prefix='24'/>");
            }

            assertEquals(256, rules(network("", most.toString())).addresses().size());
            assertEquals(
                    List.of("<ip>: there are more than 256"),
                    messages(read(network("", most + IP)).errors()));
        }
    }

    @Nested
    class Owners {

        @Test
        void areOpenForLibvirtAndSayInTheirMetadataWhatWeEnforce() {
            Reading reading = read(owner("<nft:forward mode='nat' dev='eth0'><nft:nat ipv6='yes'>"
                    + "<nft:address start='198.51.100.7' end='198.51.100.9'/><nft:port start='2000' end='60000'/>"
                    + "</nft:nat></nft:forward>"));
            VirtualNetwork network = (VirtualNetwork) reading.network().orElseThrow();

            assertEquals(Shape.OWNER, network.shape());
            assertEquals(
                    new Forward.Nat(
                            Optional.of(new InterfaceName("eth0")),
                            true,
                            Optional.of(new AddressRange(Address.parse("198.51.100.7"), Address.parse("198.51.100.9"))),
                            new PortRange(2000, 60000)),
                    network.forward());
            assertTrue(reading.ours());
            assertEquals("open", reading.mode());
        }

        @Test
        void haveLibvirtsWordsForModes() {
            assertEquals(
                    new Forward.Route(Optional.empty()),
                    rules(owner("<nft:forward mode='route'/>")).forward());
            assertEquals(
                    new Forward.Isolated(),
                    rules(owner("<nft:forward mode='none'/>")).forward());
        }

        /** Whatever prefix the namespace has, if any; other people's metadata is theirs. */
        @Test
        void areKnownByTheNamespaceAndNothingElse() {
            String forward = "<forward mode='route'/>";
            String ours = "<network xmlns='" + OurElement.NAMESPACE + "'>" + forward + "</network>";
            String others = "<network xmlns='http://example.org/1.0'>" + forward + "</network>";

            assertEquals(Shape.OWNER, rules(open(others + ours)).shape());
            assertEquals("open", ruleless(read(open(others))).mode());
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "", // an empty element is not "open"
                    "<nft:forward/>",
                    "<nft:forward dev='eth0'/>",
                    "<nft:forward mode='open'/>",
                    "<nft:forward mode='nat'/><nft:forward mode='nat'/>",
                    "<nft:forward mode='nat'/><nft:portForward/>",
                    "<nft:forward mode='nat' device='eth0'/>",
                    "<nft:forward mode='nat' nft:dev='eth0'/>",
                    "<nft:forward mode='nat'><nft:interface dev='eth0'/></nft:forward>",
                    "<nft:forward mode='nat'><nat ipv6='yes'/></nft:forward>",
                    "<nft:forward mode='none' dev='eth0'/>"
                })
        void areNeverTakenForMoreOpenThanWasMeant(String inside) {
            Reading reading = read(owner(inside));

            assertEquals(Optional.empty(), reading.network());
            assertTrue(reading.ours(), "and can be blocked");
            assertEquals(Optional.of(new InterfaceName("virbr99")), reading.bridge(), "and can be blocked");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "<forward mode='nat'/>",
                    "<forward mode='route'/>",
                    "<forward mode='bridge'/>",
                    "<forward mode='strange'/>"
                })
        void cannotBeAnythingElseForLibvirt(String forward) {
            Reading reading = read("<network><name>n</name><metadata><nft:network " + NS
                    + "><nft:forward mode='nat'/></nft:network></metadata>" + forward + "<bridge name='virbr99'/>" + IP
                    + "</network>");

            assertTrue(
                    messages(reading.errors()).get(0).startsWith("<nft:network>: libvirt has mode"),
                    messages(reading.errors()).toString());
        }

        /** libvirt drops what stands elsewhere: the network would be open. */
        @ParameterizedTest
        @ValueSource(
                strings = {"%s", "<forward mode='open'>%s</forward>", "<ip address='10.0.0.1'><dhcp>%s</dhcp></ip>"})
        void sayItInTheMetadataOnly(String where) {
            String element = "<nft:network " + NS + "><nft:forward mode='nat'/></nft:network>";
            Reading reading = read("<network><name>n</name>" + String.format(where, element)
                    + (where.contains("<forward") ? "" : "<forward mode='open'/>")
                    + "<bridge name='virbr99'/></network>");

            assertTrue(
                    messages(reading.errors()).get(0).endsWith("<nft:network>: is not in <metadata>, as a child of it"),
                    messages(reading.errors()).toString());
        }
    }

    @Nested
    class PolicyFromElsewhere {

        private static final String ROUTE =
                "<nft:network " + NS + "><nft:forward mode='route' dev='eth1'/></nft:network>";

        @Test
        void isWhatCountsInsteadOfTheDocumentsOwn() {
            Reading reading = NetworkReader.read("f", bytes(owner("<nft:forward mode='nat'/>")), Optional.of(ROUTE));

            assertEquals(
                    new Forward.Route(Optional.of(new InterfaceName("eth1"))),
                    ((VirtualNetwork) reading.network().orElseThrow()).forward());
            assertTrue(reading.ours());
            assertTrue(reading.metadata().contains("mode=\"nat\""), "the document's own: " + reading.metadata());
        }

        @Test
        void mayBeNone() {
            Reading reading = NetworkReader.read("f", bytes(owner("<nft:forward mode='nat'/>")), Optional.of(""));

            assertEquals("open", ruleless(reading).mode());
            assertFalse(reading.ours());
        }

        @Test
        void makesAnOwnerOfAnOpenNetwork() {
            Reading reading = NetworkReader.read("f", bytes(network("<forward mode='open'/>", IP)), Optional.of(ROUTE));

            assertEquals(Shape.OWNER, ((VirtualNetwork) reading.network().orElseThrow()).shape());
            assertEquals("", reading.metadata());
        }

        @Test
        void isTheTextOfAnEarlierReading() {
            String document =
                    owner("<nft:forward mode='nat' dev='eth0'>\n<!-- why -->\n<nft:nat ipv6='yes'/></nft:forward>");
            Reading first = read(document);
            Reading second = NetworkReader.read(
                    "f", bytes(network("<forward mode='open'/>", IP)), Optional.of(first.metadata()));

            assertEquals(
                    ((VirtualNetwork) first.network().orElseThrow()).forward(),
                    ((VirtualNetwork) second.network().orElseThrow()).forward());
            assertEquals(first.metadata(), read(document).metadata());
        }

        @Test
        void isAnErrorWhenItIsBroken() {
            Reading reading =
                    NetworkReader.read("f", bytes(network("<forward mode='open'/>", IP)), Optional.of("<nft:network>"));

            assertEquals(Optional.empty(), reading.network());
            assertEquals(1, reading.errors().size());
        }
    }

    @Nested
    class HookData {

        @Test
        void holdsTheNetworkBesideAPort() {
            String alone = network("<forward mode='route'/>", IP);
            String wrapped =
                    "<hookData>" + alone + "<networkport><mac address='52:54:00:00:00:01'/></networkport></hookData>";

            assertEquals(rules(alone), rules(wrapped));
        }

        @Test
        void keepsOurElement() {
            assertEquals(
                    Shape.OWNER,
                    rules("<hookData>" + owner("<nft:forward mode='nat'/>") + "</hookData>")
                            .shape());
        }
    }

    @Nested
    class Documents {

        @Test
        void areOfAnyEncoding() {
            String xml = "<network><name>é</name><bridge name='virbr99'/></network>";
            String latin1 = "<?xml version='1.0' encoding='ISO-8859-1'?>" + xml;
            String utf16 = "<?xml version='1.0' encoding='UTF-16'?>" + xml;

            for (byte[] document : List.of(xml.getBytes(UTF_8), latin1.getBytes(ISO_8859_1), utf16.getBytes(UTF_16))) {
                assertEquals(Optional.of("é"), NetworkReader.read("f", document).name());
            }
        }

        @Test
        void nameTheNetworkAsTheyLike() {
            String name = "é\"{ ; delete table inet filter # \u202e";

            assertEquals(
                    name,
                    rules(network("", IP).replace("<name>n<", "<name>" + name + "<"))
                            .name());
        }

        /** In files they are errors, see test-networks/bad; whoever starts one must not be stopped for it. */
        @Test
        void haveAddressesThatNoHostCanHaveAndAreApplicableAllTheSame() {
            for (String ip : List.of("224.0.0.1", "127.0.0.1", "0.0.0.0", "192.168.9.255")) {
                Reading reading = read(network("", "<ip address='" + ip + "' prefix='24'/>"));
                assertTrue(reading.network().isPresent(), ip);
                assertEquals(List.of(), reading.errors());
                assertEquals(1, reading.warnings().size());
                assertEquals(1, reading.strict().errors().size());
                assertTrue(reading.strict().network().isEmpty());
                String warning = reading.warnings().get(0).toString();
                assertTrue(warning.contains(": warning: <ip>: '" + ip + "' is "), warning);
            }
            String fine = "<ip address='192.168.8.255' prefix='23'/><ip address='10.0.0.1' prefix='31'/>";
            assertEquals(List.of(), read(network("", fine)).problems(), "the control");
        }

        /** In files they are errors too: a later libvirt may take them, and then an owner network's start must not fail for them. */
        @Test
        void sayWhatBearsOnNoRuleAndAreApplicableAllTheSame() {
            for (String more : List.of(
                    "<route address='10.9.0.1' prefix='24' gateway='192.168.122.9'/>",
                    "<route address='10.9.0.0' prefix='24' gateway='10.10.10.10'/>",
                    "<route address='10.9.0.0' prefix='24' gateway='nonsense' metric='0'/>",
                    "<route/>",
                    "<vlan><tag id='7'/></vlan>",
                    "<portgroup name='p'><vlan><tag id='7'/></vlan></portgroup>",
                    "<ip family='ipv6' address='fd00::1' prefix='64'><tftp root='/srv'/></ip>")) {
                Reading reading = read(network(
                        "<metadata><nft:network " + NS + "><nft:forward mode='nat'/></nft:network></metadata>"
                                + "<forward mode='open'/>",
                        IP + more));
                assertTrue(reading.network().isPresent(), more);
                assertEquals(List.of(), reading.errors());
                assertTrue(reading.strict().network().isEmpty(), more);
                assertTrue(!reading.strict().errors().isEmpty(), more);
            }
        }

        @Test
        void haveABoundOnWhatIsSaidOfThem() {
            Reading reading = read(network("", IP + "<route/>".repeat(1000)));
            assertEquals(100, reading.warnings().size());
            String last = reading.warnings().get(99).message();
            assertTrue(last.startsWith("and more"), last);
            Reading wrong = read(network("<forward mode='nat' dev='x*'/>", IP + "<route/>".repeat(1000)));
            assertEquals(100, wrong.problems().size());
            assertEquals(1, wrong.errors().size(), "and an error is one");
            assertTrue(wrong.network().isEmpty());
        }

        @Test
        void haveABoundOnTheirSize() {
            byte[] large = new byte[XmlInput.LARGEST + 1];

            assertEquals(
                    List.of("XML: it has more than 8388608 bytes"),
                    messages(NetworkReader.read("f", large).errors()));
        }

        @Test
        void haveABoundOnTheirDepth() {
            String deepest = "<a>".repeat(XmlParser.DEEPEST - 2) + "</a>".repeat(XmlParser.DEEPEST - 2);
            String deeper = "<a>" + deepest + "</a>";

            assertEquals(
                    List.of(),
                    read(network("", "<metadata>" + deepest + "</metadata>")).errors());
            assertEquals(
                    List.of("XML: elements are nested deeper than 200"),
                    messages(read(network("", "<metadata>" + deeper + "</metadata>"))
                            .errors()));
        }

        @Test
        void haveNoDoctype() {
            String xxe = "<!DOCTYPE network [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>";

            assertEquals(
                    List.of("XML: a DOCTYPE is not allowed"),
                    messages(read(xxe + network("", IP).replace("<name>n<", "<name>&x;<"))
                            .errors()));
            // an element of that name is none
            assertTrue(messages(read("<network><DOCTYPE></network>").errors())
                    .get(0)
                    .contains("must be terminated"));
        }

        /** 2 MiB of what costs most: the reader works in proportion to the size, and tells what a person can read. */
        @Test
        void keepNobodyBusy() {
            String addresses = many("<ip address='10.%d.%d.1' prefix='24'/>");
            String errors = many("<ip address='10.%d.%d'/>");
            String routes = many("<route address='10.%d.%d.0' prefix='24' gateway='10.0.0.1'/>");
            for (String inside : List.of(addresses, errors, routes)) {
                Reading reading = assertTimeoutPreemptively(
                        Duration.ofSeconds(30), () -> read(network("<forward mode='nat'/>", inside)));

                assertEquals(Optional.empty(), reading.network());
                assertTrue(reading.problems().size() <= 100, reading.problems().size() + " problems");
            }
        }

        private static String many(String element) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; text.length() < XmlInput.LARGEST / 4; i++) {
                text.append(String.format(element, i >> 8 & 255, i & 255));
            }
            return text.toString();
        }
    }

    @Nested
    class Problems {

        @Test
        void nameFileLineElementAndRemedy() {
            Reading reading = read("""
                    <network>
                      <name>n</name>
                      <forward mode='nat'>
                        <nat>
                          <port start='9'
                                end='1'/>
                        </nat>
                      </forward>
                      <bridge name='virbr99'/>
                      <ip address='192.168.99.1'/>
                    </network>
                    """);

            // jdom2 knows where a start tag ends
            assertEquals(
                    "[f:6: <forward><nat><port>: start='9' must be less than end='1'; widen the range]",
                    reading.problems().toString());
        }

        @Test
        void areAllTold() {
            Reading reading = read("""
                    <network ipv6='on'>
                      <name>a/b</name>
                      <forward mode='nat' dev='x*'/>
                      <forward mode='nat'/>
                      <bridge name='..'/>
                      <ip address='1.2.3'/>
                      <vlan/>
                    </network>
                    """);

            assertEquals(
                    List.of(1, 2, 3, 4, 5, 6, 7),
                    reading.strict().errors().stream()
                            .map(Problem::line)
                            .sorted()
                            .toList());
        }

        @Test
        void ofWhatOnlyFollowsFromAnotherAreNotTold() {
            // no "nat needs an <ip>", no "gateway is in no subnet"
            Reading reading = read(network(
                    "<forward mode='nat'/>",
                    "<ip address='1.2.3'/><route address='10.9.8.0' prefix='24' gateway='1.2.3.4'/>"));

            assertEquals(1, reading.errors().size(), reading.errors().toString());
        }

        @Test
        void doNotHideWhatCouldBeRead() {
            Reading reading = read(network("<forward mode='nat'/>", ""));

            assertEquals(Optional.empty(), reading.network());
            assertEquals(Optional.of("n"), reading.name());
            assertEquals(Optional.of(new InterfaceName("virbr99")), reading.bridge());
            assertEquals("nat", reading.mode());
        }

        @Test
        void areOnOneLineWhateverTheDocumentHeld() {
            Reading reading =
                    NetworkReader.read("a\nfile", bytes(network("<forward mode='&#10;&#x9b;&#x202e;\\'/>", IP)));

            assertEquals(
                    "a\\u{a}file:1: <forward>: mode='\\u{a}\\u{9b}\\u{202e}\\\\' is no forward mode;"
                            + " libvirt knows nat, route and open",
                    reading.errors().get(0).toString());
        }

        /** A million would be no help, and fill the memory. */
        @Test
        void areNoMoreThanSomebodyReads() {
            List<Problem> errors =
                    read(network("<forward mode='nat'/>".repeat(1001), IP)).errors();

            assertEquals(100, errors.size());
            assertTrue(
                    errors.get(99).message().startsWith("and more errors"),
                    errors.get(99).message());
        }

        @Test
        void thatAreWarningsDoNotKeepTheNetworkFromBeingUsed() {
            Reading reading = read(network("<forward mode='nat'/>", IP + "<ip family='ipv6' address='fd00::1'/>"));

            assertTrue(reading.network().isPresent());
            assertEquals(List.of(), reading.errors());
            assertEquals(
                    List.of("<forward>: IPv6 is routed, not translated, and open to new connections from outside"),
                    messages(reading.warnings()));
        }

        @Test
        void warnOfSubnetsThatAreCoveredWhereTheyStand() {
            Reading reading = read("""
                    <network>
                      <name>n</name>
                      <bridge name='virbr99'/>
                      <ip address='10.1.5.1' prefix='24'/>
                      <ip address='10.1.0.1' prefix='16'/>
                      <ip address='10.1.0.2' prefix='16'/>
                    </network>
                    """);

            assertEquals(
                    "[f:4: warning: <ip>: subnet 10.1.5.0/24 lies within another one of this network]",
                    reading.problems().toString());
        }

        @Test
        void warnOfAPoolThatNobodyUses() {
            Reading reading = read(network(
                    "<forward><nat ipv6='yes'><address start='1.2.3.4' end='1.2.3.5'/></nat></forward>",
                    "<ip family='ipv6' address='fd00::1'/>"));

            assertEquals(
                    List.of("<forward>: <address> is for IPv4, which this network does not have"),
                    messages(reading.warnings()));
        }

        @Test
        void areNoneForWhatIsUsual() {
            assertEquals(List.of(), read(network("<forward mode='nat'/>", IP)).problems());
            assertEquals(
                    List.of(),
                    read(network("<forward mode='route'/>", IP + "<ip family='ipv6' address='fd00::1'/>"))
                            .problems());
        }
    }

    private static String network(String forward, String ip) {
        return "<network><name>n</name>" + forward + "<bridge name='virbr99'/>" + ip + "</network>";
    }

    private static String open(String metadata) {
        return "<network><name>n</name><metadata>" + metadata
                + "</metadata><forward mode='open'/><bridge name='virbr99'/>" + IP + "</network>";
    }

    private static String owner(String inside) {
        return open("<nft:network " + NS + ">" + inside + "</nft:network>");
    }

    private static byte[] bytes(String xml) {
        return xml.getBytes(UTF_8);
    }

    private static Reading read(String xml) {
        return NetworkReader.read("f", bytes(xml));
    }

    private static VirtualNetwork rules(String xml) {
        Reading reading = read(xml);
        NetworkDefinition definition = reading.network()
                .orElseThrow(() -> new AssertionError(reading.errors().toString()));
        return (VirtualNetwork) definition;
    }

    private static RulelessNetwork ruleless(Reading reading) {
        assertEquals(List.of(), reading.errors());
        return (RulelessNetwork) reading.network().orElseThrow();
    }

    /** Element and message; where and what to do about it are others' business. */
    private static List<String> messages(List<Problem> problems) {
        List<String> found = new ArrayList<>();
        problems.forEach(problem -> found.add(problem.element() + ": " + problem.message()));
        return found;
    }
}
