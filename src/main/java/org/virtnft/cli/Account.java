package org.virtnft.cli;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.virtnft.doctor.Finding;
import org.virtnft.host.Check;
import org.virtnft.report.NetworkOutcome;
import org.virtnft.report.Outcome;
import org.virtnft.transaction.Result;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What a command tells that changes something: people at once, line by line, and a program in one document at the end. */
final class Account {

    @Option(names = "--json", description = "For programs.")
    private boolean json;

    @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
    private CommandLine.Model.@Nullable CommandSpec command;

    private final Map<String, NetworkOutcome> networks = new LinkedHashMap<>();
    private final List<Check> checks = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private final StringWriter aside = new StringWriter();
    private final List<String> errors = new ArrayList<>();
    private String script = "";
    private boolean changed;
    private boolean dryRun;

    boolean isForPrograms() {
        return json;
    }

    // ---- To people ----

    /** Standard output, and where that is a program's, standard error: for questions, and what they are about. */
    PrintWriter people() {
        return json ? err() : out();
    }

    /** A line on standard output for what a program is told in another form. */
    void say(String line) {
        if (!json) {
            out().println(line);
        }
    }

    /** Standard error; a program gets its lines as remarks, too. */
    PrintWriter aside() {
        return json ? new PrintWriter(new Twice(err(), aside), true) : err();
    }

    // ---- To both ----

    /** What has become of a network; the last word counts. */
    void tell(NetworkOutcome network, List<String> lines) {
        networks.put(network.name(), network);
        lines.forEach(this::say);
    }

    void tell(NetworkOutcome network, String line) {
        tell(network, List.of(line));
    }

    void check(Check check, String line) {
        checks.add(check);
        say(line);
    }

    void remark(String line) {
        remarks.add(line);
        say(line);
    }

    /** Why it failed, where other things were done. */
    void error(String line) {
        errors.add(line);
        err().println("virt-nft: " + line);
        err().flush();
    }

    /** The answer was no; the exit status of that. */
    int declined() {
        people().println("nothing was changed");
        errors.add("nothing was changed, for the answer was no");
        return ExitCode.FAILED;
    }

    // ---- To programs ----

    void note(NetworkOutcome network) {
        tell(network, List.of());
    }

    void note(Finding finding) {
        findings.add(finding);
    }

    void made(Result result) {
        changed |= !result.script().isEmpty();
    }

    void changed() {
        changed = true;
    }

    /** All that was done was undone. */
    void tookBack() {
        changed = false;
        networks.clear();
    }

    /** Nothing is to be changed. */
    void onlyTries() {
        dryRun = true;
    }

    /** What the kernel would be sent. */
    void script(String text) {
        script = text;
    }

    /** The command has come to its end. */
    void end(int status) {
        if (status == ExitCode.DONE) {
            // not what it was asked for
            remarks.addAll(errors);
            errors.clear();
        }
        print();
    }

    /** It has not. */
    void end(CommandException failure) {
        errors.addAll(failure.messages());
        changed |= failure.exitCode() == ExitCode.UNCERTAIN;
        print();
    }

    private void print() {
        if (!json) {
            return;
        }
        Stream<String> others = aside.toString().lines().map(line -> line.replaceFirst("^virt-nft: ", ""));
        out().println(Json.outcome(
                commandLine().getCommandName(),
                new Outcome(
                        changed,
                        dryRun,
                        List.copyOf(networks.values()),
                        checks,
                        findings,
                        Stream.concat(remarks.stream(), others).toList(),
                        script,
                        errors)));
    }

    // ---- Where it goes ----

    private PrintWriter out() {
        return commandLine().getOut();
    }

    private PrintWriter err() {
        return commandLine().getErr();
    }

    private CommandLine commandLine() {
        CommandLine.Model.CommandSpec spec = command;
        if (spec == null) {
            throw new IllegalStateException("picocli has not set up the command");
        }
        return spec.commandLine();
    }

    /** To one, and to another that remembers it. */
    private static final class Twice extends FilterWriter {

        private final Writer copy;

        Twice(Writer to, Writer copy) {
            super(to);
            this.copy = copy;
        }

        @Override
        public void write(int c) throws IOException {
            super.write(c);
            copy.write(c);
        }

        @Override
        public void write(char[] characters, int offset, int length) throws IOException {
            super.write(characters, offset, length);
            copy.write(characters, offset, length);
        }

        @Override
        public void write(String text, int offset, int length) throws IOException {
            super.write(text, offset, length);
            copy.write(text, offset, length);
        }
    }
}
