package org.virtnft.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.virtnft.host.HookCopy;
import org.virtnft.host.HostFiles;
import org.virtnft.host.Uptime;
import org.virtnft.kernel.KernelException;
import org.virtnft.libvirt.LibvirtNetwork;
import org.virtnft.network.RulelessNetwork;
import org.virtnft.network.Words;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.FailedStart;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;
import org.virtnft.transaction.Applier.Scrutiny;
import org.virtnft.transaction.ChangeException;
import org.virtnft.transaction.Trials;
import org.virtnft.xml.NetworkReader;
import org.virtnft.xml.Reading;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code virt-nft status}. */
@Command(
        name = "status",
        description = "Shows which networks are applied, which failed, and whether the kernel agrees.")
final class StatusCommand extends Shared {

    private final HostFiles files = HostFiles.REAL;

    @Parameters(paramLabel = "NETWORK", arity = "0..*", description = "Show these only.")
    private List<String> names = List.of();

    @Option(names = "--json", description = "For programs.")
    private boolean json;

    /** One network's line. */
    private record Line(String name, String bridge, String mode, String shape, String source, String state) {}

    @Override
    public Integer call() {
        Snapshot snapshot = state().read();
        String kernel = snapshot.networks().isEmpty() ? "" : kernelState(snapshot);
        List<Line> lines = lines(snapshot, kernel);
        List<String> remarks = remarks(snapshot, kernel);
        for (String name : names) {
            if (lines.stream().noneMatch(line -> line.name().equals(name))) {
                throw CommandException.badInput("network '" + Words.printable(name, 128)
                        + "' is neither applied nor running; 'virt-nft status' lists those that are");
            }
        }
        if (!names.isEmpty()) {
            lines.removeIf(line -> !names.contains(line.name()));
        }
        if (json) {
            out().println(Json.text(asJson(lines, remarks)));
        } else {
            print(lines, remarks);
        }
        return ExitCode.DONE;
    }

    private List<Line> lines(Snapshot snapshot, String kernel) {
        List<Line> lines = new ArrayList<>();
        for (AppliedNetwork network : snapshot.networks().values()) {
            String since = "since " + network.since().truncatedTo(ChronoUnit.SECONDS);
            lines.add(new Line(
                    network.name(),
                    network.bridge().value(),
                    network.mode(),
                    network.shape(),
                    network.source() == Source.FILE ? "file" : "libvirt",
                    network.blocked().isPresent() ? "blocked" : kernel.isEmpty() ? since : "not as applied"));
        }
        for (FailedStart failed : state().failedStarts()) {
            lines.add(new Line(failed.network(), "-", "-", "companion", "libvirt", "failed"));
        }
        for (LibvirtNetwork network : definitions().activeIfLibvirtAnswers().orElse(List.of())) {
            if (lines.stream().noneMatch(line -> line.name().equals(network.name()))) {
                lines.add(notApplied(network));
            }
        }
        return lines;
    }

    private static Line notApplied(LibvirtNetwork network) {
        byte[] xml = network.liveXml().orElse("").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Reading reading = NetworkReader.read(network.name(), xml);
        String bridge = reading.bridge().map(Object::toString).orElse("-");
        boolean ruleless = reading.network().orElse(null) instanceof RulelessNetwork;
        return new Line(
                network.name(),
                bridge,
                reading.mode().equals("none") ? "isolated" : reading.mode(),
                "-",
                "libvirt",
                ruleless ? "no rules" : "not applied");
    }

    /** "" when the kernel holds what the state says. */
    private String kernelState(Snapshot snapshot) {
        try {
            return applier().observe(snapshot, Scrutiny.RULES).inForce()
                    ? ""
                    : "the kernel's table is not the one that was applied: run 'virt-nft apply --all'";
        } catch (ChangeException | KernelException e) {
            return "the kernel could not be asked: " + e.getMessage();
        }
    }

    private List<String> remarks(Snapshot snapshot, String kernel) {
        List<String> remarks = new ArrayList<>();
        if (!kernel.isEmpty()) {
            remarks.add(kernel);
        }
        if (state().journal().isPending()) {
            remarks.add("a change was interrupted: the next command goes back to what was before it");
        }
        Trials.open(state())
                .ifPresent(trial ->
                        remarks.add(TrialText.remark(trial, Duration.ofMillis(trial.until() - Uptime.millis(files)))));
        for (AppliedNetwork network : snapshot.networks().values()) {
            network.blocked().ifPresent(reason -> remarks.add("blocked: " + reason));
            remarks.addAll(network.warnings());
            if (network.needsDhcpRepair()) {
                state().checksumFailure(network.bridge()).ifPresent(remarks::add);
            }
        }
        for (FailedStart failed : state().failedStarts()) {
            remarks.add("failed: " + failed.message());
        }
        hookRemark().ifPresent(remarks::add);
        if (new HookInForce(files, state()).notSeen()) {
            remarks.add("the hook is younger than libvirt's daemon, which may not run it: reload the daemon");
        }
        return remarks;
    }

    private Optional<String> hookRemark() {
        try {
            return switch (new HookCopy(files).condition()) {
                case ABSENT ->
                    Files.exists(files.shippedHook())
                            ? Optional.of(
                                    "the hook is not there, so networks get no rules when they start: run 'virt-nft enable'")
                            : Optional.empty();
                case CURRENT -> Optional.empty();
                case OUTDATED ->
                    Optional.of("the hook " + files.hook() + " is another version's: run 'virt-nft enable'");
                case CHANGED ->
                    Optional.of("the hook " + files.hook()
                            + " was changed by somebody (its text, or not executable, or a link), and is kept; the shipped one is "
                            + files.shippedHook());
            };
        } catch (IOException e) {
            return Optional.of("the hook cannot be read: " + e.getMessage());
        }
    }

    private static JsonObject asJson(List<Line> lines, List<String> remarks) {
        JsonArray networks = new JsonArray();
        for (Line line : lines) {
            JsonObject object = new JsonObject();
            object.addProperty("name", line.name());
            object.addProperty("bridge", line.bridge());
            object.addProperty("mode", line.mode());
            object.addProperty("shape", line.shape());
            object.addProperty("source", line.source());
            object.addProperty("state", line.state());
            networks.add(object);
        }
        JsonObject all = new JsonObject();
        all.add("networks", networks);
        all.add("remarks", Json.array(remarks));
        return all;
    }

    private void print(List<Line> lines, List<String> remarks) {
        if (lines.isEmpty()) {
            out().println("no network is applied");
        } else {
            List<Line> all = new ArrayList<>(lines);
            all.add(0, new Line("NETWORK", "BRIDGE", "MODE", "SHAPE", "FROM", "STATE"));
            int width =
                    all.stream().mapToInt(line -> shown(line).length()).max().orElse(0);
            for (Line line : all) {
                out().println(pad(shown(line), width) + "  " + pad(line.bridge(), 15) + "  " + pad(line.mode(), 8)
                        + "  " + pad(line.shape(), 9) + "  " + pad(line.source(), 7) + "  " + line.state());
            }
        }
        remarks.forEach(out()::println);
    }

    private static String shown(Line line) {
        return Words.printable(line.name(), 32);
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
