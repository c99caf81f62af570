package org.virtnft.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where virt-nft is installed, root runs it: nothing of the caller's environment decides what that is, a file of root's may. */
class InstalledLauncherIT {

    private static final String NETWORK =
            "<network><name>net</name><bridge name='virbr1'/><ip address='192.168.1.1' prefix='24'/></network>";

    /** The packages' places, in overlays of a mount namespace's own; target/ is /mnt, and /tmp is empty. */
    private static final String SET_UP = """
            mount --bind "$0" /mnt
            mount -t tmpfs tmpfs /tmp
            overlay() {
                mkdir -p "/tmp/lab$1/upper" "/tmp/lab$1/work"
                mount -t overlay overlay -o "lowerdir=$1,upperdir=/tmp/lab$1/upper,workdir=/tmp/lab$1/work" "$1"
            }
            for folder in /usr /etc /opt; do
                overlay "$folder"
            done
            umask 022
            rm -rf /usr/lib/virt-nft /etc/virt-nft
            cp -r /mnt/lib /usr/lib/virt-nft
            install -m 755 /mnt/virt-nft /usr/sbin
            mkdir -p /etc/virt-nft /tmp/state
            program() {
                mkdir -p "${1%/*}"
                { echo '#!/bin/sh'; echo "$2"; } >"$1"
                chmod 755 "$1"
            }
            """;

    private static final Map<String, String> MINIMAL = Map.of("LC_ALL", "C", "PATH", "/usr/sbin:/usr/bin");

    private static Program installed(String script) {
        return Program.of("unshare", "--net", "--mount", "--propagation", "private", "sh", "-euc", SET_UP + script)
                .and(Program.launcher().getParent().toString())
                .withOnly(MINIMAL);
    }

    @ParameterizedTest
    @CsvSource({
        "JAVA_HOME, /tmp/evil",
        "JAVA_TOOL_OPTIONS, -XX:NoSuchOption",
        "_JAVA_OPTIONS, -XX:NoSuchOption",
        "JDK_JAVA_OPTIONS, -XX:NoSuchOption",
        "JDK_JAVA_OPTIONS, --version",
        "CLASSPATH, /tmp/evil",
        "PATH, /tmp/evil/bin:/usr/sbin:/usr/bin",
        "LIBVIRT_DEBUG, 1",
        "wanted_java, /tmp/evil",
        "NEWLINE, x",
        "UID, 1000",
        "'A', 'line\nexport PATH=/tmp/evil/bin\nexport 1=2\nexport -x\nexport'",
    })
    void theCallersEnvironmentDecidesNothing(String variable, String value) {
        Run run = installed("""
                        for name in java readlink uname timeout env dirname find; do
                            program /tmp/evil/bin/$name 'touch /tmp/evil/ran'
                        done
                        export "$1=$2"
                        virt-nft apply -f - --state-dir /tmp/state --connect nowhere:///
                        [ ! -e /tmp/evil/ran ]
                        /usr/sbin/nft list table inet virt_nft | grep -c virbr1
                        """).and(variable, value).input(NETWORK).run().ok();
        assertTrue(run.out().startsWith("net: isolated on virbr1, applied\n"), run.out());
        assertEquals("", run.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/opt/jdk", "/opt/jdk/bin/java", "/opt/current", "/opt/current/bin/java"})
    void aFileOfRootsNamesAnotherRuntime(String named) {
        Run run = chosen("", named);
        assertEquals(new Run(0, "chosen\n", ""), run);
    }

    @Test
    void withoutALineEndToo() {
        assertEquals(new Run(0, "chosen\n", ""), chosen("printf /opt/jdk >/etc/virt-nft/java", "/opt/jdk"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "chmod 646 /etc/virt-nft/java | /etc/virt-nft/java",
                "chmod 664 /etc/virt-nft/java | /etc/virt-nft/java",
                "chown 65534 /etc/virt-nft/java | /etc/virt-nft/java",
                "chmod 777 /etc/virt-nft | /etc/virt-nft",
                "chown 65534 /etc/virt-nft | /etc/virt-nft",
                "chmod 777 /opt/jdk/bin/java | /opt/jdk/bin/java",
                "chown 65534 /opt/jdk/bin/java | /opt/jdk/bin/java",
                "chown 65534 /opt/jdk/bin | /opt/jdk/bin",
                "chmod 775 /opt/jdk | /opt/jdk",
                "chmod 757 /opt | /opt",
                "mkdir /opt/jdk/lib; touch /opt/jdk/lib/libjvm.so; chown 65534 /opt/jdk/lib/libjvm.so | /opt/jdk/lib/libjvm.so",
                "chown -h 65534 /opt/current; echo /opt/current >/etc/virt-nft/java | /opt/current",
                "mv /etc/virt-nft/java /opt/file; chmod 666 /opt/file; ln -s /opt/file /etc/virt-nft/java | /opt/file",
            })
    void whatOthersCanChangeIsNotRun(String script, String open) {
        Run run = chosen(script, "/opt/jdk");
        assertEquals(1, run.status(), run::toString);
        assertEquals("", run.out());
        assertEquals(1, run.errors().size(), run.err());
        assertTrue(
                run.err()
                        .startsWith("virt-nft: /etc/virt-nft/java is not used, because others than root can change "
                                + open + ": run 'chown "),
                run.err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rm -r /opt/jdk | names '/opt/jdk', which is no Java runtime, version 17 or newer",
                "sed -i s/21/11/ /opt/jdk/release | names '/opt/jdk/bin/java', which is no Java runtime, version 17 or newer",
                ": >/opt/jdk/bin/java | names '/opt/jdk/bin/java', which is no Java runtime, version 17 or newer",
                ": >/etc/virt-nft/java | must hold one line",
                "echo jdk >/etc/virt-nft/java | must hold one line",
                "rm /etc/virt-nft/java; ln -s nowhere /etc/virt-nft/java | must hold one line",
            })
    void whatIsNoRuntimeIsToldOfAndNoOtherIsTaken(String script, String why) {
        Run run = chosen(script, "/opt/jdk");
        assertEquals(1, run.status(), run::toString);
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("virt-nft: /etc/virt-nft/java " + why), run.err());
        assertEquals(1, run.errors().size(), run.err());
    }

    /** A hook says it in its own words, and an owner network does not start. */
    @Test
    void anOwnerNetworkDoesNotStartWithARuntimeThatOthersCanChange() {
        Run run = installed("""
                        program /opt/jdk/bin/java 'exit 0'
                        echo /opt/jdk >/etc/virt-nft/java
                        chmod 666 /etc/virt-nft/java
                        exec virt-nft hook --state-dir /tmp/state net start begin - <<END
                        <network xmlns:n='http://virt-nft.org/xmlns/libvirt/network/1.0'/>
                        END
                        """).run();
        assertEquals(1, run.status());
        assertTrue(
                run.err()
                        .startsWith(
                                "virt-nft: network 'net' is not started, because nothing would protect it:"
                                        + " /etc/virt-nft/java is not used, because others than root can change /etc/virt-nft/java"),
                run.err());
    }

    private static Run chosen(String script, String named) {
        return installed("""
                        program /opt/jdk/bin/java 'echo chosen'
                        echo 'JAVA_VERSION="21.0.1"' >/opt/jdk/release
                        ln -s jdk /opt/current
                        printf '%s\\n' "$2" >/etc/virt-nft/java
                        eval "$1"
                        exec virt-nft status --state-dir /tmp/state
                        """).and(script, named).run();
    }

    /** Java, what Java starts, and what the launcher starts. */
    @Test
    void programsAreGivenTheTerminalsVariablesAndAFixedPath() {
        Run run = installed("""
                        tell() { echo "cat /proc/\\$\\$/environ >/tmp/$1"; }
                        program /opt/jdk/bin/java "$(tell java)
                        exec $(readlink -f /usr/bin/java) \\"\\$@\\""
                        echo /opt/jdk/bin/java >/etc/virt-nft/java
                        program /usr/sbin/nft "$(tell child)"
                        program /usr/sbin/logger "$(tell logger)"
                        export TERM=vt100 NO_COLOR=1 COLUMNS=77 TC_LIB_DIR=/tmp PYTHONPATH=/tmp LD_LIBRARY_PATH=/tmp BASH_ENV=/tmp/x
                        export PATH=/tmp:$PATH HOME=/root TMPDIR=/tmp LIBVIRT_DEFAULT_URI=test:///default JAVA_HOME=/tmp
                        virt-nft doctor -f - >/dev/null 2>&1 || true
                        echo garbage | virt-nft hook --state-dir /tmp/state net start begin -
                        for who in java child logger; do
                            tr '\\000' '\\n' <"/tmp/$who" | sort
                            echo
                        done
                        """).input(NETWORK).run().ok();
        String same = "COLUMNS=77\nLC_ALL=%s\nNO_COLOR=1\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\nTERM=vt100\n\n";
        assertEquals(same.formatted("C.UTF-8").repeat(2) + same.formatted("C"), run.out());
    }

    /** It is run by root as well, and by itself. */
    @Test
    void programsOfDhcpChecksumsAreGivenAFixedPathAlone() {
        Run run = installed("""
                        program /usr/sbin/tc 'cat /proc/$$/environ >/tmp/tc; exit 2'
                        program /usr/sbin/logger 'cat /proc/$$/environ >/tmp/logger'
                        program /tmp/evil/bin/env 'touch /tmp/evil/ran'
                        program /tmp/evil/bin/tc 'touch /tmp/evil/ran'
                        export TERM=vt100 TC_LIB_DIR=/tmp LD_LIBRARY_PATH=/tmp BASH_ENV=/tmp/x HOME=/root state=/ what=leave UID=1000
                        export PATH=/tmp/evil/bin:$PATH
                        /usr/lib/virt-nft/dhcp-checksums complete /tmp/state lo >/tmp/said
                        export PATH=/usr/sbin:/usr/bin
                        [ ! -e /tmp/evil/ran ]
                        for who in tc logger; do
                            tr '\\000' '\\n' <"/tmp/$who" | sort
                        done
                        grep -c '^virt-nft: lo: the checksums of DHCP answers cannot be completed ()' /tmp/said
                        """).run().ok();
        assertEquals("LC_ALL=C\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n".repeat(2) + "1\n", run.out());
    }
}
