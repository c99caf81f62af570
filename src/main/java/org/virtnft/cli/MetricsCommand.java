package org.virtnft.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.virtnft.host.DurableFile;
import org.virtnft.host.HookCopy;
import org.virtnft.host.HostFiles;
import org.virtnft.report.HookInForce;
import org.virtnft.report.Metrics;
import org.virtnft.report.Overview;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code virt-nft metrics}. */
@Command(
        name = "metrics",
        description = "Prints traffic, refused packets and what is amiss for Prometheus, or writes it to a file.")
final class MetricsCommand extends Stateful {

    /** Where Debian's node_exporter looks. */
    private static final Path FOLDER = Path.of("var/lib/prometheus/node-exporter");

    private static final Path STANDARD_OUTPUT = Path.of("-");

    @Option(
            names = "--write",
            description = "Write /var/lib/prometheus/node-exporter/virt-nft.prom, where node_exporter looks.")
    private boolean write;

    @Option(
            names = "-o",
            paramLabel = "FILE",
            description = "Write this file, all of it or nothing; - for standard output.")
    private @Nullable Path file;

    private final HostFiles files;

    MetricsCommand(Surroundings surroundings) {
        this.files = surroundings.files();
    }

    @Override
    int execute() {
        Path given = file;
        if (write && given != null) {
            throw usage("--write goes without -o FILE");
        }
        String text = metrics().text();
        if (given != null && !given.equals(STANDARD_OUTPUT)) {
            replace(given, text);
        } else if (write) {
            replace(files.root().resolve(FOLDER).resolve("virt-nft.prom"), text);
        } else {
            out().print(text);
            out().flush();
        }
        return ExitCode.DONE;
    }

    private Metrics metrics() {
        Overview overview = Overview.of(state(), this::applier);
        if (!overview.trouble().isEmpty()) {
            throw CommandException.failed(overview.trouble());
        }
        HookCopy.Condition hook;
        try {
            hook = new HookCopy(files).condition();
        } catch (IOException e) {
            throw CommandException.failed("the hook cannot be read (run as root): " + e.getMessage());
        }
        HookInForce inForce = new HookInForce(files, state());
        return new Metrics(
                Version.text(),
                overview.networks(),
                !overview.inForce().orElse(true),
                state().journal().isPending(),
                state().lastChange(),
                hook,
                !inForce.notSeen(),
                inForce.openToOthers().isPresent());
    }

    /** A reader sees the old text or the new one. The fresh file's name is nobody's guess: the folder may belong to another user. */
    private static void replace(Path file, String text) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(file)) {
            throw CommandException.badInput(file + " is no file: name one");
        }
        Path fresh;
        try {
            fresh = Files.createTempFile(folder, ".virt-nft", ".new"); // node_exporter reads *.prom
        } catch (NoSuchFileException e) {
            throw CommandException.failed("there is no folder " + folder
                    + ": install node_exporter (Debian: prometheus-node-exporter), or name another file by -o FILE");
        } catch (IOException e) {
            throw CommandException.failed("no file can be made in " + folder + " (run as root?): " + e);
        }
        try {
            DurableFile.replace(fresh, file, text.getBytes(StandardCharsets.UTF_8), Optional.of("rw-r--r--"));
        } catch (IOException e) {
            throw CommandException.failed(file + " cannot be written: " + e);
        }
    }
}
