package org.virtnft.doctor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.virtnft.network.Family;

/** What was found out about a host. */
public final class Facts {

    /** Debian's and Fedora's unit that loads a ruleset from a file. */
    record NftablesUnit(boolean enabled, boolean active, Optional<String> flushingFile, boolean ourDropIn) {
        static final NftablesUnit NONE = new NftablesUnit(false, false, Optional.empty(), false);
    }

    private final List<Table> tables;
    private final Set<Family> forwarded;
    private final boolean bridgeNetfilter;
    private final Map<Family, String> uplinks;
    private final Set<String> interfaces;
    private final NftablesUnit nftables;
    private final Optional<String> conntrackFailure;
    private final List<String> unknown;
    private final Map<Family, String> otherWays;

    /**
     * @param tables rules of others
     * @param forwarded families that the kernel forwards
     * @param bridgeNetfilter whether frames within a bridge pass the rules for routed packets
     * @param uplinks the device of each family's default route
     * @param interfaces all devices that there are, bridges of running networks among them
     * @param conntrackFailure why the kernel's connections cannot be read by netlink
     * @param otherWays of each family whose packets may leave by another way than the one default route: why
     * @param unknown what could not be found out, a sentence each
     */
    Facts(
            List<Table> tables,
            Set<Family> forwarded,
            boolean bridgeNetfilter,
            Map<Family, String> uplinks,
            Set<String> interfaces,
            NftablesUnit nftables,
            Optional<String> conntrackFailure,
            Map<Family, String> otherWays,
            List<String> unknown) {
        this.tables = List.copyOf(tables);
        this.forwarded = Set.copyOf(forwarded);
        this.bridgeNetfilter = bridgeNetfilter;
        this.uplinks = Map.copyOf(uplinks);
        this.interfaces = Set.copyOf(interfaces);
        this.nftables = nftables;
        this.conntrackFailure = conntrackFailure;
        this.otherWays = Map.copyOf(otherWays);
        this.unknown = List.copyOf(unknown);
    }

    /** Without our own table and the one that libvirt makes for its networks. */
    List<Table> foreignTables() {
        return tables.stream()
                .filter(table -> !table.isOurs() && !table.isLibvirts())
                .toList();
    }

    /** Whether libvirt has rules for packets of a family, and has them in a table of its own: no chain of others' then lies before them. */
    boolean libvirtHasItsOwnTable(Family family) {
        return tables.stream().anyMatch(table -> table.isLibvirts() && table.sees(family));
    }

    /** Whether libvirt's rules are there for any network: in its own table, or in its chains beside those of others. */
    boolean hasLibvirtsRules() {
        return tables.stream()
                .anyMatch(table -> table.isLibvirts()
                        || table.chains().keySet().stream().anyMatch(chain -> chain.startsWith("LIBVIRT_")));
    }

    boolean forwards(Family family) {
        return forwarded.contains(family);
    }

    boolean bridgeNetfilter() {
        return bridgeNetfilter;
    }

    Optional<String> uplink(Family family) {
        return Optional.ofNullable(uplinks.get(family))
                .or(() -> uplinks.values().stream().findFirst());
    }

    /** Why packets of a family may leave by another way than the one default route; empty where they may not. */
    Optional<String> otherWays(Family family) {
        return Optional.ofNullable(otherWays.get(family));
    }

    /** Whether there is a device of this name. */
    boolean isThere(String device) {
        return interfaces.contains(device);
    }

    NftablesUnit nftables() {
        return nftables;
    }

    Optional<String> conntrackFailure() {
        return conntrackFailure;
    }

    List<String> unknown() {
        return unknown;
    }
}
