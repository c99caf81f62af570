package org.virtnft.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.virtnft.host.HostFiles;
import org.virtnft.host.Program;
import org.virtnft.host.ProgramException;
import org.virtnft.kernel.ConntrackNetlink;
import org.virtnft.kernel.KernelException;
import org.virtnft.network.Family;

/** Finds out about this host, and changes nothing. */
public final class HostFacts {

    /** nft needs 3 s for a hundred thousand elements, on a slow machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HostFiles files;
    private final Path root;
    private final List<String> unknown = new ArrayList<>();

    public HostFacts(HostFiles files) {
        this.files = files;
        this.root = files.root();
    }

    /**
     * All of it.
     *
     * @throws ProgramException when the rules may not be read
     */
    public Facts gather() {
        List<Table> tables = new ArrayList<>(nftTables());
        for (Family family : Family.values()) {
            takeIptables(tables, family);
            tables.addAll(legacyTables(family));
        }
        Set<Family> forwarded = EnumSet.noneOf(Family.class);
        if (isOn("proc/sys/net/ipv4/ip_forward")) {
            forwarded.add(Family.IPV4);
        }
        if (isOn("proc/sys/net/ipv6/conf/all/forwarding")) {
            forwarded.add(Family.IPV6);
        }
        boolean bridgeNetfilter = isOn("proc/sys/net/bridge/bridge-nf-call-iptables");
        return new Facts(
                tables,
                forwarded,
                bridgeNetfilter,
                uplinks(),
                interfaces(),
                nftablesUnit(),
                conntrackFailure(),
                otherWays(),
                unknown);
    }

    // ---- Rules ----------------------------------------------------------------------------------------------------

    private List<Table> nftTables() {
        if (!has("nft")) {
            unknown.add("rules of others in nftables: there is no program nft; install the package nftables");
            return List.of();
        }
        String json = output(List.of("nft", "-j", "list", "ruleset"));
        String texts;
        try {
            texts = output(List.of("nft", "-t", "-a", "list", "ruleset"));
        } catch (ProgramException e) {
            texts = ""; // rules are then shown by their handles
        }
        try {
            return NftJson.read(json, new NftTexts(texts));
        } catch (IllegalArgumentException e) {
            unknown.add("rules of others in nftables: " + e.getMessage());
            return List.of();
        }
    }

    private static String output(List<String> command) {
        Program.Ending ending = Program.runForOutput(command, PATIENCE);
        if (ending.status() != 0) {
            String why = Program.run(command, "", PATIENCE)
                    .output()
                    .lines()
                    .findFirst()
                    .orElse("");
            throw new ProgramException("rules cannot be read (run as root): '" + String.join(" ", command)
                    + "' ended with " + ending.status() + ": " + why);
        }
        return ending.output();
    }

    /** Puts what iptables-save says of a table in the place of what nft says of it: nft shows matches of iptables as closed boxes. */
    private void takeIptables(List<Table> tables, Family family) {
        String nftFamily = family == Family.IPV4 ? "ip" : "ip6";
        boolean any = tables.stream().anyMatch(table -> table.family().equals(nftFamily) && isIptables(table));
        String program = family == Family.IPV4 ? "iptables-nft-save" : "ip6tables-nft-save";
        if (!any) {
            return;
        }
        if (!has(program)) {
            unknown.add(
                    "what rules of iptables match: there is no program " + program + "; install the package iptables");
            return;
        }
        try {
            String saved = output(List.of(program));
            for (Table table : IptablesSave.read(saved, iptables("nf_tables", Table.Program.IPTABLES_NFT), family)) {
                for (int i = 0; i < tables.size(); i++) {
                    Table other = tables.get(i);
                    if (other.family().equals(nftFamily) && other.name().equals(table.name())) {
                        tables.set(i, table);
                    }
                }
            }
        } catch (ProgramException e) {
            unknown.add("what rules of iptables match: " + e.getMessage());
        }
    }

    /** What to call it by: the plain name where this host's alternatives have it so. */
    private static Table.Program iptables(String kind, Table.Program exactly) {
        try {
            boolean plain = Program.run(List.of("iptables", "--version"), "", PATIENCE)
                    .output()
                    .contains("(" + kind + ")");
            return plain ? Table.Program.IPTABLES : exactly;
        } catch (ProgramException e) {
            return exactly;
        }
    }

    private static boolean isIptables(Table table) {
        return Set.of("filter", "nat", "mangle", "raw", "security").contains(table.name())
                && (table.has("FORWARD") || table.has("INPUT") || table.has("PREROUTING") || table.has("OUTPUT"));
    }

    private List<Table> legacyTables(Family family) {
        boolean ipv4 = family == Family.IPV4;
        // it is there, and says something, only when the older interface is in use; looking so loads no module
        Path names = root.resolve(ipv4 ? "proc/net/ip_tables_names" : "proc/net/ip6_tables_names");
        if (text(names).isBlank()) {
            return List.of();
        }
        String program = ipv4 ? "iptables-legacy-save" : "ip6tables-legacy-save";
        try {
            return IptablesSave.read(
                    output(List.of(program)), iptables("legacy", Table.Program.IPTABLES_LEGACY), family);
        } catch (ProgramException e) {
            unknown.add("rules of the older iptables, which this kernel has: " + e.getMessage());
            return List.of();
        }
    }

    // ---- The rest -------------------------------------------------------------------------------------------------

    private Map<Family, String> uplinks() {
        Map<Family, String> found = new EnumMap<>(Family.class);
        for (String line :
                (Iterable<String>) text(root.resolve("proc/net/route")).lines()::iterator) {
            String[] words = line.strip().split("\\s+");
            if (words.length > 7 && words[1].equals("00000000") && words[7].equals("00000000")) {
                found.putIfAbsent(Family.IPV4, words[0]);
            }
        }
        for (String line :
                (Iterable<String>) text(root.resolve("proc/net/ipv6_route")).lines()::iterator) {
            String[] words = line.strip().split("\\s+");
            // the last word is the device; lo has the entry that says "unreachable"
            if (words.length > 9 && words[0].matches("0+") && words[1].equals("00") && !words[9].equals("lo")) {
                found.putIfAbsent(Family.IPV6, words[9]);
            }
        }
        return found;
    }

    private Map<Family, String> otherWays() {
        Map<Family, String> found = new EnumMap<>(Family.class);
        for (Family family : Family.values()) {
            if (family == Family.IPV6 && !Files.exists(root.resolve("proc/net/if_inet6"))) {
                continue; // a kernel without IPv6, and an error to ask
            }
            try {
                if (!has("ip")) {
                    throw new ProgramException("there is no program ip; install the package iproute2");
                }
                String digit = family == Family.IPV4 ? "-4" : "-6";
                Ways.of(
                                output(List.of("ip", digit, "rule", "show")),
                                output(List.of("ip", digit, "route", "show", "default")),
                                Routes.of(files).halves(family))
                        .ifPresent(why -> found.put(family, why));
            } catch (ProgramException e) {
                String why = "whether there is policy routing is not known: " + e.getMessage();
                found.put(family, why);
                if (!unknown.contains(why)) {
                    unknown.add(why);
                }
            }
        }
        return found;
    }

    /** Of this network namespace, which /sys need not show. */
    private Set<String> interfaces() {
        Set<String> found = new HashSet<>();
        text(root.resolve("proc/net/dev")).lines().forEach(line -> {
            int colon = line.indexOf(": ");
            if (colon > 0) {
                found.add(line.substring(0, colon).strip());
            }
        });
        return found;
    }

    private static Optional<String> conntrackFailure() {
        try {
            new ConntrackNetlink().requireAnswer();
            return Optional.empty();
        } catch (KernelException e) {
            return Optional.of("" + e.getMessage());
        }
    }

    private Facts.NftablesUnit nftablesUnit() {
        if (!Files.isDirectory(root.resolve("run/systemd/system")) || !has("systemctl")) {
            return Facts.NftablesUnit.NONE;
        }
        Optional<String> flushing = Optional.empty();
        for (String file : List.of("etc/nftables.conf", "etc/sysconfig/nftables.conf")) {
            boolean flushes = text(root.resolve(file))
                    .lines()
                    .anyMatch(line -> line.strip().startsWith("flush ruleset"));
            if (flushes && flushing.isEmpty()) {
                flushing = Optional.of("/" + file);
            }
        }
        boolean dropIn = false;
        for (String folder : List.of("etc", "run", "usr/lib", "lib")) {
            dropIn |= Files.exists(root.resolve(folder).resolve("systemd/system/nftables.service.d/50-virt-nft.conf"));
        }
        return new Facts.NftablesUnit(systemd("is-enabled"), systemd("is-active"), flushing, dropIn);
    }

    private static boolean systemd(String question) {
        try {
            List<String> command = List.of("systemctl", "--quiet", question, "nftables.service");
            return Program.run(command, "", PATIENCE).status() == 0;
        } catch (ProgramException e) {
            return false;
        }
    }

    private boolean has(String program) {
        return List.of("usr/sbin", "usr/bin", "sbin", "bin", "usr/local/sbin", "usr/local/bin").stream()
                .anyMatch(folder -> Files.isExecutable(root.resolve(folder).resolve(program)));
    }

    private boolean isOn(String parameter) {
        return !List.of("", "0").contains(text(root.resolve(parameter)).strip());
    }

    /** "" where there is none. */
    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }
}
