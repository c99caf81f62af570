package org.virtnft.definitions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.virtnft.network.VirtualNetwork;

/** What counts of a running network's two definitions, and what its next start makes of it. */
class DefinedNetworkTest {

    private static final String OPEN = "<forward mode='open'/>";
    private static final String NAT = "<forward mode='nat'/>";
    private static final String IP = "<ip address='192.168.1.1' prefix='24'/>";
    private static final String OWNER = ours("<nft:forward mode='nat'/>");
    private static final String FAULTY = ours("<nft:forward mode='nat'/><nft:surprise/>");

    private static String ours(String content) {
        return "<metadata><nft:network xmlns:nft='http://virt-nft.org/xmlns/libvirt/network/1.0'>" + content
                + "</nft:network></metadata>";
    }

    private static String xml(String metadata, String forward, String ip) {
        return "<network><name>net</name>" + metadata + forward + "<bridge name='virbr1'/>" + ip + "</network>";
    }

    private static DefinedNetwork running(String live, String defined) {
        return DefinedNetwork.of(new LibvirtNetwork("net", Optional.of(live), Optional.of(defined)));
    }

    private static String mode(DefinedNetwork named) {
        return named.reading().network().orElseThrow() instanceof VirtualNetwork network
                ? network.shape().word() + " " + network.forward().mode()
                : "without rules";
    }

    private static void assertTold(String end, DefinedNetwork named) {
        assertTrue(named.next().remark().endsWith(end), named.next()::remark);
    }

    @Test
    void theSameTwiceIsNothingToTell() {
        for (String xml : List.of(xml(OWNER, OPEN, IP), xml("", NAT, IP), xml("", OPEN, IP))) {
            DefinedNetwork named = running(xml, xml);
            assertEquals("", named.next().remark());
            assertEquals("", named.loss());
        }
    }

    /** net-edit to nat, with our element kept: libvirt takes it, and our hook refuses the next start. */
    @Test
    void anOwnerDefinedAsNatWithOurElementRunsOnAndDoesNotStartAgain() {
        DefinedNetwork named = running(xml(OWNER, OPEN, IP), xml(OWNER, NAT, IP));
        assertEquals("owner nat", mode(named));
        assertEquals(List.of(), named.reading().errors());
        assertTrue(named.loss().contains("libvirt has mode 'nat' for this network"), named::loss);
        assertTrue(
                named.loss().contains("so its next start fails; until then the policy that is in force stays"),
                named::loss);
        assertEquals(List.of(named.loss()), DefinedNetwork.errors(List.of(named)));
    }

    @Test
    void anOwnerWhoseDefinitionHasAnErrorKeepsThePolicyThatItWasStartedWith() {
        DefinedNetwork named = running(xml(OWNER, OPEN, IP), xml(FAULTY, OPEN, IP));
        assertEquals("owner nat", mode(named));
        assertTrue(named.loss().contains("surprise"), named::loss);
        assertEquals(named.metadata(), named.metadataSeen());
    }

    @Test
    void anOwnerThatRunsWithAnErrorIsAsBadAsItsDefinition() {
        DefinedNetwork named = running(xml(FAULTY, OPEN, IP), xml(FAULTY, OPEN, IP));
        assertFalse(named.reading().errors().isEmpty());
        assertTrue(named.unprotected());
        assertEquals(
                "owner nat", mode(running(xml(FAULTY, OPEN, IP), xml(OWNER, OPEN, IP))), "mended by its definition");
    }

    @Test
    void otherAddressesAndAnotherBridgeComeWithTheNextStart() {
        String defined = xml(OWNER, OPEN, IP).replace("192.168.1", "192.168.2").replace("virbr1", "virbr2");
        DefinedNetwork named = running(xml(OWNER, OPEN, IP), defined);
        assertEquals(
                "at its next start it becomes what is defined now: bridge virbr2 instead of virbr1; addresses 192.168.2.1/24"
                        + " instead of 192.168.1.1/24",
                named.next().remark());
        assertFalse(named.next().faulty());
        assertEquals("virbr1", named.reading().bridge().orElseThrow().value());
    }

    @Test
    void anotherPolicyCountsAtOnceAndIsNothingOfTheNextStart() {
        DefinedNetwork named = running(xml(OWNER, OPEN, IP), xml(ours("<nft:forward mode='route'/>"), OPEN, IP));
        assertEquals("owner route", mode(named));
        assertEquals("", named.next().remark());
    }

    @Test
    void anotherShapeComesWithTheNextStart() {
        DefinedNetwork adopted = running(xml("", NAT, IP), xml(OWNER, OPEN, IP));
        assertEquals("companion nat", mode(adopted));
        assertTold("owner in mode nat instead of companion in mode nat", adopted);
        DefinedNetwork released = running(xml(OWNER, OPEN, IP), xml("", NAT, IP));
        assertEquals("owner nat", mode(released));
        assertEquals("", released.loss());
        assertTold("companion in mode nat instead of owner in mode nat", released);
        assertTold(
                "mode open without rules instead of companion in mode nat",
                running(xml("", NAT, IP), xml("", OPEN, IP)));
    }

    @Test
    void aCompanionWhoseDefinitionOurHookRefusesIsTold() {
        DefinedNetwork kept = running(xml("", NAT, IP), xml(OWNER, NAT, IP));
        assertEquals("companion nat", mode(kept));
        assertTrue(kept.next().faulty());
        assertTold(", so its next start fails", kept);
        assertEquals(List.of(), DefinedNetwork.errors(List.of(kept)), "what runs can be applied");
        assertTold(
                "libvirt's rules alone at its next start, and none of ours",
                running(xml("", NAT, IP), xml("", NAT, IP).replace("virbr1", "a b")));
    }

    @Test
    void anotherDeviceOrTranslationOfACompanionComesWithTheNextStart() {
        String ports = "<forward mode='nat'><nat><port start='1024' end='65535'/></nat></forward>";
        assertTold(
                "device eth1 instead of any", running(xml("", NAT, IP), xml("", NAT.replace("/", " dev='eth1'/"), IP)));
        assertTold("another <nat>", running(xml("", NAT, IP), xml("", ports.replace("1024", "2000"), IP)));
        // libvirt writes its default into the live XML
        assertEquals("", running(xml("", ports, IP), xml("", NAT, IP)).next().remark());
    }
}
