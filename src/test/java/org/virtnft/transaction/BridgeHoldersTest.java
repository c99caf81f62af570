package org.virtnft.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.virtnft.network.Address;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.NetworkElements;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;
import org.virtnft.state.TableState;
import org.virtnft.transaction.BridgeHolders.Claimant;

/** Who may take whose bridge. */
class BridgeHoldersTest {

    private static final Instant NOW = Instant.parse("2026-07-01T12:00:00Z");
    private static final InterfaceName BR0 = new InterfaceName("br0");
    private static final InterfaceName BR1 = new InterfaceName("br1");

    private static AppliedNetwork applied(String name, String bridge, Source source, Instant since) {
        VirtualNetwork network = new VirtualNetwork(
                name,
                new InterfaceName(bridge),
                Shape.COMPANION,
                new Forward.Nat(Optional.empty(), false, Optional.empty(), PortRange.UNPRIVILEGED),
                List.of(new BridgeAddress(Address.parse("10.0.0.1"), 24)));
        return AppliedNetwork.of(network, source, since, "", "", List.of());
    }

    private static AppliedNetwork applied(String name, String bridge, Source source) {
        return applied(name, bridge, source, NOW);
    }

    private static AppliedNetwork held(Source source) {
        return source == Source.UNKNOWN
                ? AppliedNetwork.unknown(BR0, NOW, NetworkElements.NONE)
                : applied("there", "br0", source);
    }

    private static Snapshot snapshot(AppliedNetwork... networks) {
        TreeMap<InterfaceName, AppliedNetwork> all = new TreeMap<>();
        for (AppliedNetwork network : networks) {
            all.put(network.bridge(), network);
        }
        return new Snapshot(all, TableState.empty("net:[1]"));
    }

    private static Source sourceOf(Claimant claimant) {
        return claimant == Claimant.FILE ? Source.FILE : Source.LIBVIRT;
    }

    @Test
    void whoTakesABridgeFromWhom() {
        List<String> taken = new ArrayList<>();
        for (Claimant claimant : Claimant.values()) {
            for (Source source : Source.values()) {
                Snapshot before = snapshot(held(source));
                AppliedNetwork comes = applied("comes", "br0", sourceOf(claimant));
                BridgeHolders holders = BridgeHolders.of(before);
                Optional<AppliedNetwork> other = holders.take(comes, claimant);
                Optional<AppliedNetwork> vacated = BridgeHolders.of(before).vacate("comes", Optional.of(BR0), claimant);
                assertEquals(other, vacated);
                if (other.isEmpty()) {
                    taken.add(claimant + " from " + source);
                    assertEquals(snapshot(comes), holders.after());
                } else {
                    assertEquals(held(source), other.get());
                    assertEquals(before, holders.after());
                }
            }
        }
        assertEquals(
                List.of(
                        "RUNNING from LIBVIRT",
                        "RUNNING from FILE",
                        "RUNNING from UNKNOWN",
                        "NAMED from LIBVIRT",
                        "NAMED from UNKNOWN",
                        "FILE from UNKNOWN"),
                taken);
    }

    @Test
    void everyNetworkTakesItsOwnFormerBridge() {
        for (Claimant claimant : Set.of(Claimant.RUNNING, Claimant.NAMED, Claimant.FILE)) {
            for (String bridge : List.of("br0", "br1")) {
                BridgeHolders holders = BridgeHolders.of(snapshot(held(Source.FILE))); // whoever it was applied by
                AppliedNetwork again = applied("there", bridge, sourceOf(claimant));
                assertEquals(Optional.empty(), holders.take(again, claimant), claimant + " " + bridge);
                assertEquals(snapshot(again), holders.after());
            }
        }
    }

    @Test
    void aFileTakesNoNameOfANetworkOfLibvirts() {
        AppliedNetwork there = applied("there", "br0", Source.LIBVIRT);
        BridgeHolders holders = BridgeHolders.of(snapshot(there));
        assertEquals(Optional.of(there), holders.take(applied("there", "br1", Source.FILE), Claimant.FILE));
        assertEquals(Optional.of(there), holders.vacate("there", Optional.empty(), Claimant.FILE));
        assertEquals(snapshot(there), holders.after());
    }

    @Test
    void whatComesBackLeavesANameAndABridgeToWhoeverHasThem() {
        AppliedNetwork there = applied("there", "br0", Source.LIBVIRT);
        BridgeHolders holders = BridgeHolders.of(snapshot(there));
        assertEquals(Optional.of(there), holders.take(applied("there", "br1", Source.LIBVIRT), Claimant.EARLIER));
        assertEquals(Optional.of(there), holders.take(applied("other", "br0", Source.LIBVIRT), Claimant.EARLIER));
        assertEquals(Optional.empty(), holders.take(applied("other", "br1", Source.LIBVIRT), Claimant.EARLIER));
        assertEquals(Set.of(BR0, BR1), holders.after().networks().keySet());
    }

    @Test
    void twoChangePlacesOnceBothHaveLeft() {
        BridgeHolders holders =
                BridgeHolders.of(snapshot(applied("a", "br0", Source.FILE), applied("b", "br1", Source.FILE)));
        holders.leave("a");
        holders.leave("b");
        assertFalse(holders.holds("a"));
        assertEquals(Optional.empty(), holders.take(applied("a", "br1", Source.FILE), Claimant.FILE));
        assertEquals(Optional.empty(), holders.take(applied("b", "br0", Source.FILE), Claimant.FILE));
        assertEquals("a", holders.holder(BR1).orElseThrow().name());
        assertEquals("b", holders.holder(BR0).orElseThrow().name());
    }

    @Test
    void aNameThatIsThereTwiceGoesTwice() {
        BridgeHolders holders =
                BridgeHolders.of(snapshot(applied("a", "br0", Source.FILE), applied("a", "br1", Source.FILE)));
        holders.leave("a");
        assertEquals(snapshot(), holders.after());
    }

    /** The kernel holds no two elements for one host address that is translated. */
    @Test
    void whoeverNeverCameLeavesItsAddress() {
        Instant longAgo = NOW.minusSeconds(60);
        AppliedNetwork starting = applied("starting", "br1", Source.LIBVIRT);
        record Case(AppliedNetwork other, boolean exists, boolean stays) {}
        for (Case each : List.of(
                new Case(applied("gone", "br0", Source.LIBVIRT, longAgo), false, false),
                new Case(applied("running", "br0", Source.LIBVIRT, longAgo), true, true),
                new Case(applied("just starting", "br0", Source.LIBVIRT, NOW.minusSeconds(5)), false, true),
                new Case(applied("of a file", "br0", Source.FILE, longAgo), false, true))) {
            BridgeHolders holders = BridgeHolders.of(snapshot(each.other()));
            holders.leaveAbsent(starting, bridge -> each.exists());
            assertEquals(
                    each.stays(), holders.holder(BR0).isPresent(), each.other().name());
        }
    }

    @Test
    void whatIsNotOfNetworksStays() {
        Snapshot before = new Snapshot(
                new TreeMap<>(),
                TableState.empty("net:[1]"),
                new TreeMap<>(java.util.Map.of(BR1, "damaged")),
                new java.util.TreeSet<>(Set.of(BR1)));
        BridgeHolders holders = BridgeHolders.of(before);
        assertEquals(Optional.empty(), holders.take(held(Source.FILE), Claimant.FILE));
        Snapshot after = holders.after();
        assertEquals(before.damaged(), after.damaged());
        assertEquals(before.earlier(), after.earlier());
        assertSame(before.table(), after.table());
    }
}
