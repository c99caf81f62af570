package org.virtnft.host;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether a new hook is run without a reload. */
class KnownHooksTest {

    private static final long NEVER = 0;

    @TempDir
    Path root;

    private KnownHooks hooks;
    private final LibvirtDaemon later =
            new LibvirtDaemon("libvirtd", 1, Instant.now().plusSeconds(60));
    private final LibvirtDaemon earlier =
            new LibvirtDaemon("libvirtd", 1, Instant.now().minusSeconds(60));

    @BeforeEach
    void host() {
        hooks = new KnownHooks(new HostFiles(root));
    }

    private Path hook(String name, String permissions) throws IOException {
        Path hook = root.resolve("etc/libvirt/hooks").resolve(name);
        Files.createDirectories(hook.resolve("..").normalize());
        Files.writeString(hook, "#!/bin/sh\n");
        return Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void whereThereIsNoneLibvirtHasFoundNone() {
        assertFalse(hooks.foundBy(later, NEVER));
    }

    @ParameterizedTest
    @ValueSource(strings = {"network", "network.d/10-mine", "network.d/50-virt-nft"})
    void oneThatWasThereBeforeTheDaemonWasFound(String name) throws IOException {
        hook(name, "rwxr-xr-x");
        assertTrue(hooks.foundBy(later, NEVER));
        assertFalse(hooks.foundBy(earlier, NEVER), "it may have come after the last reload");
    }

    @Test
    void oneThatCannotBeExecutedIsNone() throws IOException {
        hook("network.d/10-mine", "rw-r--r--");
        assertFalse(hooks.foundBy(later, NEVER));
        assertTrue(Files.isDirectory(Files.createDirectory(root.resolve("etc/libvirt/hooks/network"))));
        assertFalse(hooks.foundBy(later, NEVER));
    }

    @Test
    void withSelinuxOneThatWasThereNeedNotHaveBeenFoundButOneThatRanWas() throws IOException {
        hook("network.d/50-virt-nft", "rwxr-xr-x");
        Files.createDirectories(root.resolve("sys/fs/selinux"));
        assertFalse(hooks.foundBy(later, NEVER));
        assertTrue(hooks.foundBy(later, Instant.now().plusSeconds(1).toEpochMilli()));
    }

    @Test
    void anotherDriversHookSaysNothing() throws IOException {
        hook("qemu", "rwxr-xr-x");
        hook("daemon", "rwxr-xr-x");
        assertFalse(hooks.foundBy(later, NEVER));
    }

    @Test
    void oursThatLibvirtHasSeenSinceItWasPutThereWasFound() throws IOException {
        hook("network.d/50-virt-nft", "rwxr-xr-x");
        long now = Instant.now().plusSeconds(1).toEpochMilli();
        assertTrue(hooks.foundBy(earlier, now));
        assertFalse(hooks.foundBy(earlier, now - 60_000), "that was before it was put there");
    }

    @Test
    void thatLibvirtHasSeenOursSaysNothingOfOthers() throws IOException {
        hook("network.d/10-mine", "rwxr-xr-x");
        assertFalse(hooks.foundBy(earlier, Instant.now().plusSeconds(1).toEpochMilli()));
    }
}
