package org.virtnft.doctor;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.virtnft.network.Family;

/**
 * A table of somebody's.
 *
 * @param program who understands it
 * @param family nft's word: ip, ip6, inet, bridge, netdev
 */
record Table(Program program, String family, String name, Map<String, Chain> chains) {

    /** Whose words change it. */
    enum Program {
        NFT(""),
        /** The one that the command iptables of this host is. */
        IPTABLES(""),
        IPTABLES_NFT("-nft"),
        IPTABLES_LEGACY("-legacy");

        private final String suffix;

        Program(String suffix) {
            this.suffix = suffix;
        }

        /** What makes iptables, or ip6tables, that program. */
        String suffix() {
            return suffix;
        }
    }

    Table(Program program, String family, String name, Collection<Chain> chains) {
        this(program, family, name, byName(chains));
    }

    private static Map<String, Chain> byName(Collection<Chain> chains) {
        Map<String, Chain> found = new LinkedHashMap<>();
        chains.forEach(chain -> found.put(chain.name(), chain));
        return found;
    }

    /** Made by libvirt for networks that are its own. */
    boolean isLibvirts() {
        return name.equals("libvirt_network");
    }

    /** Whether a chain is one that libvirt makes beside those of others. */
    static boolean isLibvirts(String chain) {
        return chain.startsWith("LIBVIRT_");
    }

    /** Whether it has any of those. */
    boolean hasLibvirts() {
        return chains.keySet().stream().anyMatch(Table::isLibvirts);
    }

    boolean isOurs() {
        return family.equals("inet") && name.equals("virt_nft");
    }

    boolean has(String chain) {
        return chains.containsKey(chain);
    }

    /** Whether it has what passes a device or a bridge, routed or not. */
    boolean isOfFrames() {
        return family.equals("bridge") || family.equals("netdev");
    }

    boolean sees(Family packets) {
        return isOfFrames() || family.equals("inet") || family.equals(packets == Family.IPV4 ? "ip" : "ip6");
    }

    /** For people: "table ip filter", and who else than nft has it. */
    String shown() {
        return "table " + family + " " + name + (program == Program.NFT ? "" : " (iptables" + program.suffix() + ")");
    }
}
