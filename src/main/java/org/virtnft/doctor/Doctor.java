package org.virtnft.doctor;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.virtnft.doctor.Finding.Place;
import org.virtnft.doctor.Finding.Severity;
import org.virtnft.doctor.Finding.Step;
import org.virtnft.network.Family;
import org.virtnft.network.Forward;
import org.virtnft.network.Printable;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;

/**
 * Judges a host. Whether somebody's chain drops a packet is not guessed from its policy: ordinary packets of each network walk
 * through it, and where they are dropped, that is the finding. So what was mended is no finding any more.
 */
public final class Doctor {

    private static final int LONGEST_TEXT = 400;

    private final Facts facts;

    public Doctor(Facts facts) {
        this.facts = facts;
    }

    /** All that is to be said, the worst first. */
    public List<Finding> examine(List<VirtualNetwork> networks) {
        List<Finding> findings = new ArrayList<>();
        for (VirtualNetwork network : networks) {
            findings.addAll(drops(network));
            findings.addAll(openings(network));
        }
        findings.addAll(forwarding(networks));
        findings.addAll(libvirtsRules(networks));
        findings.addAll(host());
        findings.sort(java.util.Comparator.comparing(Finding::severity));
        return findings;
    }

    // ---- Who drops ------------------------------------------------------------------------------------------------

    /** Where packets end; in one such place, all that end there are one finding. */
    private record End(Severity severity, Table table, Chain base, Walk.Drop drop) {}

    private List<Finding> drops(VirtualNetwork network) {
        Map<End, Set<Purpose>> ends = new LinkedHashMap<>();
        for (Probes.Probe probe : Probes.of(network, facts)) {
            for (Table table : facts.foreignTables()) {
                if (!table.sees(probe.packet().family())) {
                    continue;
                }
                for (Chain chain : table.chains().values()) {
                    if (chain.base().filter(base -> base.meets(probe.packet())).isPresent()) {
                        end(network, table, chain, probe.packet())
                                .ifPresent(end -> ends.computeIfAbsent(end, each -> EnumSet.noneOf(Purpose.class))
                                        .add(probe.purpose()));
                    }
                }
            }
        }
        List<Finding> findings = new ArrayList<>();
        ends.forEach((end, purposes) -> findings.add(finding(network, end, purposes)));
        return findings;
    }

    private static Optional<End> end(VirtualNetwork network, Table table, Chain base, Packet packet) {
        Optional<Walk.Drop> now = Walk.drop(table, base, packet, false);
        // its own rejects are what a companion is promised
        if (now.isPresent() && !now.get().chain().startsWith("LIBVIRT_")) {
            return Optional.of(new End(Severity.PROBLEM, table, base, now.get()));
        }
        return network.shape() == Shape.OWNER
                ? Optional.empty()
                : Walk.drop(table, base, packet, true).map(drop -> new End(Severity.ONCE_ADOPTED, table, base, drop));
    }

    /** Why no accept is to be inserted for packets that leave this host, or come from elsewhere; empty where it may be. */
    private Optional<String> otherWays(VirtualNetwork network, Table table, Set<Purpose> purposes) {
        if (purposes.stream().noneMatch(Purpose::isForwarded)) {
            return Optional.empty();
        }
        return EnumSet.allOf(Family.class).stream()
                .filter(family -> table.sees(family) && !network.subnets(family).isEmpty())
                .flatMap(family -> facts.otherWays(family).stream())
                .findFirst();
    }

    private Finding finding(VirtualNetwork network, End end, Set<Purpose> purposes) {
        Remedies.Remedy remedy = otherWays(network, end.table(), purposes)
                .map(why -> new Remedies.Remedy(List.of(), byHand(network, why)))
                .orElseGet(() -> Remedies.of(network, end.table(), end.base(), purposes));
        String what = String.join(", ", purposes.stream().map(Purpose::words).toList());
        return new Finding(
                end.severity(),
                shown(network),
                new Place(
                        end.table().shown(),
                        end.drop().chain(),
                        end.drop().rule().map(rule -> shown(rule.text())).orElse("policy drop")),
                end.severity() == Severity.PROBLEM
                        ? "dropped here: " + what
                        : "dropped here once the network is adopted, for libvirt's rules let them pass now: " + what,
                remedy.steps(),
                remedy.lasting());
    }

    private static String byHand(VirtualNetwork network, String why) {
        return "no command is given, for " + why
                + ": what is dropped here may be dropped on purpose, and an accept would let packets"
                + " out past it; where guests are to go that way, let what comes in by " + network.bridge()
                + " and goes out by that very device pass here, and its answers";
    }

    private static String shown(VirtualNetwork network) {
        return Printable.printable(network.name(), 128);
    }

    private static String shown(String text) {
        return Printable.printable(text, LONGEST_TEXT);
    }

    // ---- Who opens ------------------------------------------------------------------------------------------------

    /** Rules of others that let somebody in who is not let in by the network's own definition. */
    private List<Finding> openings(VirtualNetwork network) {
        List<Finding> findings = new ArrayList<>();
        for (Table table : facts.foreignTables()) {
            for (Chain chain : table.chains().values()) {
                if (chain.name().startsWith("LIBVIRT_") || table.isOfFrames()) {
                    continue;
                }
                for (Rule rule : chain.rules()) {
                    opening(network, rule)
                            .ifPresent(message -> findings.add(new Finding(
                                    Severity.NOTE,
                                    shown(network),
                                    new Place(table.shown(), chain.name(), shown(rule.text())),
                                    message,
                                    List.of(),
                                    "")));
                }
            }
        }
        return findings;
    }

    private static Optional<String> opening(VirtualNetwork network, Rule rule) {
        boolean owner = network.shape() == Shape.OWNER;
        if (rule.verdict() instanceof Verdict.Forward forward
                && forward.to().filter(to -> isIn(network, to)).isPresent()) {
            return Optional.of((owner
                            ? "this port forward does not work: our rules let nobody in who was not asked by the network"
                            : "this port forward works as long as the network is not adopted")
                    + "; it would be, once virt-nft has port forwards: " + element(rule, forward));
        }
        boolean letsIn = rule.verdict() instanceof Verdict.Accept
                && !(network.forward() instanceof Forward.Route)
                && rule.conditions().stream().anyMatch(condition -> speaksOf(network, condition))
                && rule.conditions().stream().noneMatch(condition -> isHarmless(network, condition));
        return letsIn
                ? Optional.of("this rule lets packets to its guests pass"
                        + (owner
                                ? ", and opens nothing: our rules decide"
                                : "; it opens nothing once the network is adopted"))
                : Optional.empty();
    }

    private static boolean isIn(VirtualNetwork network, org.virtnft.network.Address address) {
        return network.subnets(address.family()).stream().anyMatch(subnet -> subnet.contains(address));
    }

    private static boolean speaksOf(VirtualNetwork network, Condition condition) {
        if (condition instanceof Condition.Device device) {
            return !device.incoming()
                    && !device.not()
                    && device.names(network.bridge().value());
        }
        return condition instanceof Condition.Addresses addresses
                && !addresses.source()
                && !addresses.not()
                && addresses.ranges().stream()
                        .anyMatch(range -> isIn(network, range.first()) && isIn(network, range.last()));
    }

    /** Answers, packets within the network, what another port forward sends. */
    private static boolean isHarmless(VirtualNetwork network, Condition condition) {
        return (condition instanceof Condition.States states
                        && !states.not()
                        && !states.names().contains("new"))
                || condition instanceof Condition.Forwarded
                || (condition instanceof Condition.Device device
                        && device.incoming()
                        && !device.not()
                        && device.names(network.bridge().value()));
    }

    /** The element of the network's metadata that says the same. */
    private static String element(Rule rule, Verdict.Forward forward) {
        String protocol = "tcp";
        String port = "";
        for (Condition condition : rule.conditions()) {
            Condition inner = condition instanceof Condition.Of of ? of.what() : condition;
            if (condition instanceof Condition.Of of) {
                protocol = of.protocol();
            } else if (condition instanceof Condition.Protocols protocols
                    && protocols.names().contains("udp")) {
                protocol = "udp";
            }
            if (inner instanceof Condition.Ports ports && ports.ranges().size() == 1 && !ports.not()) {
                port = Integer.toString(ports.ranges().get(0).first());
            }
        }
        String guest = forward.to().map(Object::toString).orElse("");
        String to = forward.port().isPresent() ? " to='" + forward.port().getAsInt() + "'" : "";
        return "<nft:portForward proto='" + protocol + "' guest='" + guest + "'>"
                + (port.isEmpty() ? "" : "<nft:range start='" + port + "'" + to + "/>") + "</nft:portForward>";
    }

    // ---- The host -------------------------------------------------------------------------------------------------

    private List<Finding> forwarding(List<VirtualNetwork> networks) {
        List<Finding> findings = new ArrayList<>();
        for (Family family : Family.values()) {
            List<String> wanting = networks.stream()
                    .filter(network -> facts.isThere(network.bridge().value())
                            && !(network.forward() instanceof Forward.Isolated)
                            && !network.subnets(family).isEmpty())
                    .map(Doctor::shown)
                    .toList();
            if (!facts.forwards(family) && !wanting.isEmpty()) {
                String key = family == Family.IPV4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding";
                findings.add(
                        new Finding(
                                Severity.PROBLEM,
                                String.join(", ", wanting),
                                Place.NOWHERE,
                                "the kernel forwards nothing: " + key + " is 0",
                                List.of(new Step(
                                        List.of("sysctl", "-w", key + "=1"), List.of("sysctl", "-w", key + "=0"))),
                                family == Family.IPV4
                                        ? "libvirt sets it when such a network starts; a file of /etc/sysctl.d may set it back"
                                        : "a host that learns its routes from router advertisements needs accept_ra=2 on that device first"));
            }
        }
        return findings;
    }

    /** Whoever flushes the ruleset takes libvirt's rules too, and libvirt does not miss them before it needs its chains (9.0.0 to 11.3). */
    private List<Finding> libvirtsRules(List<VirtualNetwork> networks) {
        List<String> companions = networks.stream()
                .filter(network -> network.shape() == Shape.COMPANION
                        && facts.isThere(network.bridge().value()))
                .map(Doctor::shown)
                .toList();
        return companions.isEmpty()
                        || facts.hasLibvirtsRules()
                        || !facts.unknown().isEmpty()
                ? List.of()
                : List.of(Finding.note(
                        String.join(", ", companions),
                        "libvirt's own rules are gone, somebody flushed them; ours stand, and libvirt's next start of a"
                                + " network may fail",
                        "'systemctl restart libvirtd' brings them back (virtnetworkd where that runs)"));
    }

    private List<Finding> host() {
        List<Finding> findings = new ArrayList<>();
        Facts.NftablesUnit unit = facts.nftables();
        if ((unit.enabled() || unit.active()) && unit.flushingFile().isPresent() && !unit.ourDropIn()) {
            findings.add(new Finding(
                    Severity.PROBLEM,
                    "nftables.service",
                    Place.NOWHERE,
                    unit.flushingFile().get()
                            + " flushes the whole ruleset, ours too, whenever this unit starts, reloads or stops,"
                            + " and the drop-in that makes ours again is missing",
                    List.of(),
                    "install the package virt-nft again; after a flush, run 'virt-nft apply --all'"));
        }
        if (facts.bridgeNetfilter()) {
            findings.add(Finding.note(
                    "br_netfilter",
                    "is on: packets between guests of one bridge pass the rules for forwarded ones too",
                    ""));
        }
        facts.conntrackFailure()
                .ifPresent(why -> findings.add(Finding.note(
                        "conntrack",
                        "the kernel's connections cannot be read: those that a change forbids go on until they end by"
                                + " themselves (" + why + ")",
                        "'modprobe nf_conntrack_netlink', where the kernel has it as a module")));
        facts.unknown().forEach(text -> findings.add(Finding.note("not looked at", text, "")));
        return findings;
    }
}
