package org.virtnft.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.virtnft.files.Trust;

/** Whether libvirt's hook would work on this host. Looks, and changes nothing. */
public final class HookChecks {

    /** Fedora's and RHEL's; Debian's policy has none. */
    private static final String BOOLEAN = "virt_hooks_unconfined";

    private static final Duration DRY_RUN_DEADLINE = Duration.ofSeconds(20);

    /** What libvirt gives its hooks (9.0.0, src/util/virhook.c: the environment is LC_ALL, PATH and little else). */
    private static final Map<String, String> HOOKS_ENVIRONMENT =
            Map.of("LC_ALL", "C", "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");

    /**
     * Of the owner shape, so that whatever goes wrong is an error. TEST-NET-1 (RFC 5737): no network of anybody's.
     */
    private static final String BUILT_IN_NETWORK = """
            <hookData><network>
              <name>virt-nft-check</name>
              <metadata>
                <nft:network xmlns:nft='http://virt-nft.org/xmlns/libvirt/network/1.0'>
                  <nft:forward mode='nat'/>
                </nft:network>
              </metadata>
              <forward mode='open'/>
              <bridge name='virtnftcheck'/>
              <ip address='192.0.2.1' netmask='255.255.255.0'/>
            </network></hookData>
            """;

    private final HostFiles files;

    public HookChecks(HostFiles files) {
        this.files = files;
    }

    /** All of them; those that failed name the command that helps. */
    public List<Check> all() {
        List<Check> checks = new ArrayList<>();
        try {
            checks.add(program());
            checks.add(hookFolder());
            checks.add(hook());
            new HookTrust(files).doubt().map(Check::failed).ifPresent(checks::add);
            checks.addAll(otherHooks());
            checks.add(selinux());
            checks.add(appArmor());
        } catch (IOException e) {
            checks.add(Check.failed("this host's files cannot be read (run as root): " + e));
        }
        if (checks.stream().noneMatch(check -> check.result() == Check.Result.FAILED)) {
            checks.add(dryRun());
        }
        return checks;
    }

    /** What the kernel's security modules make of libvirt running hooks. */
    public List<Check> confinement() {
        try {
            return List.of(selinux(), appArmor());
        } catch (IOException e) {
            return List.of(Check.note("this host's files cannot be read (run as root): " + e));
        }
    }

    private Check program() {
        Path program = files.program();
        if (!Files.exists(program, LinkOption.NOFOLLOW_LINKS)) {
            return Check.failed(program + ", which the hook executes, is missing: install the package virt-nft");
        }
        if (!Files.isRegularFile(program, LinkOption.NOFOLLOW_LINKS)) {
            // "PUx" for /usr/sbin/* only, and AppArmor looks at the path behind all links (Debian 12, 13:
            // usr.sbin.libvirtd).
            return Check.failed(program + " is a link, and AppArmor lets libvirtd execute only what really lies there: "
                    + "install the package virt-nft again");
        }
        if (!Files.isExecutable(program)) {
            return Check.failed(program + " is not executable: run 'chmod 755 " + program + "'");
        }
        return Check.good("program: " + program);
    }

    private Check hookFolder() {
        Path folder = files.hookFolder();
        if (!Files.isDirectory(folder)) {
            return Check.failed("libvirt's folder for hooks, " + folder
                    + ", is missing: install libvirt's daemon (libvirt-daemon-system, libvirt-daemon-driver-network)");
        }
        return Check.good("libvirt's folder for hooks: " + folder);
    }

    private Check hook() throws IOException {
        if (!Files.isExecutable(files.shippedHook())) {
            return Check.failed(files.shippedHook() + " is missing: install the package virt-nft again");
        }
        return switch (new HookCopy(files).condition()) {
            case ABSENT -> Check.good("hook: not there yet");
            case CURRENT -> Check.good("hook: there already");
            case OUTDATED -> Check.good("hook: there, from another version");
            case CHANGED ->
                Check.failed("hook: " + files.hook()
                        + " was changed by somebody (its text, or not executable, or a link), and is kept: to have the shipped"
                        + " one, run 'rm " + files.hook() + "' first");
        };
    }

    private List<Check> otherHooks() throws IOException {
        List<Check> checks = new ArrayList<>();
        List<Path> candidates = new ArrayList<>();
        candidates.add(files.hookFolder().resolve("network"));
        Path folder = files.networkHooks();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(folder)) {
                found.forEach(candidates::add);
            }
        }
        candidates.sort(null);
        for (Path candidate : candidates) {
            if (candidate.equals(files.hook()) || !Files.isRegularFile(candidate) || !Files.isExecutable(candidate)) {
                continue;
            }
            String text = new String(Files.readAllBytes(candidate), StandardCharsets.ISO_8859_1);
            if (text.contains("/usr/sbin/virt-nft")) {
                boolean idle =
                        String.valueOf(candidate.getFileName()).matches(".*(~|\\.dpkg-.*|\\.rpm.*|\\.bak|\\.orig)");
                if (!idle) {
                    checks.add(Check.failed("a second hook of virt-nft would run too: run 'rm " + candidate + "'"));
                }
            } else {
                String open = Trust.doubt(files.root(), candidate)
                        .map(doubt -> ", as root; " + doubt)
                        .orElse("");
                checks.add(
                        Check.note("another hook runs at a network's start too, and can fail it: " + candidate + open));
            }
        }
        return checks;
    }

    private Check selinux() throws IOException {
        Path enforce = files.selinux().resolve("enforce");
        if (!Files.exists(enforce)) {
            return Check.good("SELinux: not on this host");
        }
        if (!Files.readString(enforce).strip().equals("1")) {
            return Check.good("SELinux: not enforcing");
        }
        if (!Files.isExecutable(files.restorecon())) {
            return Check.failed("SELinux: enforcing, and " + files.restorecon()
                    + ", which gives the hook its label, is missing: install the package policycoreutils");
        }
        Path pair = files.selinux().resolve("booleans").resolve(BOOLEAN);
        if (!Files.exists(pair)) {
            return Check.note("SELinux: enforcing, with a policy that has no boolean " + BOOLEAN
                    + ": if networks do not start afterwards, run 'virt-nft disable' and look at 'ausearch -m avc'");
        }
        // "1 1": in force, and what would come into force
        if (!Files.readString(pair).startsWith("1")) {
            return Check.failed("SELinux: enforcing, and libvirt may not run hooks, so no network would start: run"
                    + " 'setsebool -P " + BOOLEAN + " on'");
        }
        return Check.good("SELinux: enforcing, and " + BOOLEAN + " is on");
    }

    private Check appArmor() {
        String profiles;
        try {
            profiles = Files.readString(files.appArmorProfiles());
        } catch (IOException e) {
            return Check.good("AppArmor: not on this host");
        }
        for (String daemon : List.of("virtnetworkd", "libvirtd")) {
            if (profiles.contains(daemon + " (enforce)")) {
                return Check.good(
                        "AppArmor: confines " + daemon + ", which may execute a real file " + files.program());
            }
        }
        return Check.good("AppArmor: does not confine libvirt's daemon");
    }

    /** The hook as libvirt runs it, on a network that there is not. */
    private Check dryRun() {
        try {
            Program.Ending ending = Program.run(
                    List.of(files.shippedHook().toString(), "virt-nft-check", "start", "begin", "--dry-run"),
                    HOOKS_ENVIRONMENT,
                    BUILT_IN_NETWORK,
                    DRY_RUN_DEADLINE);
            return ending.status() == 0
                    ? Check.good("a network's start, tried without changing anything")
                    : Check.failed("a network's start, tried without changing anything, failed: " + ending.output());
        } catch (ProgramException e) {
            return Check.failed("the hook cannot be tried: " + e.getMessage());
        }
    }
}
