package org.virtnft.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.host.Check.Result;

/** What is found out about a host before the hook is put there; the host is a folder. */
class HookChecksTest {

    @TempDir
    Path root;

    private HostFiles files;

    @BeforeEach
    void installed() throws IOException {
        files = new HostFiles(root);
        program(files.program(), "exit 0");
        program(files.shippedHook(), "cat >/dev/null");
        Files.createDirectories(files.hookFolder());
    }

    private static void program(Path path, String script) throws IOException {
        Files.createDirectories(path.resolveSibling("x").getParent());
        Files.writeString(path, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private List<String> of(Result result) {
        return new HookChecks(files)
                .all().stream()
                        .filter(check -> check.result() == result)
                        .map(Check::text)
                        .toList();
    }

    private void assertOnlyFailure(String end) {
        List<String> failed = of(Result.FAILED);
        assertEquals(1, failed.size(), failed::toString);
        assertTrue(failed.get(0).endsWith(end), failed::toString);
    }

    @Test
    void aHostWithEverythingHasNothingToSay() {
        assertEquals(List.of(), of(Result.FAILED));
        assertEquals(List.of(), of(Result.NOTE));
        assertEquals(6, of(Result.GOOD).size());
    }

    @Test
    void selinuxWithItsBooleanOff() throws IOException {
        write("sys/fs/selinux/enforce", "1");
        assertOnlyFailure("install the package policycoreutils");
        program(files.restorecon(), "exit 0");
        write("sys/fs/selinux/booleans/virt_hooks_unconfined", "0 1");
        assertOnlyFailure("so no network would start: run 'setsebool -P virt_hooks_unconfined on'");

        write("sys/fs/selinux/booleans/virt_hooks_unconfined", "1 1");
        assertEquals(List.of(), of(Result.FAILED));

        write("sys/fs/selinux/booleans/virt_hooks_unconfined", "0 0");
        write("sys/fs/selinux/enforce", "0");
        assertEquals(List.of(), of(Result.FAILED));
    }

    @Test
    void selinuxWithAPolicyWithoutTheBooleanIsWorthKnowing() throws IOException {
        write("sys/fs/selinux/enforce", "1");
        program(files.restorecon(), "exit 0");
        Files.createDirectories(root.resolve("sys/fs/selinux/booleans"));
        assertEquals(List.of(), of(Result.FAILED));
        assertEquals(1, of(Result.NOTE).size());
    }

    @Test
    void appArmorIsRecognised() throws IOException {
        write("sys/kernel/security/apparmor/profiles", "libvirtd (enforce)\nvirt-aa-helper (enforce)\n");
        assertTrue(of(Result.GOOD).stream().anyMatch(text -> text.startsWith("AppArmor: confines libvirtd,")));
        write("sys/kernel/security/apparmor/profiles", "libvirtd (complain)\nvirt-aa-helper (enforce)\n");
        assertTrue(of(Result.GOOD).contains("AppArmor: does not confine libvirt's daemon"));
    }

    @Test
    void aProgramThatIsALinkIsNotWhatAppArmorLetsLibvirtRun() throws IOException {
        Files.move(files.program(), root.resolve("real"));
        Files.createSymbolicLink(files.program(), root.resolve("real"));
        assertOnlyFailure("install the package virt-nft again");
    }

    @Test
    void hooksOfOthersAreNamedAndASecondOneOfOursIsRefused() throws IOException {
        program(files.hookFolder().resolve("network"), "exit 0");
        program(files.networkHooks().resolve("10-theirs"), "exit 0");
        write("etc/libvirt/hooks/network.d/20-not-executable", "#!/bin/sh\n");
        program(files.networkHooks().resolve("50-virt-nft.dpkg-dist"), "exec /usr/sbin/virt-nft hook \"$@\"");
        assertEquals(List.of(), of(Result.FAILED));
        assertEquals(
                List.of(
                        "another hook runs at a network's start too, and can fail it: "
                                + files.hookFolder().resolve("network"),
                        "another hook runs at a network's start too, and can fail it: "
                                + files.networkHooks().resolve("10-theirs")),
                of(Result.NOTE));

        program(files.networkHooks().resolve("60-ours"), "exec /usr/sbin/virt-nft hook \"$@\"");
        assertOnlyFailure("run 'rm " + files.networkHooks().resolve("60-ours") + "'");
    }

    @Test
    void aHookThatFailsIsToldInItsOwnWords() throws IOException {
        program(files.shippedHook(), "cat >/dev/null; echo virt-nft: no Java >&2; exit 1");
        assertOnlyFailure("failed: virt-nft: no Java");
    }

    @Test
    void theHookIsTriedAsLibvirtRunsIt() throws IOException {
        program(
                files.shippedHook(),
                "[ \"$*\" = 'virt-nft-check start begin --dry-run' ] && [ \"$LC_ALL\" = C ] && [ -z \"${HOME:-}\" ]"
                        + " && grep -q '<hookData>'");
        assertEquals(List.of(), of(Result.FAILED));
    }

    @Test
    void withoutLibvirtThereIsNothingToPutAHookInto() throws IOException {
        Files.delete(files.hookFolder());
        List<String> failed = of(Result.FAILED);
        assertTrue(failed.get(0).contains("install libvirt's daemon"), failed::toString);
    }

    @Test
    void theConditionOfTheHook() throws IOException {
        HookCopy hook = new HookCopy(files);
        assertEquals(HookCopy.Condition.ABSENT, hook.condition());
        hook.put();
        assertEquals(HookCopy.Condition.CURRENT, hook.condition());
        program(files.shippedHook(), "exit 0 # the next version's");
        assertEquals(HookCopy.Condition.OUTDATED, hook.condition());
        Files.writeString(files.hook(), "# mine");
        assertEquals(HookCopy.Condition.CHANGED, hook.condition());
        hook.put();
        assertEquals(HookCopy.Condition.CURRENT, hook.condition());
        Files.setPosixFilePermissions(files.hook(), PosixFilePermissions.fromString("rw-r--r--"));
        assertEquals(HookCopy.Condition.CHANGED, hook.condition());
        Files.delete(files.hook());
        Files.createSymbolicLink(files.hook(), files.shippedHook());
        assertEquals(HookCopy.Condition.CHANGED, hook.condition());
    }

    @Test
    void nothingOfOursIsLeftAndNothingOfOthersIsTaken() throws IOException {
        HookCopy hook = new HookCopy(files);
        hook.put();
        hook.remove();
        assertTrue(Files.notExists(files.networkHooks()));
        assertTrue(Files.notExists(files.hookRecord()));

        program(files.networkHooks().resolve("10-theirs"), "exit 0");
        hook.put();
        hook.remove();
        assertTrue(Files.exists(files.networkHooks().resolve("10-theirs")));
    }
}
