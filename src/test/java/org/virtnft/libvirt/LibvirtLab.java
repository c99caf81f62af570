package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.virtnft.state.EditedFile;

/**
 * A host of its own with a real libvirtd: network, mounts and processes are private, and end with this object or with this JVM.
 *
 * <p>What is installed there lies in overlays that nobody else sees: the hook, {@code /usr/sbin/virt-nft} as a regular file and the
 * jars of the build. {@code /run}, {@code /dev} with the syslog socket, and libvirt's folders are empty and private.
 */
final class LibvirtLab implements AutoCloseable {

    /** What is installed. */
    enum Kind {
        /** libvirt's network driver alone, with our hook and program. */
        WITH_HOOK,
        /** The same without anything of ours. */
        WITHOUT_HOOK,
        /** The same with our program as the packages install it: the hook is shipped, but not where libvirt looks. */
        INSTALLED,
        /** The whole Debian package libvirt-daemon-system with its configuration, with our hook and program. */
        WHOLE_SYSTEM
    }

    /** The hook as libvirt finds it. */
    static final String HOOK = "/etc/libvirt/hooks/network.d/50-virt-nft";

    /** What a command inside may take; far more than any needs. */
    private static final Duration COMMAND_DEADLINE = Duration.ofSeconds(60);

    private static final Duration START_DEADLINE = Duration.ofSeconds(30);

    private static final Path BASE = Path.of(System.getProperty("virtnft.basedir", "."));

    /** Runs as the first process of the lab. The end of its standard input, and so of this JVM, is its own. */
    private static final String SET_UP = """
            set -eu
            # what is installed is root's, whoever built it
            umask 022
            mount -t sysfs sysfs /sys
            mount -t tmpfs tmpfs /run
            overlay() {
                mkdir -p "/run/lab$1/upper" "/run/lab$1/work"
                mount -t overlay overlay -o "lowerdir=$1,upperdir=/run/lab$1/upper,workdir=/run/lab$1/work" "$1"
            }
            for folder in /usr /etc /var; do
                overlay "$folder"
            done
            if [ "$KIND" != WHOLE_SYSTEM ]; then
                for folder in /etc/libvirt /var/lib/libvirt /var/log /var/cache/libvirt; do
                    mkdir -p "$folder"
                    mount -t tmpfs tmpfs "$folder"
                done
                # Of libvirt's drivers only the network's: the others want users, cgroups and a message bus.
                drivers=$(echo /usr/lib/*/libvirt/connection-driver)
                mkdir /run/lab/drivers
                cp "$drivers/libvirt_driver_network.so" /run/lab/drivers
                mount --bind /run/lab/drivers "$drivers"
                printf '%s\\n' 'unix_sock_group = "root"' 'auth_unix_ro = "none"' 'auth_unix_rw = "none"' \\
                    'log_outputs = "2:file:/var/log/libvirtd.log"' >/etc/libvirt/libvirtd.conf
            fi

            mount -t tmpfs -o mode=755 tmpfs /dev
            device() { mknod -m 666 "/dev/$1" c "$2" "$3"; }
            device null 1 3
            device zero 1 5
            device full 1 7
            device random 1 8
            device urandom 1 9
            mkdir -m 1777 /dev/shm
            mkdir /dev/pts
            mount -t devpts -o ptmxmode=666 devpts /dev/pts
            ln -s pts/ptmx /dev/ptmx
            busybox syslogd -n -S -O /run/lab/syslog &
            while [ ! -S /dev/log ]; do sleep 0.01; done

            ip link set lo up
            # Addresses work at once, every packet meets the firewall, and every ICMP error is sent.
            sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \\
                net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \\
                net.ipv4.icmp_ratemask=0 net.ipv6.icmp.ratelimit=0
            if [ "$KIND" = INSTALLED ]; then
                mkdir -p /etc/libvirt/hooks
                install -m 755 "$BASE/target/virt-nft" /usr/sbin
                cp -r "$BASE/target/lib" /usr/lib/virt-nft
                install -D -m 755 "$BASE/hooks/network.d/50-virt-nft" -t /usr/lib/virt-nft/hooks/network.d
                install -m 755 "$BASE/src/packaging/maintain" /usr/lib/virt-nft
            elif [ "$KIND" != WITHOUT_HOOK ]; then
                mkdir -p /etc/libvirt/hooks/network.d
                install -m 755 "$BASE/hooks/network.d/50-virt-nft" /etc/libvirt/hooks/network.d
                install -m 755 "$BASE/target/virt-nft" /usr/sbin
                cp -r "$BASE/target/lib" /usr/lib/virt-nft
            fi
            exec 3<&0
            cat <&3 >/dev/null &
            echo ready
            # This shell takes the orphans of all others; a process that nobody waits for would seem alive to libvirtd.
            wait $!
            """;

    private final Path folder;
    private final Process process;
    private final long pid;
    private final Kind kind;
    private final AtomicInteger runs = new AtomicInteger();

    /** How a command ended. */
    record Result(int status, String out, String err) {

        /** Its output, when it succeeded. */
        String ok() {
            return ended(0);
        }

        /** Its output, when it ended with this status. */
        String ended(int expected) {
            if (status != expected) {
                fail("exit status " + status + ", not " + expected + "\n" + this);
            }
            return out;
        }

        @Override
        public String toString() {
            return "exit status " + status + ", out:\n" + out + "err:\n" + err;
        }
    }

    private LibvirtLab(Path folder, Process process, long pid, Kind kind) {
        this.folder = folder;
        this.process = process;
        this.pid = pid;
        this.kind = kind;
    }

    /** A lab with libvirtd running. */
    static LibvirtLab start(Kind kind) {
        LibvirtLab lab = startWithoutDaemon(kind);
        try {
            lab.startDaemon();
            return lab;
        } catch (RuntimeException | Error e) {
            lab.close();
            throw e;
        }
    }

    /** A lab in which {@link #startDaemon} is still to come. */
    static LibvirtLab startWithoutDaemon(Kind kind) {
        try {
            Path folder = Files.createTempDirectory("libvirt-lab");
            Path log = folder.resolve("log");
            ProcessBuilder builder = new ProcessBuilder(
                    "unshare",
                    "--net",
                    "--mount",
                    "--pid",
                    "--fork",
                    "--kill-child",
                    "--mount-proc",
                    "--propagation",
                    "private",
                    "--",
                    "bash",
                    "-c",
                    SET_UP);
            builder.environment().clear();
            builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
            builder.environment().put("KIND", kind.name());
            builder.environment().put("BASE", BASE.toRealPath().toString());
            Process process = builder.redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            try {
                await(START_DEADLINE, "the lab", () -> isReady(log) || !process.isAlive());
                Optional<ProcessHandle> first = process.children().findFirst();
                if (!isReady(log) || first.isEmpty()) {
                    throw new IllegalStateException("the lab does not start: " + Files.readString(log));
                }
                return new LibvirtLab(folder, process, first.get().pid(), kind);
            } catch (RuntimeException | Error e) {
                end(process);
                delete(folder);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isReady(Path log) {
        try {
            return Files.readString(log).endsWith("ready\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- Commands
    // ------------------------------------------------------------------------------------------------------------------

    /** Runs a command inside. */
    Result run(String... command) {
        int number = runs.incrementAndGet();
        Path out = folder.resolve("out" + number);
        Path err = folder.resolve("err" + number);
        try {
            Process inside = inside(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            if (!inside.waitFor(COMMAND_DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
                end(inside);
                fail(String.join(" ", command) + " does not end:\n" + Files.readString(out) + Files.readString(err));
            }
            return new Result(inside.exitValue(), Files.readString(out), Files.readString(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Starts a command inside that runs on; its end is the caller's business, or comes with the lab's. */
    Process launch(String... command) {
        try {
            return inside(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ProcessBuilder inside(String... command) {
        List<String> words =
                new ArrayList<>(List.of("nsenter", "-t", Long.toString(pid), "-n", "-m", "-p", "--wd=/", "--"));
        words.addAll(Arrays.asList(command));
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().put("LC_ALL", "C.UTF-8");
        return builder;
    }

    /** Runs a shell script inside, which must succeed; its output. */
    String sh(String script) {
        return run("sh", "-euc", script).ok();
    }

    /** Runs virsh with libvirtd. */
    Result virsh(String... words) {
        String uri = kind == Kind.WHOLE_SYSTEM ? "qemu:///system" : "network:///system";
        return run(Stream.concat(Stream.of("virsh", "-q", "-c", uri), Arrays.stream(words))
                .toArray(String[]::new));
    }

    /** Runs our own program. */
    Result virtNft(String... words) {
        return run(Stream.concat(Stream.of("virt-nft"), Arrays.stream(words)).toArray(String[]::new));
    }

    /** Makes a network's file say that it was applied long ago. */
    void age(String bridge) {
        String file = "/run/virt-nft/networks/" + bridge;
        write(file, EditedFile.with(read(file), "(?m)^since: .*", "since: 2026-01-01T00:00:00Z"));
    }

    /** Runs the hook as libvirt does, with a network's XML. */
    Result hook(String name, String operation, String xml) {
        write("/run/lab/hook.xml", "<hookData>" + xml + "</hookData>");
        return run("sh", "-c", "exec " + HOOK + " \"$@\" begin - </run/lab/hook.xml", "sh", name, operation);
    }

    /** Defines a network, or defines it anew. */
    void define(String xml) {
        write("/run/lab/network.xml", xml);
        virsh("net-define", "/run/lab/network.xml").ok();
    }

    /** Defines a network and starts it, which must succeed. */
    void defineAndStart(LabNetwork network) {
        define(network.xml());
        virsh("net-start", network.name()).ok();
    }

    // ---- What there is inside
    // ------------------------------------------------------------------------------------------------------

    /** The network namespace, for those who enter it. */
    Path namespace() {
        return Path.of("/proc/" + pid + "/ns/net");
    }

    /** A path inside, as this JVM sees it. */
    Path path(String inside) {
        return Path.of("/proc/" + pid + "/root" + inside);
    }

    void write(String inside, String text) {
        try {
            Files.writeString(path(inside), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a program, in place of whatever has that name. */
    void writeProgram(String inside, String text) {
        try {
            Files.deleteIfExists(path(inside));
            Files.writeString(path(inside), text);
            Files.setPosixFilePermissions(path(inside), PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String read(String inside) {
        try {
            return Files.exists(path(inside)) ? Files.readString(path(inside)) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines of ours in syslog, without what syslog puts before them. */
    List<String> syslog() {
        return read("/run/lab/syslog")
                .lines()
                .filter(line -> line.contains(" virt-nft: "))
                .map(line -> line.substring(line.indexOf(" virt-nft: ") + " virt-nft: ".length()))
                .toList();
    }

    /** Our table as nft lists it, "" where there is none. */
    String table() {
        return run("nft", "list", "table", "inet", "virt_nft").out();
    }

    /** The bridges of the networks that are applied by our state. */
    List<String> appliedBridges() {
        Path networks = path("/run/virt-nft/networks");
        if (!Files.isDirectory(networks)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(networks)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean hasInterface(String name) {
        return Files.exists(path("/sys/class/net/" + name));
    }

    /** From now on, {@link #javaRuns} counts. */
    void countJavaRuns() {
        String java = realJava();
        writeProgram("/usr/bin/java", "#!/bin/sh\necho run >>/run/lab/java-runs\nexec " + java + " \"$@\"\n");
    }

    long javaRuns() {
        return read("/run/lab/java-runs").lines().count();
    }

    /** The real Java behind /usr/bin/java, for programs that stand in its place. */
    String realJava() {
        return sh("readlink -f /usr/bin/java").strip();
    }

    // ---- libvirtd
    // ------------------------------------------------------------------------------------------------------------------

    /** Starts libvirtd; returns when it answers. */
    void startDaemon() {
        sh("env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin libvirtd -d </dev/null >>/run/lab/libvirtd 2>&1");
        await(START_DEADLINE, "libvirtd", () -> virsh("uri").status() == 0);
    }

    /** Ends libvirtd as a service manager does: bridges and dnsmasq stay. */
    void stopDaemon() {
        sh("pid=$(cat /run/libvirtd.pid); kill $pid; i=0;"
                + " while [ -d /proc/$pid ]; do i=$((i + 1)); [ $i -lt 500 ]; sleep 0.02; done");
    }

    // ---- The end
    // -------------------------------------------------------------------------------------------------------------------

    static void await(Duration deadline, String what, BooleanSupplier done) {
        long end = System.nanoTime() + deadline.toNanos();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() > end) {
                fail(what + " is not there after " + deadline.toSeconds() + " s");
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /** Ends every process of the lab, by ending the first. */
    @Override
    public void close() {
        end(process);
        delete(folder);
    }

    private static void end(Process process) {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // it is gone already
        }
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A text's bytes, as a process of the lab reads them. */
    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
