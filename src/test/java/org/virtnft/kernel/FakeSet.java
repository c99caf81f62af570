package org.virtnft.kernel;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.virtnft.kernel.FakeNft.RefusedException;
import org.virtnft.network.Address;
import org.virtnft.network.AddressRange;
import org.virtnft.network.Family;
import org.virtnft.network.Subnet;

/** A set or map of {@link FakeNft}, with its elements. */
final class FakeSet {

    private static final int LONGEST_NAME = 15;

    /**
     * What it is.
     *
     * @param kind set or map
     * @param type of its keys, and behind a colon of its data
     * @param flags with interval among them where a key may be a range
     */
    record Head(String kind, String name, String type, String flags, String comment) {

        List<String> keyTypes() {
            return types(type.split(" : ")[0]);
        }

        Optional<String> dataType() {
            String[] both = type.split(" : ");
            return both.length > 1 ? Optional.of(both[1]) : Optional.empty();
        }

        boolean interval() {
            return Arrays.asList(flags.split(",")).contains("interval");
        }

        private static List<String> types(String text) {
            return Arrays.asList(text.split(" \\. "));
        }
    }

    /** A field of a key: what it reaches over, and as it is listed. */
    private record Field(BigInteger first, BigInteger last, String text) {

        boolean holds(BigInteger value) {
            return first.compareTo(value) <= 0 && value.compareTo(last) <= 0;
        }
    }

    /** An element. */
    record Member(List<Field> key, String rest, String data, Optional<String> chain, Optional<String> counter) {

        private String text() {
            return keyText() + rest + (data.isEmpty() ? "" : " : " + data);
        }

        private String keyText() {
            return key.stream().map(Field::text).collect(Collectors.joining(" . "));
        }

        private List<List<BigInteger>> identity() {
            return key.stream()
                    .map(field -> List.of(field.first(), field.last()))
                    .toList();
        }

        /** Whether one of the two ends of another's key is within this one's: what the kernel looks for (nft_set_pipapo.c). */
        private boolean meets(Member other) {
            boolean last = true;
            for (int i = 0; i < key.size(); i++) {
                last &= key.get(i).holds(other.key.get(i).last());
            }
            return last || holdsFirstOf(other);
        }

        private boolean holdsFirstOf(Member other) {
            boolean first = true;
            for (int i = 0; i < key.size(); i++) {
                first &= key.get(i).holds(other.key.get(i).first());
            }
            return first;
        }
    }

    private final Head head;
    private final long handle;
    private final Map<List<List<BigInteger>>, Member> members = new LinkedHashMap<>();

    FakeSet(Head head, long handle) {
        this.head = head;
        this.handle = handle;
    }

    String name() {
        return head.name();
    }

    FakeSet withHandle(long number) {
        return new FakeSet(head, number);
    }

    FakeSet copy() {
        FakeSet copy = new FakeSet(head, handle);
        copy.members.putAll(members);
        return copy;
    }

    // ---- Elements -------------------------------------------------------------------------------------------------

    void add(int line, Member member, boolean create) {
        Member there = members.get(member.identity());
        if (there != null) {
            if (create || !there.data().equals(member.data())) {
                throw FakeNft.exists(line);
            }
            return;
        }
        if (head.interval() && members.values().stream().anyMatch(each -> each.meets(member))) {
            throw FakeNft.exists(line);
        }
        members.put(member.identity(), member);
    }

    void delete(int line, List<String> tokens) {
        Member wanted = read(line, tokens);
        // the kernel looks by a key's first value alone (nft_pipapo_deactivate of nft_set_pipapo.c)
        boolean removed = head.interval()
                ? members.values().removeIf(each -> each.holdsFirstOf(wanted))
                : members.remove(wanted.identity()) != null;
        if (!removed) {
            throw FakeNft.missing(line);
        }
    }

    /** As {@code get element} answers: with the element that holds the key. */
    String get(int line, List<String> tokens) {
        Member wanted = read(line, tokens);
        return members.values().stream()
                .filter(each ->
                        head.interval() ? each.meets(wanted) : each.identity().equals(wanted.identity()))
                .findFirst()
                .orElseThrow(() -> FakeNft.missing(line))
                .text();
    }

    void flush() {
        members.clear();
    }

    boolean enters(String chain) {
        return members.values().stream().anyMatch(member -> member.chain().equals(Optional.of(chain)));
    }

    boolean pointsTo(String counter) {
        return members.values().stream().anyMatch(member -> member.counter().equals(Optional.of(counter)));
    }

    void rename(String chain, String to) {
        members.replaceAll((identity, member) -> member.chain().equals(Optional.of(chain))
                ? new Member(
                        member.key(),
                        member.rest(),
                        member.data().substring(0, 5) + to,
                        Optional.of(to),
                        member.counter())
                : member);
    }

    // ---- Reading --------------------------------------------------------------------------------------------------

    /** An element from its tokens: the key's fields, what may stand behind them, and data. */
    Member read(int line, List<String> tokens) {
        List<Field> key = new ArrayList<>();
        int at = 0;
        for (String type : head.keyTypes()) {
            if (at > 0 && !next(line, tokens, at++).equals(".")) {
                throw syntax(line);
            }
            key.add(field(line, type, next(line, tokens, at++), head.interval()));
        }
        StringBuilder rest = new StringBuilder();
        while (at < tokens.size() && !tokens.get(at).equals(":")) {
            if (!Set.of("comment", "timeout", "expires").contains(tokens.get(at))) {
                throw syntax(line);
            }
            rest.append(' ').append(tokens.get(at)).append(' ').append(next(line, tokens, at + 1));
            at += 2;
        }
        if (at == tokens.size()) {
            return new Member(key, rest.toString(), "", Optional.empty(), Optional.empty());
        }
        List<String> data = tokens.subList(at + 1, tokens.size());
        String type = head.dataType().orElseThrow(() -> syntax(line));
        return switch (type) {
            case "verdict" -> verdict(line, key, rest.toString(), data);
            case "counter" -> counter(line, key, rest.toString(), data);
            default -> new Member(key, rest.toString(), values(line, type, data), Optional.empty(), Optional.empty());
        };
    }

    private static Member verdict(int line, List<Field> key, String rest, List<String> data) {
        boolean enters = data.size() == 2 && Set.of("jump", "goto").contains(data.get(0));
        boolean ends = data.size() == 1
                && Set.of("accept", "drop", "return", "continue").contains(data.get(0));
        if (!enters && !ends) {
            throw syntax(line);
        }
        Optional<String> chain = enters ? Optional.of(data.get(1)) : Optional.empty();
        return new Member(key, rest, String.join(" ", data), chain, Optional.empty());
    }

    private static Member counter(int line, List<Field> key, String rest, List<String> data) {
        if (data.size() != 1) {
            throw syntax(line);
        }
        String counter = data.get(0).replace("\"", "");
        return new Member(key, rest, '"' + counter + '"', Optional.empty(), Optional.of(counter));
    }

    private static String values(int line, String type, List<String> data) {
        boolean interval = type.startsWith("interval ");
        List<String> types = Head.types(interval ? type.substring("interval ".length()) : type);
        List<String> texts = new ArrayList<>();
        int at = 0;
        for (String each : types) {
            if (at > 0 && !next(line, data, at++).equals(".")) {
                throw syntax(line);
            }
            texts.add(field(line, each, next(line, data, at++), interval).text());
        }
        if (at != data.size()) {
            throw syntax(line);
        }
        return String.join(" . ", texts);
    }

    private static String next(int line, List<String> tokens, int at) {
        if (at >= tokens.size()) {
            throw syntax(line);
        }
        return tokens.get(at);
    }

    private static RefusedException syntax(int line) {
        return new RefusedException(line, "syntax error, unexpected end of element");
    }

    private static Field field(int line, String type, String token, boolean interval) {
        try {
            Field field = field(type, token);
            if (!interval && !field.first().equals(field.last())) {
                throw new IllegalArgumentException("You must add 'flags interval' to your set declaration");
            }
            return field;
        } catch (IllegalArgumentException e) {
            throw new RefusedException(line, "datatype mismatch, expected " + type + ": " + e.getMessage());
        }
    }

    private static Field field(String type, String token) {
        return switch (type) {
            case "ifname" -> name(token);
            case "nf_proto" -> number(List.of("ipv4", "ipv6").indexOf(token), token);
            case "mark" -> number(Long.decode(token), token);
            case "inet_service" -> ports(token);
            case "ipv4_addr" -> addresses(token, Family.IPV4);
            case "ipv6_addr" -> addresses(token, Family.IPV6);
            default -> throw new IllegalArgumentException("unknown datatype " + type);
        };
    }

    private static Field name(String token) {
        String name = token.replace("\"", "");
        boolean bare = name.length() == token.length() && !name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]*");
        if (bare || name.isEmpty() || name.length() > LONGEST_NAME) {
            throw new IllegalArgumentException("String exceeds maximum length of 15, or is none");
        }
        BigInteger value = new BigInteger(1, name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return new Field(value, value, '"' + name + '"');
    }

    private static Field number(long value, String text) {
        if (value < 0) {
            throw new IllegalArgumentException(text);
        }
        return new Field(BigInteger.valueOf(value), BigInteger.valueOf(value), text);
    }

    private static Field ports(String token) {
        String[] ends = token.split("-", -1);
        int first = Integer.parseInt(ends[0]);
        int last = Integer.parseInt(ends[ends.length - 1]);
        if (ends.length > 2 || first > last || last > 65535) {
            throw new IllegalArgumentException("Range has zero or negative size");
        }
        return new Field(BigInteger.valueOf(first), BigInteger.valueOf(last), first == last ? "" + first : token);
    }

    private static Field addresses(String token, Family family) {
        String[] ends = token.split("-", -1);
        String[] prefix = token.split("/", -1);
        AddressRange range = prefix.length == 2
                ? Subnet.around(Address.parse(prefix[0]), Integer.parseInt(prefix[1]))
                        .range()
                : new AddressRange(Address.parse(ends[0]), Address.parse(ends[ends.length - 1]));
        if (ends.length > 2 || prefix.length > 2 || range.first().family() != family) {
            throw new IllegalArgumentException(token);
        }
        return new Field(range.first().toNumber(), range.last().toNumber(), listed(range));
    }

    /** A range that is a prefix as a prefix, and one of an address as an address. */
    private static String listed(AddressRange range) {
        if (range.first().equals(range.last())) {
            return range.first().toString();
        }
        for (int length = 0; length < range.first().family().bits(); length++) {
            Subnet around = Subnet.around(range.first(), length);
            if (around.range().equals(range)) {
                return around.toString();
            }
        }
        return range.first() + "-" + range.last();
    }

    // ---- Listing --------------------------------------------------------------------------------------------------

    String listing(boolean handles) {
        return listing(members.values().stream().map(Member::text).toList(), handles);
    }

    /** The same with some of its elements. */
    String listing(List<String> elements, boolean handles) {
        return "\t" + head.kind() + " " + head.name() + " {" + FakeTable.mark(handle, handles)
                + "\t\ttype " + head.type() + "\n"
                + (head.flags().isEmpty() ? "" : "\t\tflags " + head.flags() + "\n")
                + (head.comment().isEmpty() ? "" : "\t\tcomment " + head.comment() + "\n")
                + (elements.isEmpty() ? "" : "\t\telements = { " + String.join(",\n\t\t\t     ", elements) + " }\n")
                + "\t}\n";
    }
}
