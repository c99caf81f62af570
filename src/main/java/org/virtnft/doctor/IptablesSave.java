package org.virtnft.doctor;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.Family;
import org.virtnft.network.Subnet;

/**
 * What iptables-save prints, of either kind: nft has the matches of iptables as closed boxes in its JSON, and does not see the older
 * kernel interface at all.
 */
final class IptablesSave {

    private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"|(\\S+)");

    /** Targets that end the way through a table; whatever is neither here nor a chain only marks, counts or logs. */
    private static final Map<String, Verdict> TARGETS = Map.of(
            "ACCEPT", new Verdict.Accept(),
            "DROP", new Verdict.Drop(),
            "REJECT", new Verdict.Drop(),
            "RETURN", new Verdict.Return(),
            "QUEUE", new Verdict.Accept(),
            "NFQUEUE", new Verdict.Accept(),
            "MASQUERADE", new Verdict.Translate(),
            "SNAT", new Verdict.Translate());

    private IptablesSave() {}

    /**
     * Reads all tables.
     *
     * @param packets whether iptables-save or ip6tables-save said it
     */
    static List<Table> read(String saved, Table.Program program, Family packets) {
        List<Table> tables = new ArrayList<>();
        String table = "";
        Map<String, Optional<Chain.Base>> chains = new LinkedHashMap<>();
        Map<String, List<Rule>> rules = new LinkedHashMap<>();
        for (String line : (Iterable<String>) saved.lines()::iterator) {
            if (line.startsWith("*")) {
                table = line.substring(1).strip();
                chains.clear();
                rules.clear();
            } else if (line.startsWith(":")) {
                String[] words = line.substring(1).split(" ", 3);
                chains.put(words[0], words.length > 1 ? base(table, words[0], words[1]) : Optional.empty());
            } else if (line.startsWith("-A ")) {
                List<String> words = words(line);
                rules.computeIfAbsent(words.get(1), each -> new ArrayList<>())
                        .add(rule(words.subList(2, words.size()), line, chains.keySet()));
            } else if (line.strip().equals("COMMIT") && !table.isEmpty()) {
                List<Chain> own = new ArrayList<>();
                chains.forEach((name, base) -> own.add(new Chain(name, base, rules.getOrDefault(name, List.of()))));
                tables.add(new Table(program, packets == Family.IPV4 ? "ip" : "ip6", table, own));
                table = "";
            }
        }
        return tables;
    }

    private static Optional<Chain.Base> base(String table, String chain, String policy) {
        if (policy.equals("-")) {
            return Optional.empty();
        }
        Packet.Hook hook = switch (chain) {
            case "FORWARD" -> Packet.Hook.FORWARD;
            case "INPUT" -> Packet.Hook.INPUT;
            case "POSTROUTING" -> table.equals("nat") ? Packet.Hook.TRANSLATION : Packet.Hook.OTHER;
            default -> Packet.Hook.OTHER;
        };
        return Optional.of(new Chain.Base(hook, !policy.equals("DROP")));
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            words.add(matcher.group(1) == null ? matcher.group() : matcher.group(1));
        }
        return words;
    }

    private static Rule rule(List<String> words, String line, Set<String> chains) {
        List<Condition> conditions = new ArrayList<>();
        Verdict verdict = new Verdict.Next();
        boolean not = false;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("!")) {
                not = true;
                continue;
            }
            String value = i + 1 < words.size() ? words.get(i + 1) : "";
            switch (word) {
                case "-m", "--comment", "--reject-with" -> i++;
                case "-j", "-g" -> {
                    return new Rule(
                            conditions,
                            target(
                                    value,
                                    word.equals("-j"),
                                    words.subList(Math.min(i + 2, words.size()), words.size()),
                                    chains),
                            line);
                }
                default -> {
                    if (word.startsWith("-")) {
                        conditions.add(condition(word, value, not));
                    }
                    // else the value of an option that we do not know, or of one that was just read
                }
            }
            not = false;
        }
        return new Rule(conditions, verdict, line);
    }

    private static Verdict target(String name, boolean comesBack, List<String> options, Set<String> chains) {
        if (chains.contains(name)) {
            return new Verdict.Jump(name, comesBack);
        }
        if (name.equals("DNAT")) {
            int option = options.indexOf("--to-destination");
            return option >= 0 && option + 1 < options.size()
                    ? destination(options.get(option + 1))
                    : new Verdict.Forward(Optional.empty(), OptionalInt.empty());
        }
        return TARGETS.getOrDefault(name, new Verdict.Next());
    }

    /** 192.0.2.1, 192.0.2.1:80, [2001:db8::1]:80, 192.0.2.1-192.0.2.9:80-90 (the first of each). */
    private static Verdict destination(String text) {
        Matcher matcher = Pattern.compile("\\[?([0-9a-f.]+|[0-9a-f:.]*)\\]?(?:-[^:]*)?(?::(\\d+).*)?")
                .matcher(text);
        if (!matcher.matches()) {
            return new Verdict.Forward(Optional.empty(), OptionalInt.empty());
        }
        String port = matcher.group(2);
        try {
            return new Verdict.Forward(
                    Optional.of(Address.parse(matcher.group(1))),
                    port == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(port)));
        } catch (IllegalArgumentException e) {
            return new Verdict.Forward(Optional.empty(), OptionalInt.empty());
        }
    }

    private static Condition condition(String option, String value, boolean not) {
        return switch (option) {
            case "-i" -> new Condition.Device(true, List.of(value.replaceAll("\\+$", "*")), not);
            case "-o" -> new Condition.Device(false, List.of(value.replaceAll("\\+$", "*")), not);
            case "-s" -> addresses(true, value, not);
            case "-d" -> addresses(false, value, not);
            case "-p" -> new Condition.Protocols(Set.of(value), not);
            case "--dport", "--dports" -> ports(value, not);
            case "--ctstate", "--state" -> new Condition.States(lowerCase(value), not);
            case "--dst-type" -> new Condition.Destination(lowerCase(value), not);
            case "--ctstatus" -> value.equals("DNAT") ? new Condition.Forwarded(not) : new Condition.Other();
            default -> new Condition.Other();
        };
    }

    private static Set<String> lowerCase(String list) {
        return new HashSet<>(List.of(list.toLowerCase(Locale.ROOT).split(",")));
    }

    private static Condition addresses(boolean source, String value, boolean not) {
        int slash = value.indexOf('/');
        try {
            Address address = Address.parse(slash < 0 ? value : value.substring(0, slash));
            int length = slash < 0 ? address.family().bits() : Integer.parseInt(value.substring(slash + 1));
            AddressRange range = Subnet.around(address, length).range();
            return new Condition.Addresses(source, List.of(range), not);
        } catch (IllegalArgumentException e) {
            return new Condition.Other(); // a mask with holes
        }
    }

    private static Condition ports(String value, boolean not) {
        List<Condition.Ports.Range> ranges = new ArrayList<>();
        for (String each : value.split(",")) {
            String[] ends = each.split(":", 2);
            try {
                int first = ends[0].isEmpty() ? 0 : Integer.parseInt(ends[0]);
                int last = ends.length == 1 ? first : ends[1].isEmpty() ? 65535 : Integer.parseInt(ends[1]);
                ranges.add(new Condition.Ports.Range(first, last));
            } catch (NumberFormatException e) {
                return new Condition.Other();
            }
        }
        return new Condition.Ports(ranges, not);
    }
}
