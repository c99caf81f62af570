package org.virtnft.flows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.virtnft.kernel.Flow;
import org.virtnft.kernel.Routing;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.Shape;
import org.virtnft.network.Subnet;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Source;

/** Which flows a change forbids; FlowsIT shows the same with packets. Network N is bridge brN with 10.N.0.0/16. */
class JudgeTest {

    private static final Forward NAT = nat(Optional.empty(), PortRange.UNPRIVILEGED);
    private static final Forward ROUTE = new Forward.Route(Optional.empty());
    private static final Forward ISOLATED = new Forward.Isolated();

    private final Map<String, Consent> before = new HashMap<>();
    private final Map<String, Consent> after = new HashMap<>();
    private final List<Routing.Local> addresses = new ArrayList<>();
    private boolean mended;
    private final Map<String, String> routes = new HashMap<>();

    JudgeTest() {
        local("eth0", "198.51.100.9/24");
        local("eth1", "203.0.113.9/24");
    }

    private static Forward nat(Optional<AddressRange> pool, PortRange ports) {
        return new Forward.Nat(Optional.empty(), true, pool, ports);
    }

    private static Forward to(String device) {
        return new Forward.Nat(Optional.of(new InterfaceName(device)), true, Optional.empty(), PortRange.UNPRIVILEGED);
    }

    private static BridgeAddress address(String withPrefix) {
        String[] words = withPrefix.split("/");
        return new BridgeAddress(Address.parse(words[0]), Integer.parseInt(words[1]));
    }

    private void local(String device, String withPrefix) {
        BridgeAddress address = address(withPrefix);
        addresses.add(new Routing.Local(device, address.address(), address.subnet(), false));
    }

    private static Consent consent(int number, Forward forward, Shape shape, String... more) {
        List<String> all = new ArrayList<>(List.of("10." + number + ".0.1/16"));
        all.addAll(Arrays.asList(more));
        VirtualNetwork network = new VirtualNetwork(
                "net" + number,
                new InterfaceName("br" + number),
                shape,
                forward,
                all.stream().map(JudgeTest::address).toList());
        return Consent.of(AppliedNetwork.of(network, Source.FILE, java.time.Instant.EPOCH, "", "", List.of()));
    }

    private JudgeTest before(int number, Forward forward, String... more) {
        before.put("br" + number, consent(number, forward, Shape.OWNER, more));
        return this;
    }

    private JudgeTest after(int number, Forward forward, String... more) {
        local("br" + number, "10." + number + ".0.1/16");
        after.put("br" + number, consent(number, forward, Shape.OWNER, more));
        return this;
    }

    private JudgeTest after(int number, Forward forward, Shape shape) {
        local("br" + number, "10." + number + ".0.1/16");
        after.put("br" + number, consent(number, forward, shape));
        return this;
    }

    private Judge judge(String... changed) {
        Routing routing = new Routing() {
            @Override
            public List<Local> addresses() {
                return addresses;
            }

            @Override
            public Optional<String> deviceTowards(Address destination, Address source, String arriving) {
                return Optional.ofNullable(routes.get(destination.toString()));
            }
        };
        Map<String, Consent> was = new HashMap<>(before);
        was.keySet().retainAll(Set.of(changed));
        return new Judge(was, after, Set.of(changed), mended, routing);
    }

    private static Flow flow(String from, String to) {
        return new Flow(
                6, Address.parse(from), Address.parse(to), Address.parse(from), 40000, false, false, true, false);
    }

    private static Flow unanswered(String from, String to, String seen) {
        return new Flow(
                17,
                Address.parse(from),
                Address.parse(to),
                Address.parse(seen),
                40000,
                !from.equals(seen),
                false,
                false,
                false);
    }

    private static Flow seenAs(String from, String to, String seen, int port) {
        return new Flow(6, Address.parse(from), Address.parse(to), Address.parse(seen), port, true, false, true, false);
    }

    private static Flow forwarded(String from, String to) {
        return new Flow(
                6, Address.parse(from), Address.parse(to), Address.parse(from), 40000, false, true, true, false);
    }

    private static Flow expected(String from, String to) {
        return new Flow(
                6, Address.parse(from), Address.parse(to), Address.parse(from), 40000, false, false, true, true);
    }

    private static void forbids(Judge judge, Flow... flows) {
        for (Flow flow : flows) {
            assertEquals(true, judge.forbids(flow), flow::toString);
        }
    }

    private static void leaves(Judge judge, Flow... flows) {
        for (Flow flow : flows) {
            assertEquals(false, judge.forbids(flow), flow::toString);
        }
    }

    @Test
    void onlyFlowsOfANetworkThatChangedAreJudged() {
        // what 2 has, it would not allow; somebody has his reasons, and nobody changed it
        Judge judge = before(1, ROUTE)
                .before(2, ISOLATED)
                .after(1, ISOLATED)
                .after(2, ISOLATED)
                .judge("br1");
        forbids(judge, flow("10.1.0.5", "192.0.2.1"), flow("192.0.2.1", "10.1.0.5"), flow("10.1.0.5", "10.2.0.5"));
        leaves(judge, flow("10.2.0.5", "192.0.2.1"), flow("192.0.2.1", "10.2.0.5"), flow("192.0.2.1", "192.0.2.2"));
    }

    @Test
    void bothNetworksMustConsent() {
        Judge judge =
                before(1, ROUTE).before(2, ROUTE).after(1, NAT).after(2, ROUTE).judge("br1", "br2");
        forbids(judge, flow("10.2.0.5", "10.1.0.5"), flow("192.0.2.1", "10.1.0.5"));
        leaves(judge, seenAs("10.1.0.5", "10.2.0.5", "10.2.0.1", 40000), flow("192.0.2.1", "10.2.0.5"));
    }

    @Test
    void theHostsOwnFlowsAndThoseToManyAreNotForwarded() {
        Judge judge = before(1, NAT).after(1, ISOLATED).judge("br1");
        leaves(
                judge,
                flow("10.1.0.5", "10.1.0.1"),
                flow("10.1.0.5", "198.51.100.9"),
                flow("10.1.0.1", "192.0.2.1"),
                flow("198.51.100.9", "10.1.0.5"),
                flow("10.1.0.5", "224.0.0.251"),
                flow("10.1.0.5", "255.255.255.255"));
    }

    @Test
    void guestsOfOneBridgeReachEachOtherButNotOfABlockedOne() {
        Judge judge = before(1, NAT).after(1, ISOLATED).judge("br1");
        leaves(judge, flow("10.1.0.5", "10.1.0.6"));

        InterfaceName bridge = new InterfaceName("br1");
        after.put("br1", Consent.of(AppliedNetwork.blocked("net1", bridge, java.time.Instant.EPOCH, "a test says so")));
        forbids(judge("br1"), flow("10.1.0.5", "10.1.0.6"), flow("10.1.0.5", "192.0.2.1"));
    }

    @Test
    void whatIsGoneTakesItsFlowsAlong() {
        Judge subnet = before(1, ROUTE, "10.99.0.1/24").after(1, ROUTE).judge("br1");
        forbids(subnet, flow("10.99.0.5", "192.0.2.1"), flow("192.0.2.1", "10.99.0.5"), flow("10.1.0.5", "10.99.0.5"));
        leaves(subnet, flow("10.1.0.5", "192.0.2.1"), flow("10.99.0.5", "10.99.0.6"));

        after.clear();
        Judge network = judge("br1");
        forbids(network, flow("10.1.0.5", "192.0.2.1"), flow("192.0.2.1", "10.99.0.5"));
        leaves(network, flow("10.1.0.5", "10.99.0.5"));

        // its subnet is another network's by now, which has its own say
        after.put("br2", consent(1, ROUTE, Shape.OWNER));
        leaves(judge("br1", "br2"), flow("10.1.0.5", "192.0.2.1"));
    }

    @Test
    void theNarrowerSubnetSaysWhoseAnAddressIs() {
        before(1, ROUTE).after(1, ISOLATED);
        before(2, ROUTE, "10.1.7.1/24").after(2, ROUTE, "10.1.7.1/24");
        leaves(judge("br1"), flow("10.1.7.5", "192.0.2.1"));
        forbids(judge("br1"), flow("10.1.8.5", "192.0.2.1"));
    }

    @Test
    void aTranslationIsJudgedWhereTheNetworkSaidAnotherBefore() {
        AddressRange pool = new AddressRange(Address.parse("198.51.100.20"), Address.parse("198.51.100.29"));
        Forward ports = nat(Optional.empty(), new PortRange(30000, 50000));
        Flow masqueraded = seenAs("10.1.0.5", "192.0.2.1", "198.51.100.9", 40000);
        Flow lowPort = seenAs("10.1.0.5", "192.0.2.1", "198.51.100.9", 20000);
        Flow pooled = seenAs("10.1.0.5", "192.0.2.1", "198.51.100.25", 20000);
        Flow elsewhere = seenAs("10.1.0.5", "192.0.2.1", "198.51.100.30", 40000);
        Flow untranslated = flow("10.1.0.5", "192.0.2.1");

        Judge toPorts = before(1, NAT).after(1, ports).judge("br1");
        leaves(toPorts, masqueraded);
        forbids(toPorts, lowPort, pooled, untranslated);

        Judge toPool = after(1, nat(Optional.of(pool), PortRange.UNPRIVILEGED)).judge("br1");
        leaves(toPool, pooled);
        forbids(toPool, masqueraded, elsewhere, untranslated);

        Judge toRoute = after(1, ROUTE).judge("br1");
        leaves(toRoute, untranslated);
        forbids(toRoute, masqueraded, pooled);

        // the same translation as before: whoever translated these otherwise does so now
        Judge subnetMore = after(1, NAT, "10.99.0.1/24").judge("br1");
        leaves(subnetMore, masqueraded, pooled, elsewhere, untranslated);
    }

    @Test
    void aCompanionAppliedForTheFirstTimeIsTranslatedByLibvirt() {
        Flow byLibvirt = seenAs("10.1.0.5", "192.0.2.1", "198.51.100.77", 700);
        leaves(after(1, NAT, Shape.COMPANION).judge("br1"), byLibvirt, flow("10.1.0.5", "192.0.2.1"));
        forbids(after(1, NAT, Shape.OWNER).judge("br1"), byLibvirt, flow("10.1.0.5", "192.0.2.1"));
    }

    @Test
    void aPortForwardOfOthersIsLeftToLibvirtsRulesForACompanion() {
        leaves(before(1, ROUTE).after(1, NAT, Shape.COMPANION).judge("br1"), forwarded("192.0.2.1", "10.1.0.5"));
        forbids(after(1, NAT, Shape.OWNER).judge("br1"), forwarded("192.0.2.1", "10.1.0.5"));
    }

    @Test
    void anotherDeviceForbidsWhatIsNotBehindIt() {
        routes.put("192.0.2.1", "eth0");
        routes.put("192.0.2.2", "eth1");
        Flow byEth0 = seenAs("10.1.0.5", "192.0.2.1", "198.51.100.9", 40000);
        Flow byEth1 = seenAs("10.1.0.5", "192.0.2.2", "203.0.113.9", 40000);
        Flow nowhere = seenAs("10.1.0.5", "192.0.2.3", "203.0.113.9", 40000);
        Judge other = before(1, NAT).after(1, to("eth1")).judge("br1");
        forbids(other, byEth0, nowhere);
        leaves(other, byEth1);

        // the same device as before: nobody is asked
        leaves(before(1, to("eth1")).judge("br1"), byEth0, byEth1, nowhere);

        // a device that is another network's bridge
        Judge bridge = before(1, NAT)
                .before(2, ROUTE)
                .after(1, to("br2"))
                .after(2, ROUTE)
                .judge("br1");
        leaves(bridge, seenAs("10.1.0.5", "10.2.0.5", "10.2.0.1", 40000));
        forbids(bridge, byEth0);
    }

    @Test
    void aFlowThatBelongsToAnotherOneIsJudgedInBothDirections() {
        Judge toNat = before(1, ROUTE).after(1, NAT).judge("br1");
        leaves(toNat, expected("192.0.2.1", "10.1.0.5"));
        Judge toIsolated = after(1, ISOLATED).judge("br1");
        forbids(toIsolated, expected("192.0.2.1", "10.1.0.5"), expected("10.1.0.5", "192.0.2.1"));
    }

    @Test
    void whatBeganWhileNobodyTranslatedIsEndedUnlessItWasAnswered() {
        after(1, NAT).after(2, ROUTE).after(3, NAT);
        mended = true;
        Judge judge = judge();
        forbids(judge, unanswered("10.1.0.5", "192.0.2.1", "10.1.0.5"), unanswered("10.1.0.5", "10.3.0.5", "10.1.0.5"));
        leaves(
                judge,
                flow("10.1.0.5", "192.0.2.1"),
                unanswered("10.1.0.5", "192.0.2.1", "198.51.100.9"),
                unanswered("10.1.0.5", "10.1.0.6", "10.1.0.5"),
                unanswered("10.1.0.5", "10.1.0.1", "10.1.0.5"),
                unanswered("192.0.2.1", "10.1.0.5", "192.0.2.1"),
                unanswered("10.2.0.5", "192.0.2.1", "10.2.0.5"));
    }

    @Test
    void consentIsTheNetworks() {
        AddressRange pool = new AddressRange(Address.parse("198.51.100.20"), Address.parse("198.51.100.29"));
        Forward forward = new Forward.Nat(
                Optional.of(new InterfaceName("eth0")), false, Optional.of(pool), new PortRange(2000, 60000));
        Subnet four = new Subnet(Address.parse("10.1.0.0"), 16);
        Subnet six = new Subnet(Address.parse("fd00:1::"), 64);
        assertEquals(
                new Consent(
                        true,
                        true,
                        true,
                        Optional.of(new InterfaceName("eth0")),
                        List.of(four, six),
                        List.of(six),
                        Map.of(four, new Consent.Translation(Optional.of(pool), new PortRange(2000, 60000)))),
                consent(1, forward, Shape.COMPANION, "fd00:1::1/64"));
    }
}
