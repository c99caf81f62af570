package org.virtnft.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.virtnft.network.InterfaceName;

/** Why the checksums of DHCP answers cannot be completed, by bridge; dhcp-checksums writes it. */
public final class ChecksumFailures {

    private final Path folder;

    ChecksumFailures(Path folder) {
        this.folder = folder;
    }

    /** Why the checksums of a network's DHCP answers are not complete; empty where they are. */
    public Optional<String> of(InterfaceName bridge) {
        Path file = folder.resolve(bridge.value());
        try {
            return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw StateFiles.unreadable(file, e);
        }
    }
}
