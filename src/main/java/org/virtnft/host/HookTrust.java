package org.virtnft.host;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.virtnft.files.Trust;

/**
 * Whether the hook that libvirt runs as root, and all that it runs, is root's alone: who can change one of them is root at the next start
 * of a network, and decides whether it is protected.
 */
public final class HookTrust {

    private final HostFiles files;

    public HookTrust(HostFiles files) {
        this.files = files;
    }

    /**
     * What others can change, with the command that helps; empty when there is nothing.
     *
     * @throws IOException when it cannot be looked at
     */
    public Optional<String> doubt() throws IOException {
        // The folders themselves, also where there is no hook yet: libvirt runs whatever others put there.
        for (Path path : List.of(files.hookFolder(), files.networkHooks(), files.hook(), files.program())) {
            Optional<String> found = Trust.doubt(files.root(), path);
            if (found.isPresent()) {
                return found;
            }
        }
        return Trust.doubtWithin(files.root(), files.library());
    }
}
