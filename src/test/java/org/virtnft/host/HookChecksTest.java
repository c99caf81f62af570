package org.virtnft.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.adoption.FormerDefinitions;
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

    /** Who can write there is root at the next start of a network. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "etc/libvirt",
                "etc/libvirt/hooks",
                "etc/libvirt/hooks/network.d",
                "etc/libvirt/hooks/network.d/50-virt-nft",
                "usr/sbin",
                "usr/sbin/virt-nft",
                "usr/lib/virt-nft",
                "usr/lib/virt-nft/hooks/network.d/50-virt-nft"
            })
    void whatOthersCanWriteIsAnError(String path) throws IOException {
        new HookCopy(files).put();
        assertEquals(Optional.empty(), new HookTrust(files).doubt());
        for (String others : List.of("rwxrwxr-x", "rwxr-xrwx")) {
            Path open = Files.setPosixFilePermissions(root.resolve(path), PosixFilePermissions.fromString(others));
            assertOnlyFailure(": run 'chmod go-w " + open + "'");
        }
    }

    /** In /tmp others cannot move what is root's; but libvirt runs whatever new they put among its hooks. */
    @Test
    void aStickyFolderOfHooksIsOpenAllTheSame() throws IOException {
        Program.runOrFail(List.of("chmod", "1777", root.resolve("etc").toString()), Duration.ofSeconds(9));
        assertEquals(List.of(), of(Result.FAILED));
        Program.runOrFail(List.of("chmod", "1777", files.hookFolder().toString()), Duration.ofSeconds(9));
        assertOnlyFailure(
                " can be changed by others than root (mode 1777): run 'chmod go-w " + files.hookFolder() + "'");
    }

    @Test
    void behindALinkItIsLookedAtToo() throws IOException {
        Path elsewhere = Files.createDirectories(root.resolve("srv/open/hooks"));
        Files.setPosixFilePermissions(root.resolve("srv/open"), PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.delete(files.hookFolder());
        Files.createSymbolicLink(files.hookFolder(), elsewhere);
        assertOnlyFailure("run 'chmod go-w " + root.toRealPath().resolve("srv/open") + "'");
    }

    @Test
    void anothersHookThatOthersCanWriteIsToldWithTheCommandThatHelps() throws IOException {
        Path theirs = files.networkHooks().resolve("10-theirs");
        program(theirs, "exit 0");
        Files.setPosixFilePermissions(theirs, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertTrue(of(Result.NOTE).get(0).endsWith("run 'chmod go-w " + theirs + "'"));
    }

    /** Of what virt-nft keeps for itself; libvirt's own definitions are for root alone too. */
    @Test
    void whatIsRememberedIsForItsOwnerAloneAlsoWhatWasThereBefore() throws IOException {
        String uuid = "00000000-0000-0000-0000-00000000000";
        Path adopted = Files.createDirectories(files.formerDefinitions());
        Path former = Files.writeString(adopted.resolve(uuid + "1.xml"), "<network/>");
        for (Path each : List.of(files.memory(), adopted, former)) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Path lock = Files.createFile(adopted.resolve("lock"));
        Files.setPosixFilePermissions(lock, PosixFilePermissions.fromString("rw-r--r--"));

        FormerDefinitions definitions = new FormerDefinitions(files);
        definitions.alone(() -> definitions.keep(uuid + "2", "<network/>"));
        new HookCopy(files).put();

        for (Path folder : List.of(files.memory(), adopted)) {
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        }
        for (Path file : List.of(former, lock, definitions.file(uuid + "2"), files.hookRecord())) {
            assertEquals(
                    "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), file::toString);
        }
        assertEquals("rwxr-xr-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(files.hook())));
    }
}
