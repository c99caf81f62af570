package org.virtnft.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.virtnft.kernel.FakeNft.Batch;
import org.virtnft.kernel.FakeNft.RefusedException;

/** The language of {@link FakeNft}: that of nft's manual, section by section as far as scripts of ours use it. */
final class FakeScript {

    /** One command. */
    @FunctionalInterface
    interface Command {
        void on(Batch batch);
    }

    private record Token(int line, String text) {
        boolean is(String other) {
            return text.equals(other);
        }
    }

    private static final String NEWLINE = "\n";
    private static final String END = "";

    private final List<Token> tokens;
    private int at;

    FakeScript(String text) {
        this.tokens = tokens(text);
    }

    // ---- Tokens ---------------------------------------------------------------------------------------------------

    private static List<Token> tokens(String text) {
        List<Token> found = new ArrayList<>();
        int line = 1;
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            int start = i;
            if (c == '\n') {
                found.add(new Token(line++, NEWLINE));
                i++;
            } else if (c == ' ' || c == '\t') {
                i++;
            } else if (c == '#') {
                i = lineEnd(text, i);
            } else if ("{};,".indexOf(c) >= 0) {
                found.add(new Token(line, text.substring(i, ++i)));
            } else if (c == '"') {
                i = text.indexOf('"', i + 1) + 1;
                if (i == 0 || i > lineEnd(text, start)) {
                    throw new RefusedException(line, "syntax error, unexpected junk");
                }
                found.add(new Token(line, text.substring(start, i)));
            } else {
                while (i < text.length() && " \t\n{};,\"".indexOf(text.charAt(i)) < 0) {
                    i++;
                }
                found.add(new Token(line, text.substring(start, i)));
            }
        }
        found.add(new Token(line, END));
        return found;
    }

    private static int lineEnd(String text, int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end;
    }

    private Token peek() {
        return tokens.get(at);
    }

    private Token next() {
        Token token = tokens.get(at);
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    private String word() {
        Token token = next();
        if (token.text().isBlank() || "{};,".contains(token.text())) {
            throw syntax(token);
        }
        return token.text();
    }

    private void expect(String text) {
        Token token = next();
        if (!token.is(text)) {
            throw syntax(token);
        }
    }

    private boolean accept(String text) {
        boolean there = peek().is(text);
        if (there) {
            next();
        }
        return there;
    }

    private static RefusedException syntax(Token token) {
        return new RefusedException(
                token.line(), "syntax error, unexpected " + (token.text().isBlank() ? "newline" : token.text()));
    }

    private boolean isSeparator() {
        return peek().is(NEWLINE) || peek().is(";");
    }

    private void skipSeparators() {
        while (isSeparator()) {
            next();
        }
    }

    private void skipNewlines() {
        while (peek().is(NEWLINE)) {
            next();
        }
    }

    private static String unquoted(String text) {
        return text.replace("\"", "");
    }

    // ---- Commands -------------------------------------------------------------------------------------------------

    List<Command> commands() {
        List<Command> found = new ArrayList<>();
        skipSeparators();
        while (!peek().is(END)) {
            command(found);
            if (!isSeparator() && !peek().is(END)) {
                throw syntax(peek());
            }
            skipSeparators();
        }
        return found;
    }

    private void command(List<Command> found) {
        Token verb = next();
        switch (verb.text()) {
            case "table" -> table(found, verb.line(), false);
            case "add", "create" -> add(found, verb.is("create"));
            case "insert" -> {
                expect("rule");
                rule(found, verb.line(), true);
            }
            case "replace" -> replace(found, verb.line());
            case "rename" -> rename(found, verb.line());
            case "delete" -> delete(found, verb.line());
            case "flush" -> flush(found, verb.line());
            case "list" -> list(found, verb.line());
            case "get" -> get(found, verb.line());
            default -> throw syntax(verb);
        }
    }

    private String tableName() {
        String family = word();
        if (!List.of("inet", "ip", "ip6", "bridge").contains(family)) {
            throw syntax(tokens.get(at - 1));
        }
        return family + " " + word();
    }

    private void add(List<Command> found, boolean create) {
        Token what = next();
        int line = what.line();
        switch (what.text()) {
            case "table" -> table(found, line, create);
            case "rule" -> rule(found, line, false);
            case "chain" -> {
                String table = tableName();
                String chain = word();
                String base = peek().is("{") ? chainBody(new ArrayList<>()) : "";
                found.add(batch -> batch.table(line, table).addChain(line, chain, base, create));
            }
            case "set", "map" -> {
                String table = tableName();
                List<Element> elements = new ArrayList<>();
                FakeSet.Head head = setBody(what.text(), word(), elements);
                found.add(batch -> batch.table(line, table).addSet(line, new FakeSet(head, 0), create));
                elements.forEach(each -> found.add(
                        batch -> batch.table(line, table).addElement(each.line(), head.name(), each.tokens(), false)));
            }
            case "counter" -> {
                String table = tableName();
                String counter = word();
                String count = peek().is("{") ? counterBody() : "packets 0 bytes 0";
                found.add(batch -> batch.table(line, table).addCounter(line, counter, count, create));
            }
            case "element" -> {
                String table = tableName();
                String set = word();
                elements()
                        .forEach(each -> found.add(
                                batch -> batch.table(line, table).addElement(each.line(), set, each.tokens(), create)));
            }
            default -> throw syntax(what);
        }
    }

    private void delete(List<Command> found, int line) {
        Token what = next();
        if (what.is("table")) {
            String table = tableName();
            found.add(batch -> batch.deleteTable(line, table));
            return;
        }
        String table = tableName();
        String name = word();
        switch (what.text()) {
            case "chain" -> found.add(batch -> batch.table(line, table).deleteChain(line, name));
            case "set", "map" -> found.add(batch -> batch.table(line, table).deleteSet(line, name));
            case "counter" -> found.add(batch -> batch.table(line, table).deleteCounter(line, name));
            case "rule" -> {
                long handle = handle();
                found.add(batch -> batch.table(line, table).deleteRule(line, name, handle));
            }
            case "element" ->
                elements()
                        .forEach(each -> found.add(batch ->
                                batch.table(line, table).set(line, name).delete(each.line(), each.tokens())));
            default -> throw syntax(what);
        }
    }

    private long handle() {
        expect("handle");
        return Long.parseLong(word());
    }

    private void flush(List<Command> found, int line) {
        Token what = next();
        if (what.is("ruleset")) {
            found.add(Batch::flushRuleset);
            return;
        }
        String table = tableName();
        switch (what.text()) {
            case "table" -> found.add(batch -> batch.table(line, table).flushRules());
            case "chain" -> {
                String chain = word();
                found.add(batch -> batch.table(line, table).flushChain(line, chain));
            }
            case "set", "map" -> {
                String set = word();
                found.add(batch -> batch.table(line, table).set(line, set).flush());
            }
            default -> throw syntax(what);
        }
    }

    private void list(List<Command> found, int line) {
        Token what = next();
        switch (what.text()) {
            case "ruleset" -> found.add(Batch::listRuleset);
            case "table" -> {
                String table = tableName();
                found.add(batch -> batch.list(line, table));
            }
            case "chain" -> {
                String table = tableName();
                String chain = word();
                found.add(batch -> batch.listChain(line, table, chain));
            }
            default -> throw syntax(what);
        }
    }

    private void get(List<Command> found, int line) {
        expect("element");
        String table = tableName();
        String set = word();
        List<Element> asked = elements();
        found.add(batch -> {
            FakeSet there = batch.table(line, table).set(line, set);
            List<String> texts = asked.stream()
                    .map(each -> there.get(each.line(), each.tokens()))
                    .toList();
            batch.print(batch.table(line, table).head(false) + there.listing(texts, false) + "}\n");
        });
    }

    private void rename(List<Command> found, int line) {
        expect("chain");
        String table = tableName();
        String chain = word();
        String to = word();
        found.add(batch -> batch.table(line, table).renameChain(line, chain, to));
    }

    private void rule(List<Command> found, int line, boolean first) {
        String table = tableName();
        String chain = word();
        String text = ruleText();
        found.add(batch -> batch.table(line, table).addRule(line, chain, text, first));
    }

    private void replace(List<Command> found, int line) {
        expect("rule");
        String table = tableName();
        String chain = word();
        long handle = handle();
        String text = ruleText();
        found.add(batch -> batch.table(line, table).replaceRule(line, chain, handle, text));
    }

    /** Up to the end of the line or the statement, with the sets in it. */
    private String ruleText() {
        StringBuilder text = new StringBuilder();
        int depth = 0;
        while (depth > 0 || !(isSeparator() || peek().is("}") || peek().is(END))) {
            Token token = next();
            if (token.text().isBlank()) {
                throw syntax(token);
            }
            depth += token.is("{") ? 1 : token.is("}") ? -1 : 0;
            text.append(text.length() == 0 || token.is(",") ? "" : " ").append(token.text());
        }
        if (text.length() == 0) {
            throw syntax(peek());
        }
        return text.toString();
    }

    // ---- What stands between braces -------------------------------------------------------------------------------

    private record Element(int line, List<String> tokens) {}

    private List<Element> elements() {
        List<Element> found = new ArrayList<>();
        expect("{");
        do {
            skipNewlines();
            int line = peek().line();
            List<String> words = new ArrayList<>();
            while (!(peek().is(",") || peek().is("}") || peek().is(NEWLINE))) {
                words.add(word());
            }
            if (words.isEmpty()) {
                throw syntax(peek());
            }
            found.add(new Element(line, words));
            skipNewlines();
        } while (accept(","));
        expect("}");
        return found;
    }

    private void block(Consumer<Token> statement) {
        expect("{");
        skipSeparators();
        while (!peek().is("}")) {
            statement.accept(next());
            if (!isSeparator() && !peek().is("}")) {
                throw syntax(peek());
            }
            skipSeparators();
        }
        expect("}");
    }

    /** As nft sends it: first all that rules and elements name, then elements, then rules. */
    private void table(List<Command> found, int line, boolean create) {
        String table = tableName();
        List<Command> named = new ArrayList<>();
        List<Command> elements = new ArrayList<>();
        List<Command> rules = new ArrayList<>();
        List<String> comments = new ArrayList<>();
        if (peek().is("{")) {
            block(statement -> tableStatement(statement, table, named, elements, rules, comments));
        }
        found.add(batch -> {
            if (create && batch.hasTable(table)) {
                throw FakeNft.exists(line);
            }
            boolean fresh = !batch.hasTable(table);
            FakeTable made = batch.addTable(table);
            if (fresh) {
                comments.forEach(made::comment); // nft cannot change it later
            }
        });
        found.addAll(named);
        found.addAll(elements);
        found.addAll(rules);
    }

    private void tableStatement(
            Token statement,
            String table,
            List<Command> named,
            List<Command> elements,
            List<Command> rules,
            List<String> comments) {
        int line = statement.line();
        switch (statement.text()) {
            case "comment" -> comments.add(unquoted(word()));
            case "flags" -> {
                expect("dormant");
                named.add(batch -> batch.table(line, table).dormant());
            }
            case "counter" -> {
                String counter = word();
                String count = counterBody();
                named.add(batch -> batch.table(line, table).addCounter(line, counter, count, false));
            }
            case "set", "map" -> {
                List<Element> own = new ArrayList<>();
                FakeSet.Head head = setBody(statement.text(), word(), own);
                named.add(batch -> batch.table(line, table).addSet(line, new FakeSet(head, 0), false));
                own.forEach(each -> elements.add(
                        batch -> batch.table(line, table).addElement(each.line(), head.name(), each.tokens(), false)));
            }
            case "chain" -> {
                String chain = word();
                List<String> own = new ArrayList<>();
                String base = chainBody(own);
                named.add(batch -> batch.table(line, table).addChain(line, chain, base, false));
                own.forEach(rule -> rules.add(batch -> batch.table(line, table).addRule(line, chain, rule, false)));
            }
            default -> throw syntax(statement);
        }
    }

    /** What makes it a base chain. */
    private String chainBody(List<String> rules) {
        List<String> base = new ArrayList<>();
        block(statement -> {
            at--;
            String text = ruleText();
            boolean ofBase = text.startsWith("type ") || text.startsWith("policy ");
            (ofBase ? base : rules).add(text);
        });
        return base.isEmpty() ? "" : String.join("; ", base) + ";";
    }

    private FakeSet.Head setBody(String kind, String name, List<Element> elements) {
        String[] found = {"", "", ""};
        block(statement -> {
            switch (statement.text()) {
                case "type" -> found[0] = ruleText();
                case "flags" -> found[1] = ruleText().replace(" ", "");
                case "comment" -> found[2] = word();
                case "elements" -> {
                    expect("=");
                    elements.addAll(elements());
                }
                default -> throw syntax(statement);
            }
        });
        return new FakeSet.Head(kind, name, found[0], found[1], found[2]);
    }

    private String counterBody() {
        List<String> count = new ArrayList<>();
        block(statement -> {
            if (!statement.is("packets")) {
                throw syntax(statement);
            }
            String packets = word();
            expect("bytes");
            count.add("packets " + packets + " bytes " + word());
        });
        return count.get(0);
    }
}
