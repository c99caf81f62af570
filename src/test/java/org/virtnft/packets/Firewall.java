package org.virtnft.packets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.virtnft.launcher.Program;

/**
 * ufw or firewalld themselves, switched on in a network namespace: Debian's packages unpacked, over this machine's files where nobody
 * else sees it.
 */
final class Firewall implements AutoCloseable {

    /** Some 2 MB, once a build. What firewalld imports is among them, for a machine without a desktop has none of it. */
    private static final String FETCH = """
            set -eu
            [ ! -e "$1/tree" ] || exit 0
            rm -rf "$1" && mkdir -p "$1/fresh" && cd "$1"
            apt-get -q -o APT::Sandbox::User=root download ufw firewalld python3-firewall python3-nftables \\
                python3-dbus python3-gi gir1.2-glib-2.0 libgirepository-1.0-1 dbus-daemon
            for package in *.deb; do dpkg-deb -x "$package" fresh; done
            cp -r fresh/lib/. fresh/usr/lib
            mv fresh tree
            """;

    private static final String SET_UP = """
            set -eu
            mount -t tmpfs tmpfs /run
            mkdir -p /run/upper /run/work /run/dbus
            mount -t overlay overlay -o "lowerdir=$1/tree/usr:/usr" /usr
            mount -t overlay overlay -o "lowerdir=$1/tree/etc:/etc,upperdir=/run/upper,workdir=/run/work" /etc
            """;

    private static final String UFW = """
            cp /usr/share/ufw/iptables/*.rules /usr/share/ufw/*.init /usr/share/ufw/ufw.conf /etc/ufw
            timeout 60 ufw --force enable >&2
            """;

    private static final String FIREWALLD = """
            cat >/run/bus.conf <<END
            <busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
            <policy context='default'><allow user='*'/><allow own='*'/><allow send_destination='*' eavesdrop='true'/>
            <allow eavesdrop='true'/></policy></busconfig>
            END
            timeout 10 dbus-daemon --config-file=/run/bus.conf --fork --nopidfile
            firewalld --nofork --nopid >/run/firewalld.log 2>&1 &
            for try in $(seq 300); do
                ! firewall-cmd --state >/dev/null 2>&1 || break
                [ "$try" -lt 300 ] || { cat /run/firewalld.log >&2; exit 1; }
                sleep 0.1
            done
            """;

    private final Process process;
    private final long pid;

    private Firewall(Process process, long pid) {
        this.process = process;
        this.pid = pid;
    }

    /** @param program "ufw" or "firewalld" */
    static Firewall on(Path namespace, String program) {
        String folder =
                Program.basedir().resolve("target/firewalls").toAbsolutePath().toString();
        Program.of("bash", "-c", FETCH, "fetch", folder).run().ok();
        // the end of its standard input, and so of this JVM, is the end of all that runs there
        String script = SET_UP + (program.equals("ufw") ? UFW : FIREWALLD) + "echo ready\nexec cat >&2\n";
        ProcessBuilder builder = new ProcessBuilder(
                "nsenter",
                "--net=" + namespace,
                "--",
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "--",
                "bash",
                "-c",
                script,
                program,
                folder);
        try {
            Process process =
                    builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
            String first = process.inputReader(StandardCharsets.UTF_8).readLine();
            long pid = process.children().findFirst().map(ProcessHandle::pid).orElse(0L);
            Firewall firewall = new Firewall(process, pid);
            if (!"ready".equals(first) || pid == 0) {
                firewall.close();
                throw new AssertionError(program + " does not start, see above");
            }
            return firewall;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A program beside it. */
    Program program(String... command) {
        return Program.of("nsenter", "--target=" + pid, "--mount", "--pid", "--net", "--")
                .and(command);
    }

    @Override
    public void close() {
        process.destroyForcibly(); // --kill-child
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new AssertionError("it does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
