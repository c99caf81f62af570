package org.virtnft.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.virtnft.doctor.Finding.Step;
import org.virtnft.network.Family;
import org.virtnft.network.Forward;
import org.virtnft.network.Subnet;
import org.virtnft.network.VirtualNetwork;

/** How guests' packets get past somebody's base chain, in the words of the program that made it. */
final class Remedies {

    /**
     * What helps.
     *
     * @param lasting what to know about it, or to do so that it stays
     */
    record Remedy(List<Step> steps, String lasting) {}

    private static final String LASTING =
            "and in the file that loads this table (/etc/nftables.conf?), or its next load ends it";

    private final VirtualNetwork network;
    private final String bridge;
    private final Table table;
    private final Chain base;

    private Remedies(VirtualNetwork network, Table table, Chain base) {
        this.network = network;
        this.bridge = network.bridge().value();
        this.table = table;
        this.base = base;
    }

    static Remedy of(VirtualNetwork network, Table table, Chain base, Set<Purpose> purposes) {
        return new Remedies(network, table, base).all(purposes);
    }

    private Remedy all(Set<Purpose> purposes) {
        if (table.name().equals("firewalld") || table.has("FORWARD_direct") || table.has("INPUT_direct")) {
            return firewalld();
        }
        if (table.has("ufw-before-forward") || table.has("ufw6-before-forward")) {
            return new Remedy(each(purposes, this::ufw), "");
        }
        boolean forward = purposes.stream().noneMatch(Purpose::isService);
        if (forward && table.has("DOCKER-USER")) {
            return new Remedy(
                    each(purposes, purpose -> iptables("DOCKER-USER", purpose)),
                    "Docker keeps this chain when it restarts; after a reboot the command is needed again");
        }
        if (!table.program().equals(Table.Program.NFT)) {
            return new Remedy(
                    each(purposes, purpose -> iptables(base.name(), purpose)),
                    "and in whatever loads these rules at boot (iptables-persistent, a script), or a reboot ends it");
        }
        // there an answer does not say whose it is, and a rule for all of them would be the end of that filter
        boolean uplink =
                base.base().filter(at -> at.hook() == Packet.Hook.INGRESS).isPresent()
                        && (purposes.contains(Purpose.ANSWERS) || purposes.contains(Purpose.IN));
        if (uplink) {
            return new Remedy(List.of(), "let what comes for guests of " + bridge + " pass in that chain");
        }
        if (purposes.contains(Purpose.BETWEEN)) {
            return isPlain(table.name() + " " + base.name())
                    ? new Remedy(between(), LASTING)
                    : new Remedy(List.of(), "let frames between ports of " + bridge + " pass in that chain");
        }
        return isPlain(table.family() + " " + table.name() + " " + base.name())
                ? new Remedy(each(purposes, this::nft), LASTING)
                : new Remedy(List.of(), "let packets of " + bridge + " pass in that chain");
    }

    private interface Maker {
        Step of(Purpose purpose);
    }

    private static List<Step> each(Set<Purpose> purposes, Maker maker) {
        List<Step> steps = new ArrayList<>();
        for (Purpose purpose : purposes) {
            // whoever comes from the bridge may go everywhere then, so beside as well
            if (purpose != Purpose.BESIDE || !purposes.contains(Purpose.OUT)) {
                if (purpose != Purpose.ANSWERS || !purposes.contains(Purpose.IN)) {
                    steps.add(maker.of(purpose));
                }
            }
        }
        return steps;
    }

    private static boolean isPlain(String words) {
        return words.matches("[A-Za-z0-9_./ -]+");
    }

    private static Step step(String command, String undo) {
        return new Step(List.of(command.split(" ")), List.of(undo.split(" ")));
    }

    private Step ufw(Purpose purpose) {
        return switch (purpose) {
            case OUT -> ufw("route", "in on " + bridge);
            case BESIDE, BETWEEN -> ufw("route", "in on " + bridge + " out on " + bridge);
            case ANSWERS, IN -> ufw("route", "out on " + bridge);
            case DHCP -> ufw("", "in on " + bridge + " to any port 67 proto udp");
            case DNS -> ufw("", "in on " + bridge + " to any port 53");
        };
    }

    private static Step ufw(String kind, String rule) {
        String start = kind.isEmpty() ? "ufw " : "ufw " + kind + " ";
        return step(start + "allow " + rule, start + "delete allow " + rule);
    }

    private Remedy firewalld() {
        String zone = network.forward() instanceof Forward.Route ? "libvirt-routed" : "libvirt";
        List<Step> steps = new ArrayList<>();
        for (String permanent : List.of("", " --permanent")) {
            steps.add(step(
                    "firewall-cmd" + permanent + " --zone=" + zone + " --change-interface=" + bridge,
                    "firewall-cmd" + permanent + " --zone=" + zone + " --remove-interface=" + bridge));
        }
        return new Remedy(
                steps,
                "or in libvirt's words, at the network's next start: <bridge name='" + bridge + "' zone='" + zone
                        + "'/>");
    }

    private Step iptables(String chain, Purpose purpose) {
        boolean ipv4 = table.family().equals("ip");
        String program = (ipv4 ? "iptables" : "ip6tables")
                + table.program().suffix()
                + (table.name().equals("filter") ? "" : " -t " + table.name());
        String rule = chain
                + switch (purpose) {
                    case OUT -> " -i " + bridge;
                    case BESIDE, BETWEEN -> " -i " + bridge + " -o " + bridge;
                    case ANSWERS -> " -o " + bridge + " -m conntrack --ctstate RELATED,ESTABLISHED";
                    case IN -> " -o " + bridge;
                    case DHCP -> " -i " + bridge + " -p udp --dport 67";
                    // a guest falls back to TCP for what is long, and asks with UDP first
                    case DNS -> " -i " + bridge + " -p udp --dport 53";
                }
                + " -j ACCEPT";
        return step(program + " -I " + rule, program + " -D " + rule);
    }

    /** By addresses: the name of a frame's bridge is known only to a module (nft_meta_bridge) that a kernel need not have. */
    private List<Step> between() {
        List<Step> steps = new ArrayList<>();
        for (Family family : Family.values()) {
            String ip = family == Family.IPV4 ? "ip" : "ip6";
            for (Subnet subnet : network.subnets(family)) {
                steps.add(insert(ip + " saddr " + subnet + " " + ip + " daddr " + subnet + " "));
            }
            // nobody is found without them
            boolean finding = !network.subnets(family).isEmpty()
                    && base.base().filter(Chain.Base::accepts).isEmpty();
            if (finding) {
                steps.add(insert(
                        family == Family.IPV4
                                ? "ether type arp "
                                : "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } "));
            }
        }
        return steps;
    }

    private Step nft(Purpose purpose) {
        String in = "iifname \"" + bridge + "\" ";
        String out = "oifname \"" + bridge + "\" ";
        return insert(
                switch (purpose) {
                    case OUT -> in;
                    case BESIDE, BETWEEN -> in + out;
                    case ANSWERS -> out + "ct state established,related ";
                    case IN -> out;
                    case DHCP -> in + "udp dport 67 ";
                    case DNS -> in + "meta l4proto { tcp, udp } th dport 53 ";
                });
    }

    private Step insert(String match) {
        String where = table.family() + " " + table.name() + " " + base.name();
        return new Step(
                List.of("nft", "-e", "-a", "insert rule " + where + " " + match + "accept"),
                List.of("nft", "delete rule " + where + " handle " + Step.HANDLE));
    }
}
