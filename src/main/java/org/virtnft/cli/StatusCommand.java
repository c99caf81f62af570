package org.virtnft.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.virtnft.cli.NetworkStatus.State;
import org.virtnft.host.HookCopy;
import org.virtnft.host.HostFiles;
import org.virtnft.host.Uptime;
import org.virtnft.kernel.NetworkNamespace;
import org.virtnft.libvirt.LibvirtNetwork;
import org.virtnft.network.RulelessNetwork;
import org.virtnft.network.Words;
import org.virtnft.ruleset.Count;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.FailedStart;
import org.virtnft.transaction.Applier.Scrutiny;
import org.virtnft.transaction.Trials;
import org.virtnft.xml.NetworkReader;
import org.virtnft.xml.Reading;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code virt-nft status}. */
@Command(
        name = "status",
        description =
                "Shows which networks are applied, their traffic, what was refused, and whether the kernel agrees.")
final class StatusCommand extends AskingLibvirt {

    private final HostFiles files = HostFiles.REAL;

    @Parameters(paramLabel = "NETWORK", arity = "0..*", description = "Show these only.")
    private List<String> names = List.of();

    @Option(names = "--json", description = "For programs.")
    private boolean json;

    private final Clock clock = Clock.system(ZoneId.systemDefault());

    @Override
    public Integer call() {
        Overview overview = Overview.of(state(), this::applier, Scrutiny.RULES);
        List<NetworkStatus> networks = withUnapplied(overview.networks());
        List<String> remarks = remarks(overview);
        for (String name : names) {
            if (networks.stream().noneMatch(network -> network.name().equals(name))) {
                throw CommandException.badInput("network '" + Words.printable(name, 128)
                        + "' is neither applied nor running; 'virt-nft status' lists those that are");
            }
        }
        if (!names.isEmpty()) {
            networks.removeIf(network -> !names.contains(network.name()));
        }
        if (json) {
            out().println(Json.text(asJson(networks, remarks)));
        } else {
            print(networks, remarks);
        }
        return ExitCode.DONE;
    }

    private List<NetworkStatus> withUnapplied(List<NetworkStatus> known) {
        List<NetworkStatus> all = new ArrayList<>(known);
        for (LibvirtNetwork network : definitions().activeIfLibvirtAnswers().orElse(List.of())) {
            if (all.stream().noneMatch(other -> other.name().equals(network.name()))) {
                all.add(unapplied(network));
            }
        }
        return all;
    }

    private static NetworkStatus unapplied(LibvirtNetwork network) {
        byte[] xml = network.liveXml().orElse("").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Reading reading = NetworkReader.read(network.name(), xml);
        boolean ruleless = reading.network().orElse(null) instanceof RulelessNetwork;
        return Overview.unapplied(
                network.name(),
                reading.bridge().map(Object::toString).orElse(""),
                reading.mode().equals("none") ? "isolated" : reading.mode(),
                "",
                ruleless ? State.NO_RULES : State.NOT_APPLIED);
    }

    private List<String> remarks(Overview overview) {
        List<String> remarks = new ArrayList<>();
        if (!overview.trouble().isEmpty()) {
            remarks.add(overview.trouble());
        }
        if (!overview.inForce().orElse(true)) {
            remarks.add("the kernel's table is not the one that was applied: run 'virt-nft apply --all'");
        }
        state().journal()
                .pendingIn()
                .ifPresent(namespace -> remarks.add(
                        namespace.equals(NetworkNamespace.current())
                                ? "a change was interrupted: the next command goes back to what was before it"
                                : "a change was interrupted in another network namespace (" + namespace
                                        + "): the next command there goes back to what was before it"));
        Trials.open(state())
                .ifPresent(trial ->
                        remarks.add(TrialText.remark(trial, Duration.ofMillis(trial.until() - Uptime.millis(files)))));
        if (Files.exists(files.unfinishedReshaping())) {
            remarks.add(
                    "an adopt or release is under way, or was interrupted: 'virt-nft apply --all' takes it back then");
        }
        for (AppliedNetwork network : overview.snapshot().networks().values()) {
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
        new HookInForce(files, state()).openToOthers().ifPresent(remarks::add);
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

    private static JsonObject asJson(List<NetworkStatus> networks, List<String> remarks) {
        JsonArray array = new JsonArray();
        for (NetworkStatus network : networks) {
            JsonObject object = new JsonObject();
            object.addProperty("name", network.name());
            object.addProperty("bridge", network.bridge());
            object.addProperty("mode", network.mode());
            object.addProperty("shape", network.shape());
            object.addProperty("source", network.source());
            object.addProperty("state", network.state().word());
            object.addProperty("link", network.linkWord());
            network.since().ifPresent(since -> object.addProperty("since", since.toString()));
            network.traffic().ifPresent(traffic -> {
                object.add("sent", asJson(traffic.received()));
                object.add("got", asJson(traffic.sent()));
            });
            network.refused().ifPresent(refused -> object.add("refused", asJson(refused)));
            array.add(object);
        }
        JsonObject all = new JsonObject();
        all.add("networks", array);
        all.add("remarks", Json.array(remarks));
        return all;
    }

    private static JsonObject asJson(Count count) {
        JsonObject object = new JsonObject();
        object.addProperty("packets", new BigInteger(Long.toUnsignedString(count.packets())));
        object.addProperty("bytes", new BigInteger(Long.toUnsignedString(count.bytes())));
        return object;
    }

    private void print(List<NetworkStatus> networks, List<String> remarks) {
        if (networks.isEmpty()) {
            out().println("no network is applied");
        } else {
            // the launcher knows where the output goes, and whether colour is wanted there
            boolean colour = Boolean.getBoolean("virtnft.colour");
            new StatusTable(clock.instant(), clock.getZone(), colour)
                    .lines(networks)
                    .forEach(out()::println);
        }
        remarks.forEach(out()::println);
    }
}
