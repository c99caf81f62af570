package org.virtnft.definitions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.DefinitionMark;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;
import org.virtnft.state.TableState;
import org.virtnft.xml.NetworkReader;
import org.virtnft.xml.Reading;

/** A definition that is what it was when it was applied says what it said then; any other one is read. */
class ReadingsTest {

    private static final String HEAD = """
            <network>
              <name>net</name>
              <uuid>5d1a5c8e-0000-4000-8000-000000000001</uuid>
            """;

    private static final String TAIL = """
              <bridge name='virbr1' stp='on' delay='0'/>
              <ip address='10.1.0.1' netmask='255.255.255.0'>
              </ip>
            </network>
            """;

    private static final String ISOLATED = HEAD + TAIL;

    private static final String NAT = HEAD + "  <forward mode='nat'/>\n" + TAIL;

    private static final String OWNER = HEAD + """
              <metadata>
                <nft:network xmlns:nft="http://virt-nft.org/xmlns/libvirt/network/1.0">
                  <nft:forward mode="nat"/>
                </nft:network>
              </metadata>
              <forward mode='open'/>
            """ + TAIL;

    /** As libvirt writes what runs: deeper, and with how many guests there are. */
    private static String live(String definition) {
        String deeper =
                definition.replace("<network>", "<network connections='2'>").indent(2);
        return "<networkstatus>\n  <class_id bitmap='0-2'/>\n" + deeper + "</networkstatus>\n";
    }

    private static LibvirtNetwork network(String live, String defined) {
        return new LibvirtNetwork("net", Optional.of(live), Optional.of(defined));
    }

    private static Readings applied(AppliedNetwork network) {
        TreeMap<org.virtnft.network.InterfaceName, AppliedNetwork> networks = new TreeMap<>();
        networks.put(network.bridge(), network);
        return Readings.of(new Snapshot(networks, TableState.NONE));
    }

    private static AppliedNetwork applied(DefinedNetwork named) {
        return named.applied((VirtualNetwork) named.reading().network().orElseThrow(), Instant.EPOCH);
    }

    @ParameterizedTest
    @ValueSource(strings = {OWNER, ISOLATED})
    void theSameDefinitionSaysTheSame(String xml) {
        LibvirtNetwork network = network(live(xml), "<!-- libvirt's -->\n" + xml);
        DefinedNetwork read = DefinedNetwork.of(network);
        assertNotEquals(DefinitionMark.NONE, read.mark());

        assertEquals(Optional.of(read), applied(applied(read)).known(network));
        assertEquals(List.of(read), DefinedNetwork.all(List.of(network), applied(applied(read))));
        assertEquals(
                Optional.of(read),
                applied(applied(read)).known(new LibvirtNetwork("net", Optional.of(live(xml)), Optional.empty())),
                "a transient one has no definition beside");
    }

    @ParameterizedTest
    @ValueSource(strings = {OWNER, ISOLATED, NAT})
    void theHookWasGivenTheSame(String xml) {
        byte[] given = ("<hookData>\n" + xml.indent(2) + "</hookData>\n").getBytes(StandardCharsets.UTF_8);
        Reading reading = NetworkReader.read("libvirt", given);
        AppliedNetwork started = AppliedNetwork.of(
                        (VirtualNetwork) reading.network().orElseThrow(),
                        Source.LIBVIRT,
                        Instant.EPOCH,
                        reading.metadata(),
                        reading.metadata(),
                        List.of())
                .readFrom(Readings.mark(given, reading));
        LibvirtNetwork network = network(live(xml), xml);

        assertEquals(Optional.of(DefinedNetwork.of(network)), applied(started).known(network));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.1.0.1|10.1.0.2",
                "virbr1|virbr2",
                "mode=\"nat\"|mode=\"route\"",
                "<nft:forward|<nft:forward dev=\"eth0\"",
                "<network>|<network ipv6='yes'>",
                "000001|000002",
                "stp='on'|stp='off'",
            })
    void anyOtherOneIsRead(String change) {
        String[] words = change.split("\\|");
        String other = OWNER.replace(words[0], words[1]);
        Readings before = applied(applied(DefinedNetwork.of(network(live(OWNER), OWNER))));

        assertEquals(Optional.empty(), before.known(network(live(other), other)));
        assertEquals(Optional.empty(), before.known(network(live(OWNER), other)), "at its next start");
        assertEquals(Optional.empty(), before.known(network(live(other), OWNER)), "what runs");
    }

    private static final String WARNED =
            NAT.replace("</network>", "<ip family='ipv6' address='fd00:1::1' prefix='64'/>\n</network>");

    @Test
    void aWarningIsKept() {
        LibvirtNetwork network = network(live(WARNED), WARNED);
        DefinedNetwork read = DefinedNetwork.of(network);
        AppliedNetwork applied = applied(read);

        DefinedNetwork known = applied(applied).known(network).orElseThrow();

        assertEquals(1, read.reading().warnings().size());
        assertEquals("" + read.reading().warnings(), "" + known.reading().warnings());
        assertEquals(read.reading().network(), known.reading().network());
        assertEquals(applied, applied(known), "so that applying it again is no change");
    }

    /** Its warning names another source. */
    @Test
    void whereTheHookWarnedItIsReadAgain() {
        byte[] given = WARNED.getBytes(StandardCharsets.UTF_8);
        assertEquals(DefinitionMark.NONE, Readings.mark(given, NetworkReader.read("libvirt", given)));
    }

    @Test
    void whatThereIsMoreToSayOfIsReadEachTime() {
        LibvirtNetwork changes = network(live(ISOLATED), NAT);
        String bare = OWNER.replaceAll("(?s)<metadata>.*</metadata>\n", "");
        LibvirtNetwork opens = network(live(OWNER), bare);
        for (LibvirtNetwork network : List.of(changes, opens)) {
            DefinedNetwork read = DefinedNetwork.of(network);
            assertEquals(DefinitionMark.NONE, read.mark());
            assertEquals(Optional.empty(), applied(applied(read)).known(network));
        }
    }

    @Test
    void aFilesNetworkIsNotLibvirts() {
        DefinedNetwork read = DefinedNetwork.of(network(live(ISOLATED), ISOLATED));
        AppliedNetwork filed = new AppliedNetwork(
                applied(read).enforced(), Source.FILE, Instant.EPOCH, "", "", List.of(), read.mark());

        assertEquals(Optional.empty(), applied(filed).known(network(live(ISOLATED), ISOLATED)));
    }

    @Test
    void damageIsReadAndTold() {
        Readings before = applied(applied(DefinedNetwork.of(network(live(OWNER), OWNER))));
        String cut = live(OWNER).substring(0, live(OWNER).indexOf("<bridge"));

        assertEquals(Optional.empty(), before.known(network(cut, OWNER)));
        assertEquals(Optional.empty(), before.known(network("", "")));
    }
}
