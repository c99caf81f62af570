package org.virtnft.doctor;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.Family;
import org.virtnft.network.Subnet;

/**
 * The ruleset as {@code nft -j list ruleset} has it (libnftables-json(5)). What we do not know in it, a newer nft's statements for
 * example, is something that an ordinary packet does not answer; it is never an error.
 */
final class NftJson {

    /** Statements that decide nothing. */
    private static final Set<String> NEUTRAL =
            Set.of("counter", "log", "mangle", "notrack", "flow", "set", "map", "ct helper");

    /** Where a rule stands. */
    private record Place(String family, String table, String chain) {}

    private final NftTexts texts;
    private final Map<String, List<JsonElement>> sets = new HashMap<>();
    private final Map<Place, JsonObject> chains = new LinkedHashMap<>();
    private final Map<Place, List<Rule>> rules = new HashMap<>();
    private final Set<List<String>> tables = new LinkedHashSet<>();

    private NftJson(NftTexts texts) {
        this.texts = texts;
    }

    /**
     * Reads it.
     *
     * @param texts the rules for people
     * @throws IllegalArgumentException when this is no such listing
     */
    static List<Table> read(String listing, NftTexts texts) {
        try {
            JsonArray all = list(JsonParser.parseString(listing), "nftables");
            NftJson reader = new NftJson(texts);
            all.forEach(reader::declare);
            all.forEach(reader::rule);
            return reader.tables();
        } catch (JsonParseException e) {
            throw new IllegalArgumentException("nft lists something that is no JSON: " + e.getMessage(), e);
        }
    }

    private void declare(JsonElement element) {
        for (String kind : List.of("table", "set", "map", "chain")) {
            object(element, kind).ifPresent(found -> {
                String family = text(found, "family");
                switch (kind) {
                    case "table" -> tables.add(List.of(family, text(found, "name")));
                    case "chain" -> chains.put(new Place(family, text(found, "table"), text(found, "name")), found);
                    default ->
                        sets.put(
                                family + " " + text(found, "table") + " @" + text(found, "name"),
                                many(found.get("elem")));
                }
            });
        }
    }

    private List<Table> tables() {
        List<Table> found = new ArrayList<>();
        for (List<String> table : tables) {
            List<Chain> own = new ArrayList<>();
            chains.forEach((place, chain) -> {
                if (List.of(place.family(), place.table()).equals(table)) {
                    own.add(new Chain(place.chain(), base(chain), rules.getOrDefault(place, List.of())));
                }
            });
            found.add(new Table(Table.Program.NFT, table.get(0), table.get(1), own));
        }
        return found;
    }

    private Optional<Chain.Base> base(JsonObject chain) {
        boolean bridge = text(chain, "family").equals("bridge");
        return switch (text(chain, "hook")) {
            case "" -> Optional.empty();
            case "forward" ->
                Optional.of(new Chain.Base(bridge ? Packet.Hook.BRIDGE : Packet.Hook.FORWARD, accepts(chain)));
            case "input" -> Optional.of(new Chain.Base(bridge ? Packet.Hook.OTHER : Packet.Hook.INPUT, accepts(chain)));
            case "ingress" -> Optional.of(ingress(chain));
            case "postrouting" ->
                Optional.of(new Chain.Base(
                        text(chain, "type").equals("nat") ? Packet.Hook.TRANSLATION : Packet.Hook.OTHER,
                        accepts(chain)));
            default -> Optional.of(new Chain.Base(Packet.Hook.OTHER, accepts(chain)));
        };
    }

    private Chain.Base ingress(JsonObject chain) {
        Set<String> devices = words(many(chain.get("dev")));
        if (devices.isEmpty()) {
            devices = texts.devices(text(chain, "family"), text(chain, "table"), text(chain, "name"));
        }
        // a chain at no device, or at one that is not known, is on nobody's way
        return new Chain.Base(devices.isEmpty() ? Packet.Hook.OTHER : Packet.Hook.INGRESS, accepts(chain), devices);
    }

    private static boolean accepts(JsonObject chain) {
        return !text(chain, "policy").equals("drop");
    }

    // ---- A rule ---------------------------------------------------------------------------------------------------

    private void rule(JsonElement element) {
        object(element, "rule").ifPresent(rule -> {
            Place place = new Place(text(rule, "family"), text(rule, "table"), text(rule, "chain"));
            String words = texts.of(place.family(), place.table(), place.chain(), text(rule, "handle"));
            List<Rule> into = rules.computeIfAbsent(place, each -> new ArrayList<>());
            List<Condition> conditions = new ArrayList<>();
            for (JsonElement statement : list(rule, "expr")) {
                if (!statement.isJsonObject() || statement.getAsJsonObject().size() == 0) {
                    continue;
                }
                Map.Entry<String, JsonElement> only =
                        statement.getAsJsonObject().entrySet().iterator().next();
                if (only.getKey().equals("vmap")) {
                    into.addAll(verdictMap(place, only.getValue(), conditions, words));
                    return;
                }
                Optional<Verdict> verdict = verdict(only.getKey(), only.getValue());
                if (verdict.isPresent()) {
                    into.add(new Rule(conditions, verdict.get(), words));
                    return;
                }
                if (only.getKey().equals("match")) {
                    conditions.add(match(place, only.getValue()));
                } else if (!NEUTRAL.contains(only.getKey())) {
                    conditions.add(new Condition.Other());
                }
            }
        });
    }

    private static Optional<Verdict> verdict(String word, JsonElement value) {
        return switch (word) {
            case "accept", "queue" -> Optional.of(new Verdict.Accept());
            case "masquerade", "snat" -> Optional.of(new Verdict.Translate());
            case "drop", "reject" -> Optional.of(new Verdict.Drop());
            case "return" -> Optional.of(new Verdict.Return());
            case "jump" -> Optional.of(new Verdict.Jump(text(value, "target"), true));
            case "goto" -> Optional.of(new Verdict.Jump(text(value, "target"), false));
            case "dnat" -> Optional.of(new Verdict.Forward(address(text(value, "addr")), number(text(value, "port"))));
            default -> Optional.empty();
        };
    }

    /** Each of its elements is a rule of its own. */
    private List<Rule> verdictMap(Place place, JsonElement map, List<Condition> conditions, String words) {
        List<Rule> found = new ArrayList<>();
        if (map.isJsonObject()) {
            JsonElement key = map.getAsJsonObject().get("key");
            for (JsonElement each : resolved(place, map.getAsJsonObject().get("data"))) {
                if (each.isJsonArray() && each.getAsJsonArray().size() == 2) {
                    List<Condition> all = new ArrayList<>(conditions);
                    all.add(condition(
                            key, List.of(unwrapped(each.getAsJsonArray().get(0))), false));
                    JsonElement data = each.getAsJsonArray().get(1);
                    if (data.isJsonObject() && data.getAsJsonObject().size() == 1) {
                        Map.Entry<String, JsonElement> only =
                                data.getAsJsonObject().entrySet().iterator().next();
                        verdict(only.getKey(), only.getValue())
                                .ifPresent(verdict -> found.add(new Rule(all, verdict, words)));
                    }
                }
            }
        }
        return found;
    }

    // ---- A condition ----------------------------------------------------------------------------------------------

    private Condition match(Place place, JsonElement match) {
        if (!match.isJsonObject()) {
            return new Condition.Other();
        }
        JsonObject parts = match.getAsJsonObject();
        String operator = text(parts, "op");
        if (!Set.of("==", "!=", "in").contains(operator)) {
            return new Condition.Other();
        }
        return condition(parts.get("left"), resolved(place, parts.get("right")), operator.equals("!="));
    }

    private static Condition condition(
            @org.jspecify.annotations.Nullable JsonElement left, List<JsonElement> right, boolean not) {
        if (left == null) {
            return new Condition.Other();
        }
        Optional<JsonObject> meta = object(left, "meta");
        if (meta.isPresent()) {
            return switch (text(meta.get(), "key")) {
                case "iifname", "iif" -> devices(true, right, not);
                case "oifname", "oif" -> devices(false, right, not);
                case "ibrname" -> new Condition.Bridge(true, List.copyOf(words(right)), not);
                case "obrname" -> new Condition.Bridge(false, List.copyOf(words(right)), not);
                case "l4proto" -> new Condition.Protocols(words(right), not);
                case "nfproto" -> families(right, "ipv4", "ipv6", not);
                case "protocol" -> families(right, "ip", "ip6", not);
                default -> new Condition.Other();
            };
        }
        Optional<JsonObject> ct = object(left, "ct");
        if (ct.isPresent()) {
            return switch (text(ct.get(), "key")) {
                case "state" -> new Condition.States(words(right), not);
                case "status" ->
                    words(right).equals(Set.of("dnat")) ? new Condition.Forwarded(not) : new Condition.Other();
                default -> new Condition.Other();
            };
        }
        Optional<JsonObject> fib = object(left, "fib");
        if (fib.isPresent() && text(fib.get(), "result").equals("type")) {
            // one flag is a word, several are a list
            boolean destination = many(fib.get().get("flags")).stream()
                    .anyMatch(flag -> word(flag).equals("daddr"));
            return destination ? new Condition.Destination(words(right), not) : new Condition.Other();
        }
        return object(left, "payload")
                .map(payload -> payload(text(payload, "protocol"), text(payload, "field"), right, not))
                .orElse(new Condition.Other());
    }

    private static Condition payload(String protocol, String field, List<JsonElement> right, boolean not) {
        return switch (protocol + " " + field) {
            case "ip saddr", "ip6 saddr" -> addresses(true, right, not);
            case "ip daddr", "ip6 daddr" -> addresses(false, right, not);
            case "ether type" -> families(right, "ip", "ip6", not);
            case "ip protocol", "ip6 nexthdr" -> new Condition.Protocols(words(right), not);
            case "th dport" -> ports(right, not);
            // the protocol itself is implied, and not listed
            case "udp dport", "tcp dport" -> new Condition.Of(protocol, ports(right, not));
            case "udp sport", "tcp sport" -> new Condition.Of(protocol, new Condition.Other());
            default ->
                protocol.startsWith("icmp") ? new Condition.Protocols(Set.of(protocol), false) : new Condition.Other();
        };
    }

    private static Condition devices(boolean incoming, List<JsonElement> right, boolean not) {
        return new Condition.Device(incoming, List.copyOf(words(right)), not);
    }

    private static Condition families(List<JsonElement> right, String ipv4, String ipv6, boolean not) {
        Set<Family> families = new LinkedHashSet<>();
        for (String word : words(right)) {
            if (word.equals(ipv4)) {
                families.add(Family.IPV4);
            } else if (word.equals(ipv6)) {
                families.add(Family.IPV6);
            }
        }
        return new Condition.Families(families, not);
    }

    private static Condition addresses(boolean source, List<JsonElement> right, boolean not) {
        List<AddressRange> ranges = new ArrayList<>();
        for (JsonElement each : right) {
            Optional<AddressRange> range = addressRange(each);
            if (range.isEmpty()) {
                return new Condition.Other();
            }
            ranges.add(range.get());
        }
        return ranges.isEmpty() ? new Condition.Other() : new Condition.Addresses(source, ranges, not);
    }

    private static Optional<AddressRange> addressRange(JsonElement value) {
        try {
            Optional<JsonObject> prefix = object(value, "prefix");
            if (prefix.isPresent()) {
                Address address = Address.parse(text(prefix.get(), "addr"));
                return Optional.of(Subnet.around(address, Integer.parseInt(text(prefix.get(), "len")))
                        .range());
            }
            JsonArray range = list(value, "range");
            if (range.size() == 2) {
                return Optional.of(new AddressRange(
                        Address.parse(range.get(0).getAsString()),
                        Address.parse(range.get(1).getAsString())));
            }
            Address one = Address.parse(value.isJsonPrimitive() ? value.getAsString() : "");
            return Optional.of(new AddressRange(one, one));
        } catch (IllegalArgumentException | IllegalStateException | UnsupportedOperationException e) {
            return Optional.empty(); // a name, a concatenation, a variable
        }
    }

    private static Condition ports(List<JsonElement> right, boolean not) {
        List<Condition.Ports.Range> ranges = new ArrayList<>();
        for (JsonElement each : right) {
            JsonArray range = list(each, "range");
            OptionalInt first = number(range.size() == 2 ? word(range.get(0)) : word(each));
            OptionalInt last = number(range.size() == 2 ? word(range.get(1)) : word(each));
            if (first.isEmpty() || last.isEmpty()) {
                return new Condition.Other();
            }
            ranges.add(new Condition.Ports.Range(first.getAsInt(), last.getAsInt()));
        }
        return new Condition.Ports(ranges, not);
    }

    // ---- Values ---------------------------------------------------------------------------------------------------

    /** All values of a right side: one, a list, an anonymous set or a named one. */
    private List<JsonElement> resolved(Place place, @org.jspecify.annotations.Nullable JsonElement value) {
        if (value != null && word(value).startsWith("@")) {
            return sets.getOrDefault(place.family() + " " + place.table() + " " + word(value), List.of());
        }
        return many(value);
    }

    private static List<JsonElement> many(@org.jspecify.annotations.Nullable JsonElement value) {
        if (value == null) {
            return List.of();
        }
        if (value.isJsonObject() && value.getAsJsonObject().has("set")) {
            return many(value.getAsJsonObject().get("set"));
        }
        List<JsonElement> found = new ArrayList<>();
        if (value.isJsonArray()) {
            value.getAsJsonArray().forEach(each -> found.add(unwrapped(each)));
        } else {
            found.add(unwrapped(value));
        }
        return found;
    }

    /** An element with a timeout, a counter or a comment stands in an object of its own. */
    private static JsonElement unwrapped(JsonElement element) {
        return object(element, "elem")
                .filter(elem -> elem.has("val"))
                .map(elem -> elem.get("val"))
                .orElse(element);
    }

    private static Set<String> words(List<JsonElement> values) {
        Set<String> words = new LinkedHashSet<>();
        for (JsonElement each : values) {
            words.add(word(each));
        }
        return words;
    }

    private static String word(@org.jspecify.annotations.Nullable JsonElement value) {
        return value instanceof JsonPrimitive primitive ? primitive.getAsString() : "";
    }

    private static Optional<Address> address(String text) {
        try {
            return Optional.of(Address.parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static OptionalInt number(String text) {
        try {
            return OptionalInt.of(Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    private static Optional<JsonObject> object(JsonElement parent, String name) {
        if (parent.isJsonObject() && parent.getAsJsonObject().get(name) instanceof JsonObject found) {
            return Optional.of(found);
        }
        return Optional.empty();
    }

    private static JsonArray list(JsonElement parent, String name) {
        if (parent.isJsonObject() && parent.getAsJsonObject().get(name) instanceof JsonArray found) {
            return found;
        }
        return new JsonArray();
    }

    private static String text(JsonElement parent, String name) {
        return parent.isJsonObject() ? word(parent.getAsJsonObject().get(name)) : "";
    }
}
