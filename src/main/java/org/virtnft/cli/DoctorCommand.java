package org.virtnft.cli;

import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.Definitions;
import org.virtnft.definitions.LibvirtFiles;
import org.virtnft.doctor.Doctor;
import org.virtnft.doctor.Finding;
import org.virtnft.doctor.Finding.Place;
import org.virtnft.doctor.Finding.Severity;
import org.virtnft.doctor.Finding.Step;
import org.virtnft.doctor.HostFacts;
import org.virtnft.host.Check;
import org.virtnft.host.HookChecks;
import org.virtnft.host.HostFiles;
import org.virtnft.host.LibvirtDaemon;
import org.virtnft.host.Program;
import org.virtnft.host.ProgramException;
import org.virtnft.network.Printable;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.report.HookInForce;
import org.virtnft.state.LeftNetworks.Left;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code virt-nft doctor}. */
@Command(
        name = "doctor",
        description =
                "Finds what else on this host drops guests' packets or takes our rules away, and says how to mend it.")
final class DoctorCommand extends AskingLibvirt {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Who is told that nothing was found must know where nobody looked. */
    private static final List<String> NOT_LOOKED_AT = List.of(
            "looked at: chains of others where packets are forwarded, come in, cross a bridge or arrive at a device (ingress), for new TCP"
                    + " connections and their answers, and for DHCP and DNS over IPv4 and DNS over IPv6 by UDP;",
            "not looked at: chains at prerouting, postrouting and output (raw, mangle, nat), a bridge's other hooks, notrack, the reverse"
                    + " path filter (rp_filter), ARP and neighbour discovery, router advertisements, DHCPv6, TFTP, other UDP and ICMP");

    @Parameters(paramLabel = "NETWORK", arity = "0..*", description = "A network of libvirt's (default: all that run).")
    private List<String> names = List.of();

    @Mixin
    private GivenFiles given = new GivenFiles();

    @Option(names = "--fix", description = "Run the commands that mend it, after asking, and say how to undo them.")
    private boolean fix;

    @Option(names = "--json", description = "For programs.")
    private boolean json;

    @Mixin
    private Confirmation confirmation = new Confirmation();

    private final HostFiles files;
    private final Begun begun;
    private final Map<String, String> left = new TreeMap<>();

    DoctorCommand(Surroundings surroundings) {
        this.files = surroundings.files();
        this.begun = surroundings.begun();
    }

    @Override
    int execute() {
        if (json && fix) {
            throw usage("--json only looks: give it without --fix");
        }
        List<VirtualNetwork> networks = networks();
        List<Finding> findings = findings(networks);
        if (json) {
            out().println(Json.doctor(findings));
            return status(findings);
        }
        tell(findings, networks);
        return fix ? mend(findings, networks) : status(findings);
    }

    private List<VirtualNetwork> networks() {
        List<DefinedNetwork> named = given(given, names, false);
        if (given.isEmpty() && names.isEmpty()) {
            named.addAll(DefinedNetwork.all(Definitions.activeByFiles(new LibvirtFiles(files.root()))));
        } else {
            List<String> errors = DefinedNetwork.errors(named);
            if (!errors.isEmpty()) {
                throw CommandException.badInput(errors);
            }
        }
        List<VirtualNetwork> networks = new ArrayList<>();
        for (DefinedNetwork each : named) {
            if (each.reading().network().orElse(null) instanceof VirtualNetwork network) {
                networks.add(network);
            }
            if (each.isCompanion()) {
                state().left().of(each.reading().uuid()).map(Left::why).ifPresent(why -> left.put(each.name(), why));
            }
        }
        return networks;
    }

    private List<Finding> left() {
        List<Finding> found = new ArrayList<>();
        left.forEach((name, why) -> {
            String shown = Printable.printable(name, 128);
            found.add(new Finding(
                    Severity.NOTE,
                    shown,
                    new Place("", "", ""),
                    "it is left to libvirt's rules: " + Printable.printable(why, 1024),
                    List.of(),
                    "'virt-nft apply " + shown + "' takes it back"));
        });
        return found;
    }

    private List<Finding> findings(List<VirtualNetwork> networks) {
        List<Finding> findings = new ArrayList<>(new Doctor(new HostFacts(files).gather()).examine(networks));
        // without the hook, nothing starts anything
        boolean hook = Files.exists(files.hook());
        for (Check check : new HookChecks(files).confinement()) {
            if (check.result() != Check.Result.GOOD) {
                boolean problem = hook && check.result() == Check.Result.FAILED;
                findings.add(about("libvirt's hook", problem, check.text(), List.of()));
            }
        }
        if (new HookInForce(files, state()).notSeen()) {
            List<Step> steps = LibvirtDaemon.running(files)
                    .map(daemon -> List.of(new Step(daemon.reloadCommand(files), List.of())))
                    .orElse(List.of());
            findings.add(about(
                    "libvirt's hook",
                    true,
                    "it is younger than libvirt's daemon, which may not run it: run 'virt-nft enable'",
                    steps));
        }
        findings.addAll(left());
        findings.sort(java.util.Comparator.comparing(Finding::severity));
        return findings;
    }

    private static Finding about(String subject, boolean problem, String message, List<Step> steps) {
        Severity severity = problem ? Severity.PROBLEM : Severity.NOTE;
        return new Finding(severity, subject, new Place("", "", ""), message, steps, "");
    }

    private static int status(List<Finding> findings) {
        return findings.stream().anyMatch(finding -> finding.severity() == Severity.PROBLEM)
                ? ExitCode.FAILED
                : ExitCode.DONE;
    }

    // ---- For people -----------------------------------------------------------------------------------------------

    private void tell(List<Finding> findings, List<VirtualNetwork> networks) {
        findings.forEach(finding -> FindingText.lines(finding).forEach(out()::println));
        if (status(findings) == ExitCode.DONE) {
            out().println(
                            networks.isEmpty()
                                    ? "no network runs whose guests' packets could be dropped (name one, or give -f FILE)"
                                    : "nothing was found that drops packets of the guests of "
                                            + (networks.size() == 1 ? "1 network" : networks.size() + " networks"));
        }
        NOT_LOOKED_AT.forEach(out()::println);
    }

    // ---- Mending --------------------------------------------------------------------------------------------------

    private int mend(List<Finding> findings, List<VirtualNetwork> networks) {
        Set<Step> steps = new LinkedHashSet<>();
        findings.forEach(finding -> steps.addAll(finding.steps()));
        if (steps.isEmpty()) {
            out().println("there is nothing to mend by a command");
            return status(findings);
        }
        out().println("This will run");
        steps.forEach(step -> out().println("  " + FindingText.shell(step.command())));
        if (!confirmation.given(out())) {
            out().println("nothing was changed");
            return ExitCode.FAILED;
        }
        begun.changing();
        for (Step step : steps) {
            run(step);
        }
        List<Finding> left = findings(networks);
        out().println("Now:");
        tell(left, networks);
        return status(left);
    }

    private void run(Step step) {
        try {
            Program.Ending ending = Program.run(step.command(), "", PATIENCE);
            if (ending.status() != 0) {
                throw new ProgramException("ended with " + ending.status() + ": " + ending.output());
            }
            out().println("done: " + FindingText.shell(step.command()));
            List<String> undo = step.undoAfter(ending.output());
            if (!undo.isEmpty()) {
                out().println("undo: " + FindingText.shell(undo));
            }
        } catch (ProgramException e) {
            // what comes after it may help nevertheless, and what is left is told in the end
            err().println("virt-nft: " + FindingText.shell(step.command()) + ": " + e.getMessage());
            err().flush();
        }
    }
}
