package org.virtnft.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.virtnft.adoption.FormerDefinitions;
import org.virtnft.adoption.LostMetadata;
import org.virtnft.adoption.Reshaped;
import org.virtnft.adoption.Reshaping;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.Definitions;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.host.HostFiles;
import org.virtnft.libvirt.NetworkControl;
import org.virtnft.network.Printable;
import org.virtnft.report.NetworkOutcome;
import org.virtnft.report.NetworkOutcome.Became;
import org.virtnft.state.Source;
import org.virtnft.xml.Adoption;
import org.virtnft.xml.Problem;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that gives networks the other shape: {@code adopt} and its way back. */
abstract class ReshapingCommand extends AskingLibvirt {

    @Parameters(paramLabel = "NETWORK", arity = "0..*", description = "A network of libvirt's, running or not.")
    private List<String> names = List.of();

    @Option(
            names = "-f",
            paramLabel = "FILE",
            description = "With --print: a file with a <network> instead of a network's name; - for standard input.")
    private List<String> files = List.of();

    @Option(
            names = "--dry-run",
            description = "Show what would change in the definition and in the rules, change nothing.")
    private boolean dryRun;

    @Option(
            names = "--now",
            description =
                    "Restart those that run at once, under their guests, whose packets stop for less than a second.")
    private boolean now;

    @Option(names = "--print", description = "Print the new definition of one network, change nothing.")
    private boolean print;

    @Mixin
    private Account account = new Account();

    private final HostFiles host;
    private final Begun begun;
    private final Progress progress;
    private final UnaryOperator<NetworkControl> around;

    /** @param around what stands between this command and libvirt; a test's faults */
    ReshapingCommand(Surroundings surroundings, UnaryOperator<NetworkControl> around) {
        this.host = surroundings.files();
        this.begun = surroundings.begun();
        this.progress = surroundings.progress();
        this.around = around;
    }

    @Override
    final Optional<Account> account() {
        return Optional.of(account);
    }

    /** The same. */
    final Account telling() {
        return account;
    }

    @Override
    int execute() {
        if (print && account.isForPrograms()) {
            throw usage("--print prints a definition: give it without --json");
        }
        if (now && (print || dryRun)) {
            throw usage("--now goes without --print and --dry-run");
        }
        if (print && (dryRun || names.size() + files.size() != 1)) {
            throw usage("--print goes with one network or one -f FILE, and without --dry-run");
        }
        if (!print && !files.isEmpty()) {
            throw usage("-f FILE goes with --print");
        }
        if (!print && names.isEmpty()) {
            throw usage("name networks");
        }
        if (!files.isEmpty()) {
            return printFile(files.get(0));
        }
        List<Reshaped> all = reshaped();
        if (print) {
            return print(all.get(0));
        }
        if (dryRun) {
            account.onlyTries();
            all.forEach(this::showDifferences);
            out().flush();
        }
        List<String> hindrances = hindrances(all);
        if (!hindrances.isEmpty()) {
            throw new CommandException(ExitCode.FAILED, hindrances);
        }
        if (!dryRun) {
            Map<String, Duration> paused = perform(all);
            account.changed();
            all.forEach(each ->
                    tell(each, Optional.ofNullable(paused.get(each.network().name()))));
        }
        return ExitCode.DONE;
    }

    // ---- What the two do differently ----

    abstract Adoption.Rewriting rewrite(String source, byte[] xml);

    /** The network in the other shape. */
    abstract Optional<Reshaped> reshape(LibvirtNetwork network, String definition, List<Problem> errors);

    /** Why it must not be done on this host. */
    abstract List<String> hindrances(List<Reshaped> all);

    /** Why a network is left to libvirt's rules afterwards, by its UUID. Asked after {@link #hindrances}. */
    Map<String, String> left() {
        return Map.of();
    }

    /** What was done, in a sentence's beginning. */
    abstract String done(Reshaped each);

    /** The same in a word. */
    abstract Became became();

    // ---- What they have in common ----

    final FormerDefinitions former() {
        return new FormerDefinitions(host);
    }

    /** Our element of a network whose definition lost it. */
    final Optional<String> lostMetadata(LibvirtNetwork network, String definition) {
        return new LostMetadata(state(), former()).of(network, definition);
    }

    final HostFiles host() {
        return host;
    }

    /** What to call a network's definition in messages. */
    static String source(LibvirtNetwork network) {
        return Printable.network(network.name()) + " as defined";
    }

    private List<Reshaped> reshaped() {
        Set<String> seen = new HashSet<>();
        List<String> wrong = new ArrayList<>();
        for (String name : names) {
            if (!seen.add(name)) {
                wrong.add(Printable.network(name) + " is given twice");
            }
        }
        if (!wrong.isEmpty()) {
            throw CommandException.badInput(wrong);
        }
        List<Reshaped> all = new ArrayList<>();
        List<Problem> errors = new ArrayList<>();
        for (LibvirtNetwork network : definitions().defined(names)) {
            reshape(network, network.persistentXml().orElseThrow(), errors).ifPresent(all::add);
        }
        if (!errors.isEmpty()) {
            throw CommandException.badInput(
                    errors.stream().map(Problem::toString).toList());
        }
        return all;
    }

    private int printFile(String path) {
        Adoption.Rewriting rewriting = rewrite(Definitions.nameOf(path), Definitions.content(path));
        if (rewriting.xml().isEmpty()) {
            throw CommandException.badInput(
                    rewriting.errors().stream().map(Problem::toString).toList());
        }
        out().print(rewriting.xml().get());
        rewriting.after().warnings().forEach(err()::println);
        return ExitCode.DONE;
    }

    private int print(Reshaped each) {
        out().print(each.next());
        err().println("virt-nft: " + each.shown() + ": " + each.how());
        each.after().warnings().forEach(err()::println);
        return ExitCode.DONE;
    }

    private void showDifferences(Reshaped each) {
        List<String> differences = each.differences();
        account.tell(outcome(each, List.of(each.how())).differing(differences), differences);
        err().println("virt-nft: " + each.shown() + ": " + each.how());
        each.after().warnings().forEach(warning -> account.say(warning.toString()));
    }

    private NetworkOutcome outcome(Reshaped each, List<String> remarks) {
        return NetworkOutcome.of(DefinedNetwork.of(each.network().name(), Source.LIBVIRT, each.after()), became())
                .saying(each.after().warnings(), remarks);
    }

    private Map<String, Duration> perform(List<Reshaped> all) {
        Map<String, Duration> paused = new LinkedHashMap<>();
        try {
            former().alone(() -> paused.putAll(performAlone(all)));
        } catch (IOException e) {
            throw CommandException.failed("nothing was changed (run as root): " + e);
        }
        return paused;
    }

    private Map<String, Duration> performAlone(List<Reshaped> all) throws IOException {
        Reshaping reshaping = new Reshaping(() -> around.apply(control()), host, state(), applier(begun));
        if (reshaping.isUnfinished()) {
            throw CommandException.failed(
                    "an earlier adopt or release was interrupted: run 'virt-nft apply --all', which takes it back");
        }
        begun.changing();
        return progress.during("changes definitions", () -> reshaping.perform(all, now, left(), progress::now));
    }

    private void tell(Reshaped each, Optional<Duration> paused) {
        List<String> remarks = List.of(
                done(each),
                paused.isPresent()
                        ? "restarted; packets of its guests were stopped for " + seconds(paused.get()) + " s"
                        : each.network().isActive()
                                ? "it runs on as it was started; this takes effect at its next start, or at once with --now, under"
                                        + " its guests"
                                : "this takes effect at its next start");
        List<String> lines = new ArrayList<>(remarks);
        lines.replaceAll(line -> each.shown() + ": " + line);
        each.after().warnings().forEach(warning -> lines.add(warning.toString()));
        account.tell(outcome(each, remarks).pausedFor(paused), lines);
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.2f", duration.toMillis() / 1000.0);
    }
}
