package org.virtnft.kernel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A table of {@link FakeNft}. */
final class FakeTable {

    private static final Pattern NAMED_SET = Pattern.compile("@(\\S+)");
    private static final Pattern ENTERED_CHAIN = Pattern.compile("\\b(?:jump|goto) (\\S+)");

    private record Rule(long handle, String text) {}

    private record Chain(long handle, String base, List<Rule> rules) {}

    private record Counter(long handle, String count) {}

    private final String name;
    private final long handle;
    private long lastHandle;
    private String comment = "";
    private boolean dormant;
    private final Map<String, Counter> counters = new LinkedHashMap<>();
    private final Map<String, FakeSet> sets = new LinkedHashMap<>();
    private final Map<String, Chain> chains = new LinkedHashMap<>();

    FakeTable(String name, long handle) {
        this.name = name;
        this.handle = handle;
    }

    FakeTable copy() {
        FakeTable copy = new FakeTable(name, handle);
        copy.lastHandle = lastHandle;
        copy.comment = comment;
        copy.dormant = dormant;
        copy.counters.putAll(counters);
        sets.forEach((set, each) -> copy.sets.put(set, each.copy()));
        chains.forEach((chain, each) ->
                copy.chains.put(chain, new Chain(each.handle(), each.base(), new ArrayList<>(each.rules()))));
        return copy;
    }

    void comment(String text) {
        comment = text;
    }

    void dormant() {
        dormant = true;
    }

    // ---- Chains and rules -----------------------------------------------------------------------------------------

    void addChain(int line, String chain, String base, boolean create) {
        Chain there = chains.get(chain);
        if (there != null && create) {
            throw FakeNft.exists(line);
        }
        // of one that is there already, the policy can be changed
        if (there == null) {
            chains.put(chain, new Chain(++lastHandle, base, new ArrayList<>()));
        } else if (!base.isEmpty()) {
            chains.put(chain, new Chain(there.handle(), base, there.rules()));
        }
    }

    private Chain chain(int line, String chain) {
        Chain found = chains.get(chain);
        if (found == null) {
            throw FakeNft.missing(line);
        }
        return found;
    }

    void deleteChain(int line, String chain) {
        chain(line, chain);
        boolean entered = rulesMention(ENTERED_CHAIN, chain, chain)
                || sets.values().stream().anyMatch(set -> set.enters(chain));
        if (entered) {
            throw FakeNft.busy(line);
        }
        chains.remove(chain);
    }

    private boolean rulesMention(Pattern what, String mentioned, String exceptIn) {
        return chains.entrySet().stream()
                .filter(chain -> !chain.getKey().equals(exceptIn))
                .flatMap(chain -> chain.getValue().rules().stream())
                .anyMatch(rule -> what.matcher(rule.text())
                        .results()
                        .anyMatch(found -> found.group(1).equals(mentioned)));
    }

    void flushChain(int line, String chain) {
        chain(line, chain).rules().clear();
    }

    void renameChain(int line, String chain, String to) {
        chain(line, chain);
        if (chains.containsKey(to)) {
            throw FakeNft.exists(line);
        }
        Map<String, Chain> after = new LinkedHashMap<>();
        chains.forEach((each, body) -> after.put(each.equals(chain) ? to : each, body));
        chains.clear();
        chains.putAll(after);
        chains.values()
                .forEach(each ->
                        each.rules().replaceAll(rule -> new Rule(rule.handle(), entering(rule.text(), chain, to))));
        sets.values().forEach(set -> set.rename(chain, to));
    }

    private static String entering(String rule, String chain, String to) {
        return ENTERED_CHAIN
                .matcher(rule)
                .replaceAll(found -> Matcher.quoteReplacement(
                        found.group(1).equals(chain) ? found.group().substring(0, 5) + to : found.group()));
    }

    void addRule(int line, String chain, String text, boolean first) {
        checkRule(line, text);
        List<Rule> rules = chain(line, chain).rules();
        rules.add(first ? 0 : rules.size(), new Rule(++lastHandle, text));
    }

    private void checkRule(int line, String text) {
        boolean known = NAMED_SET.matcher(text).results().allMatch(set -> sets.containsKey(set.group(1)))
                && ENTERED_CHAIN.matcher(text).results().allMatch(chain -> chains.containsKey(chain.group(1)));
        if (!known) {
            throw FakeNft.missing(line);
        }
    }

    void deleteRule(int line, String chain, long rule) {
        if (!chain(line, chain).rules().removeIf(each -> each.handle() == rule)) {
            throw FakeNft.missing(line);
        }
    }

    void replaceRule(int line, String chain, long rule, String text) {
        checkRule(line, text);
        // it keeps its handle (kernel 6.18)
        chain(line, chain).rules().replaceAll(each -> each.handle() == rule ? new Rule(rule, text) : each);
    }

    void flushRules() {
        chains.values().forEach(chain -> chain.rules().clear());
    }

    // ---- Counters -------------------------------------------------------------------------------------------------

    void addCounter(int line, String counter, String count, boolean create) {
        if (counters.containsKey(counter)) {
            if (create) {
                throw FakeNft.exists(line);
            }
            return;
        }
        counters.put(counter, new Counter(++lastHandle, count));
    }

    void deleteCounter(int line, String counter) {
        checkCounter(line, counter);
        if (sets.values().stream().anyMatch(set -> set.pointsTo(counter))) {
            throw FakeNft.busy(line);
        }
        counters.remove(counter);
    }

    private void checkCounter(int line, String counter) {
        if (!counters.containsKey(counter)) {
            throw FakeNft.missing(line);
        }
    }

    // ---- Sets and elements ----------------------------------------------------------------------------------------

    void addSet(int line, FakeSet set, boolean create) {
        if (sets.containsKey(set.name())) {
            if (create) {
                throw FakeNft.exists(line);
            }
            return;
        }
        sets.put(set.name(), set.withHandle(++lastHandle));
    }

    FakeSet set(int line, String set) {
        FakeSet found = sets.get(set);
        if (found == null) {
            throw FakeNft.missing(line);
        }
        return found;
    }

    void deleteSet(int line, String set) {
        set(line, set);
        if (rulesMention(NAMED_SET, set, "")) {
            throw FakeNft.busy(line);
        }
        sets.remove(set);
    }

    void addElement(int line, String set, List<String> tokens, boolean create) {
        FakeSet.Member member = set(line, set).read(line, tokens);
        member.counter().ifPresent(counter -> checkCounter(line, counter));
        member.chain().ifPresent(chain -> chain(line, chain));
        set(line, set).add(line, member, create);
    }

    // ---- Listing --------------------------------------------------------------------------------------------------

    String listing(boolean handles) {
        List<String> parts = new ArrayList<>();
        counters.forEach((counter, each) -> parts.add(
                "\tcounter " + counter + " {" + mark(each.handle(), handles) + "\t\t" + each.count() + "\n\t}\n"));
        sets.values().forEach(set -> parts.add(set.listing(handles)));
        chains.forEach((chain, each) -> parts.add(listing(chain, each, handles)));
        String head =
                (comment.isEmpty() ? "" : "\tcomment \"" + comment + "\"\n") + (dormant ? "\tflags dormant\n" : "");
        return head(handles)
                + head
                + (head.isEmpty() || parts.isEmpty() ? "" : "\n")
                + String.join("\n", parts)
                + "}\n";
    }

    String head(boolean handles) {
        return "table " + name + " {" + mark(handle, handles);
    }

    String listingOf(int line, String chain, boolean handles) {
        return head(handles) + listing(chain, chain(line, chain), handles) + "}\n";
    }

    private static String listing(String name, Chain chain, boolean handles) {
        StringBuilder text = new StringBuilder("\tchain " + name + " {" + mark(chain.handle(), handles));
        if (!chain.base().isEmpty()) {
            text.append("\t\t").append(chain.base()).append('\n');
        }
        chain.rules().forEach(rule -> text.append("\t\t").append(rule.text()).append(mark(rule.handle(), handles)));
        return text.append("\t}\n").toString();
    }

    static String mark(long handle, boolean handles) {
        return handles ? " # handle " + handle + "\n" : "\n";
    }
}
