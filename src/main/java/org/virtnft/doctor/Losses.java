package org.virtnft.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.virtnft.doctor.Finding.Place;
import org.virtnft.doctor.Finding.Severity;
import org.virtnft.network.Family;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.Printable;
import org.virtnft.network.Subnet;
import org.virtnft.network.VirtualNetwork;

/**
 * What guests of a companion would lose when our rules stand beside libvirt's: what an administrator's own rules let pass, or keep from
 * being translated, and ours, in another table, do not know of. In doubt it is a loss: to leave a network to libvirt changes nothing.
 */
public final class Losses {

    private static final int LONGEST_TEXT = 400;

    private final Facts facts;
    private final Routes routes;

    public Losses(Facts facts, Routes routes) {
        this.facts = facts;
        this.routes = routes;
    }

    /** A note for each rule, or route, that something would be lost of; empty where nothing would. */
    public List<Finding> of(VirtualNetwork network) {
        List<Finding> findings = new ArrayList<>();
        for (Family family : Family.values()) {
            List<Subnet> beyond = beyond(network, family);
            for (Subnet subnet : beyond) {
                findings.add(finding(
                        network,
                        Place.NOWHERE,
                        subnet + " is routed to its guests and is not in its definition: our rules refuse its packets",
                        "in the definition, as one more <ip>, it would be one of its subnets"));
            }
            if (!network.subnets(family).isEmpty() || !beyond.isEmpty()) {
                findings.addAll(of(network, family, beyond));
            }
        }
        return findings;
    }

    /** What is routed to its bridge from elsewhere. */
    private List<Subnet> beyond(VirtualNetwork network, Family family) {
        return routes.by(network.bridge().value()).stream()
                .filter(subnet -> subnet.family() == family)
                .filter(subnet -> network.subnets(family).stream().noneMatch(own -> own.contains(subnet)))
                .toList();
    }

    private List<Finding> of(VirtualNetwork network, Family family, List<Subnet> beyond) {
        List<Subnet> territory =
                Stream.concat(network.subnets(family).stream(), beyond.stream()).toList();
        String bridge = network.bridge().value();
        String uplink = network.forward().uplink().map(InterfaceName::value).orElse("");
        boolean isolated = network.forward() instanceof Forward.Isolated;
        boolean opensInward = network.forward() instanceof Forward.Route
                || (network.forward() instanceof Forward.Nat nat && !nat.translates(family));
        List<Finding> findings = new ArrayList<>();
        if (!opensInward || !uplink.isEmpty()) {
            findings.addAll(gaps(
                    network,
                    new Flight(Packet.Hook.FORWARD, family, bridge, false, opensInward ? uplink : "", territory),
                    "this rule lets packets to its guests pass, which ours refuse",
                    "no word of virt-nft's keeps that yet"
                            + (opensInward ? "" : "; guests under their own addresses are adopted, as mode='route'")));
        }
        if (isolated || !uplink.isEmpty()) {
            findings.addAll(gaps(
                    network,
                    new Flight(Packet.Hook.FORWARD, family, bridge, true, uplink, territory),
                    "this rule lets packets of its guests pass, which ours refuse",
                    isolated
                            ? "an adopted network of mode='nat' or 'route' is let out"
                            : "a definition without dev= lets them out by every device"));
        }
        if (network.forward() instanceof Forward.Nat nat && nat.translates(family)) {
            findings.addAll(gaps(
                    network,
                    new Flight(Packet.Hook.TRANSLATION, family, bridge, true, "", territory),
                    "this rule keeps packets of its guests as they are, which ours translate",
                    "no word of virt-nft's keeps that yet"));
        }
        return findings;
    }

    private List<Finding> gaps(VirtualNetwork network, Flight flight, String message, String remedy) {
        List<Finding> findings = new ArrayList<>();
        boolean known =
                facts.foreignTables().stream().anyMatch(table -> table.hasLibvirts() && table.sees(flight.family()));
        for (Table table : facts.foreignTables()) {
            if (!table.sees(flight.family()) || !isWhereLibvirtsRulesAre(table, known, flight)) {
                continue;
            }
            for (Chain chain : table.chains().values()) {
                Optional<Chain.Base> base = chain.base().filter(at -> at.hook() == flight.hook());
                if (base.isPresent()) {
                    for (Passage.Gap gap : Passage.gaps(table, chain, flight, known)) {
                        Place place =
                                new Place(table.shown(), gap.chain(), Printable.printable(gap.rule(), LONGEST_TEXT));
                        findings.add(finding(network, place, message, remedy));
                    }
                }
            }
        }
        return findings;
    }

    /**
     * Whether its rules can let pass what libvirt's refuse: only those of the same base chain can. A libvirt that has a table of its own
     * has no others there.
     */
    private boolean isWhereLibvirtsRulesAre(Table table, boolean known, Flight flight) {
        if (facts.libvirtHasItsOwnTable(flight.family())) {
            return false;
        }
        boolean iptables = table.name().equals(flight.hook() == Packet.Hook.TRANSLATION ? "nat" : "filter")
                && !table.family().equals("inet");
        return iptables && (!known || table.hasLibvirts());
    }

    private static Finding finding(VirtualNetwork network, Place place, String message, String remedy) {
        return new Finding(Severity.NOTE, Printable.printable(network.name(), 128), place, message, List.of(), remedy);
    }
}
