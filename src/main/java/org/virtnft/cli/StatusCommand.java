package org.virtnft.cli;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.Definitions;
import org.virtnft.definitions.DefinitionsException;
import org.virtnft.definitions.LibvirtFiles;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.definitions.Readings;
import org.virtnft.host.HostFiles;
import org.virtnft.network.Printable;
import org.virtnft.report.HostStatus;
import org.virtnft.report.NetworkStatus;
import org.virtnft.report.Status;
import org.virtnft.state.Meanwhile;
import org.virtnft.state.Snapshot;
import org.virtnft.state.StateException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code virt-nft status}. */
@Command(
        name = "status",
        description =
                "Shows which networks are applied, their traffic, what was refused, and whether the kernel agrees.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all is as it should be",
            "1:something is down, blocked, failed or not as applied, or the hook is not in force",
            "2:it could not be found out, or bad usage"
        })
final class StatusCommand extends AskingLibvirt {

    @Parameters(paramLabel = "NETWORK", arity = "0..*", description = "Show these only.")
    private List<String> names = List.of();

    @Option(names = "--json", description = "For programs.")
    private boolean json;

    private final HostFiles files;
    private final Clock clock;

    StatusCommand(Surroundings surroundings) {
        this.files = surroundings.files();
        this.clock = surroundings.clock();
    }

    @Override
    int execute() {
        Supplier<Snapshot> reading = state().reading();
        Supplier<List<DefinedNetwork>> running =
                Meanwhile.begin(() -> DefinedNetwork.all(running(), Readings.of(reading.get())));
        Status status;
        try {
            HostStatus host = HostStatus.of(files, state(), reading, running, this::applier);
            status = host.about(chosen(host.networks()));
        } catch (DefinitionsException e) {
            throw new CommandException(ExitCode.UNKNOWN, e.messages());
        } catch (StateException e) {
            throw new CommandException(ExitCode.UNKNOWN, List.of("" + e.getMessage()));
        } catch (IOException e) {
            throw new CommandException(ExitCode.UNKNOWN, List.of("the hook cannot be read: " + e.getMessage()));
        }
        if (json) {
            out().println(Json.status(status));
        } else {
            print(status.networks());
            status.remarks().forEach(out()::println);
        }
        if (status.uncertain()) {
            return ExitCode.UNKNOWN;
        }
        return status.isInOrder() ? ExitCode.DONE : ExitCode.FAILED;
    }

    /** Those that were named, or all. */
    private List<NetworkStatus> chosen(List<NetworkStatus> networks) {
        for (String name : names) {
            if (networks.stream().noneMatch(network -> network.isCalled(name))) {
                throw CommandException.badInput(Printable.network(name)
                        + " is neither applied nor running; 'virt-nft status' lists those that are");
            }
        }
        return names.isEmpty()
                ? networks
                : networks.stream()
                        .filter(network -> names.stream().anyMatch(network::isCalled))
                        .toList();
    }

    /** Those that libvirt runs; by its files where it does not answer, unless the state is another one's than the hook's. */
    private List<LibvirtNetwork> running() {
        Optional<List<LibvirtNetwork>> answer = definitions().activeIfLibvirtAnswers();
        return answer.isEmpty() && state().isDefault()
                ? Definitions.activeByFiles(new LibvirtFiles(files.root()))
                : answer.orElse(List.of());
    }

    private void print(List<NetworkStatus> networks) {
        if (networks.isEmpty()) {
            out().println("no network is applied");
        } else {
            // the launcher knows where the output goes, and whether colour is wanted there
            boolean colour = Boolean.getBoolean("virtnft.colour");
            int width = Integer.getInteger("virtnft.columns", StatusTable.ANY_WIDTH);
            List<String> lines = new StatusTable(clock.instant(), clock.getZone(), colour, width).lines(networks);
            out().println(String.join("\n", lines));
        }
    }
}
