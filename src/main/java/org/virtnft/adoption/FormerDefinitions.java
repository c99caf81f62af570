package org.virtnft.adoption;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.virtnft.files.Memory;
import org.virtnft.files.PrivateFolder;
import org.virtnft.files.PrivateLock;
import org.virtnft.host.DurableFile;
import org.virtnft.host.HostFiles;

/**
 * What networks were before they were adopted: plain definitions, that 'virsh net-define' takes when all else is lost. Their
 * files are called by the network's UUID, for its name may hold anything.
 */
public final class FormerDefinitions {

    private final HostFiles files;
    private final Path folder;

    public FormerDefinitions(HostFiles files) {
        this.files = files;
        this.folder = files.formerDefinitions();
    }

    /** The file of a network, whether it is there or not. */
    public Path file(String uuid) {
        return folder.resolve(Memory.uuid(uuid) + ".xml");
    }

    /**
     * What is kept of a network; empty when there is nothing.
     *
     * @throws IOException when it cannot be read
     */
    public Optional<String> of(String uuid) throws IOException {
        try {
            return Optional.of(Files.readString(file(uuid)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Keeps a definition, on the disk and not only on its way there.
     *
     * @throws IOException when that fails; what was kept before is still there
     */
    public void keep(String uuid, String xml) throws IOException {
        Path file = file(uuid);
        tighten();
        DurableFile.replace(file, xml.getBytes(StandardCharsets.UTF_8));
    }

    /** Forgets a network; a file that cannot be deleted harms nobody, for it is compared before it is used. */
    public void forget(String uuid) {
        try {
            Files.deleteIfExists(file(uuid));
        } catch (IOException e) {
            return;
        }
    }

    /** What is done while nobody else adopts or releases. */
    public interface Work {
        void perform() throws IOException;
    }

    /**
     * Does something while nobody else adopts or releases: two of them would each take the other's work for the former state.
     *
     * @throws IOException when somebody else does at this moment, or the folder cannot be made
     */
    public void alone(Work work) throws IOException {
        tighten();
        PrivateLock lock = PrivateLock.acquire(folder.resolve("lock"), Duration.ZERO)
                .orElseThrow(() -> new IOException("another 'virt-nft adopt' or 'release' is at work: try again"));
        try (lock) {
            work.perform();
        }
    }

    /** Also what version 0.1.0 wrote with mode 0644: libvirt's own definitions are for root alone. */
    private void tighten() throws IOException {
        files.makeMemory();
        PrivateFolder.makeOrTighten(folder, Set.of("lock", "unfinished"));
        try (DirectoryStream<Path> kept = Files.newDirectoryStream(folder, "*.xml")) {
            for (Path file : kept) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            }
        }
    }
}
