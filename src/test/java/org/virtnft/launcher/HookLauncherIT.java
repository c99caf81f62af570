package org.virtnft.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.network.InterfaceName;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.FailedStart;
import org.virtnft.state.StateDirectory;

/**
 * When Java cannot say what happened to a hook, the launcher does: an owner network does not start, for nothing would protect it;
 * a companion starts with libvirt's rules, one line goes to the system's log, and {@code status} shows it.
 */
class HookLauncherIT {

    private static final String OWNER =
            "<hookData><network><metadata><n:network xmlns:n='http://virt-nft.org/xmlns/libvirt/network/1.0'/></metadata>"
                    + "</network></hookData>";
    private static final String COMPANION = "<hookData><network/></hookData>";

    @TempDir
    Path folder;

    private Path state;
    private Path bin;

    @BeforeEach
    void programsOfATest() {
        state = folder.resolve("state");
        bin = folder.resolve("bin");
        FakeJava.program(
                bin, "logger", "for word; do last=$word; done; printf '%s\\n' \"$last\" >>" + folder + "/syslog");
        // the real one, with less patience
        FakeJava.program(
                bin, "timeout", "echo \"$*\" >" + folder + "/deadline; shift 3; exec /usr/bin/timeout -k 1 1 \"$@\"");
    }

    private Run hook(String java, String xml, String name, String operation) {
        return Overlay.of(bin, "/usr/sbin")
                .and(
                        Program.launcher().toString(),
                        "hook",
                        "--state-dir",
                        state.toString(),
                        name,
                        operation,
                        "begin",
                        "-")
                .withOnly(Map.of("LC_ALL", "C", "PATH", "/usr/sbin:/usr/bin"))
                .with("JAVA_HOME", FakeJava.home(folder, java).toString())
                .input(xml)
                .run();
    }

    private String syslog() throws Exception {
        Path file = folder.resolve("syslog");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    private void assertNothingIsForOthers() {
        Program program = Program.of(
                "find", state.toString(), "-mindepth", "1", "-perm", "/077", "!", "-path", state + "/networks*");
        assertEquals(new Run(0, "", ""), program.run());
    }

    private List<FailedStart> failed() {
        return new StateDirectory(state).failedStarts().all();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "kill -SEGV $$ | was killed by signal 11 (SEGV)",
                "kill -ABRT $$ | was killed by signal 6 (ABRT)",
                "kill -KILL $$ | was killed, by its deadline of 10 seconds or for lack of memory",
                "exec sleep 20 | did not end within 10 seconds",
                "exit 3 | failed with exit status 3",
                "echo no heap; echo no heap >&2; echo more >&2; exit 1 | failed with exit status 1 (no heap)",
            })
    void whateverJavaDiesOf(String java, String reason) throws Exception {
        String why = ": the Java process " + reason + "; try again, 'virt-nft check' may tell more";

        String owner = "virt-nft: network 'net' is not started, because nothing would protect it" + why;
        assertEquals(new Run(1, "", owner + "\n"), hook(java, OWNER, "net", "start"));
        assertEquals("", syslog());
        assertEquals(List.of(), failed());

        String companion = "virt-nft: network 'net' starts with libvirt's rules alone" + why;
        assertEquals(new Run(0, "", ""), hook(java, COMPANION, "net", "start"));
        assertEquals(companion + "\n", syslog());
        assertEquals(List.of(new FailedStart("net", companion)), failed());
        assertNothingIsForOthers();
        assertTrue(Files.readString(folder.resolve("deadline")).startsWith("-k 1 10 "), "libvirtd waits 10 s at most");
    }

    @Test
    void ofSeveralLinesOursIsTold() {
        String java =
                "echo WARNING: x >&2; echo 'virt-nft: network x: do this' >&2; echo 'virt-nft: and that' >&2; exit 1";
        assertEquals(new Run(1, "", "virt-nft: network x: do this\n"), hook(java, OWNER, "x", "start"));
        assertEquals(new Run(0, "", ""), hook(java, COMPANION, "x", "start"));
        assertEquals(List.of(new FailedStart("x", "virt-nft: network x: do this")), failed());
    }

    @Test
    void aDryRunOfACompanionFailsInWordsAndLeavesNothing() throws Exception {
        Run run = Overlay.of(bin, "/usr/sbin")
                .and(Program.launcher().toString(), "hook", "--state-dir", state.toString())
                .and("net", "start", "begin", "--dry-run")
                .withOnly(Map.of("LC_ALL", "C", "PATH", "/usr/sbin:/usr/bin"))
                .with(
                        "JAVA_HOME",
                        FakeJava.home(folder, "echo virt-nft: no >&2; exit 1").toString())
                .input(COMPANION)
                .run();
        assertEquals(new Run(1, "", "virt-nft: no\n"), run);
        assertEquals("", syslog());
        assertEquals(List.of(), failed());
    }

    /** The elements are there already. What a killed command left says nothing, nor what another process with its number would. */
    @Test
    void whileACommandOfOursRestartsTheNetworkNoJavaIsStarted() throws Exception {
        StateDirectory directory = new StateDirectory(state);
        directory.restartMark().begin("net");
        assertEquals(new Run(0, "", ""), hook("exit 3", OWNER, "net", "stopped"));
        assertEquals(new Run(0, "", ""), hook("exit 3", OWNER, "net", "start"));
        assertEquals(1, hook("exit 3", OWNER, "other", "start").status());

        String mine = ProcessHandle.current().pid() + " ";
        Path mark = state.resolve("restarting");
        String text = Files.readString(mark);
        assertTrue(text.startsWith(mine), text);
        String noSuchProcess = "4194305 ";
        for (String stale : List.of(
                text.replaceFirst(" [0-9]+\n", " 1\n"),
                text.replace(mine, noSuchProcess),
                mine + "\nnet\n",
                "\nnet\n",
                "")) {
            Files.writeString(mark, stale);
            Run run = hook("exit 3", OWNER, "net", "start");
            assertEquals(1, run.status(), stale);
            assertTrue(run.err().contains("failed with exit status 3"), run.err());
        }
    }

    /** While a hook runs, its version's jars are replaced by another's: dpkg and rpm take the old ones away last. */
    @Test
    void inTheMiddleOfAnUpgradeTheNewProgramDoesTheWork() throws Exception {
        Path installed = Files.createDirectory(folder.resolve("installed"));
        Program.of(
                        "cp",
                        "-r",
                        Program.launcher().toString(),
                        Program.launcher().resolveSibling("lib").toString())
                .and(installed.toString())
                .run()
                .ok();
        String java = "cd " + installed + " && cat >" + folder + "/seen || exit 9\n"
                + "[ ! -e lib/virt-nft-9.jar ] || exit 0\n"
                + "mv lib/virt-nft-[0-8]*.jar lib/virt-nft-9.jar\n"
                + "sed 's/virt-nft-[0-9.]*[.]jar/virt-nft-9.jar/' virt-nft >new && chmod 755 new && mv new virt-nft\n"
                + "exit 1";
        Path home = FakeJava.home(folder, java);
        Program hook = Overlay.of(bin, "/usr/sbin")
                .and(installed.resolve("virt-nft").toString(), "hook", "--state-dir", state.toString())
                .and("net", "start", "begin", "-")
                .withOnly(Map.of("LC_ALL", "C", "PATH", "/usr/sbin:/usr/bin"))
                .with("JAVA_HOME", home.toString())
                .input(OWNER);
        assertEquals(new Run(0, "", ""), hook.run());
        assertEquals(OWNER, Files.readString(folder.resolve("seen")).stripTrailing());

        // once is enough: what is not there afterwards either is not installed completely
        Files.move(installed.resolve("lib/virt-nft-9.jar"), installed.resolve("lib/virt-nft-10.jar"));
        Run run = hook.run();
        assertEquals(1, run.status());
        assertTrue(run.err().contains("the program is not installed completely"), run.err());
    }

    @Test
    void whatSucceedsSaysNothing() throws Exception {
        assertEquals(new Run(0, "", ""), hook("cat; echo a warning >&2", OWNER, "net", "start"));
        assertEquals("", syslog());
    }

    @Test
    void aWarningOfWhatSucceedsGoesToTheSystemsLog() throws Exception {
        assertEquals(
                new Run(0, "", ""),
                hook("cat; echo noise >&2; echo 'virt-nft: network x: is warned' >&2", OWNER, "net", "stopped"));
        assertEquals("virt-nft: network x: is warned\n", syslog());
        assertEquals(List.of(), failed());
    }

    @Test
    void javaIsGivenTheXmlWordForWord() throws Exception {
        Path copy = folder.resolve("copy");
        String xml = "<hookData>\n  é%s\\n\n</hookData>";
        hook("cat >" + copy, xml, "net", "start");
        assertEquals(xml, Files.readString(copy).stripTrailing());
    }

    @ParameterizedTest
    @ValueSource(strings = {"started", "port-created", "port-deleted", "unknown", ""})
    void otherOperationsStartNoJava(String operation) {
        Path marker = folder.resolve("started");
        assertEquals(new Run(0, "", ""), hook("touch " + marker + "; exit 1", OWNER, "net", operation));
        assertFalse(Files.exists(marker));
    }

    // ---- networks that have nothing to do with us ------------------------------------------------------------------

    /** As libvirt 9.0.0 writes it. */
    private static String ruleless(String metadata, String forward, String bridge) {
        return "<hookData>\n  <network>\n    <name>net</name>\n    <uuid>5ee1aa4e-7f76-4c46-9e4d-0d5c2b3d1e0f</uuid>\n"
                + metadata + "    " + forward + "\n" + bridge
                + "    <ip address='192.168.7.1' netmask='255.255.255.0'>\n    </ip>\n  </network>\n</hookData>\n";
    }

    private static final String BRIDGE = "    <bridge name='virbr7' stp='on' delay='0'/>\n";
    private static final String OPEN = ruleless("", "<forward mode='open'/>", BRIDGE);
    private static final String OTHERS_METADATA =
            "    <metadata>\n      <x:y xmlns:x='http://example.org/'><forward mode='nat'/></x:y>\n    </metadata>\n";

    private boolean startsJava(String xml, String name, String operation) throws Exception {
        Path marker = folder.resolve("started");
        Files.deleteIfExists(marker);
        assertEquals(new Run(0, "", ""), hook("touch " + marker, xml, name, operation));
        return Files.exists(marker);
    }

    private StateDirectory recorded() {
        StateDirectory directory = new StateDirectory(state);
        directory.begin("net:[1]");
        return directory;
    }

    private static AppliedNetwork network(String name, String bridge) {
        return AppliedNetwork.blocked(name, new InterfaceName(bridge), Instant.EPOCH, "no reason");
    }

    /** libvirtd stands still for a JVM's start, 0.3 s, at start and stop alike. */
    @ParameterizedTest
    @ValueSource(strings = {"start", "stopped", "updated"})
    void aNetworkThatHasNothingToDoWithUsStartsNoJava(String operation) throws Exception {
        StateDirectory directory = recorded();
        for (String xml : List.of(
                OPEN,
                ruleless(OTHERS_METADATA, "<forward mode='open'/>", BRIDGE),
                ruleless("", "<forward dev='eth0' mode='bridge'>\n      <interface dev='eth0'/>\n    </forward>", ""),
                ruleless("", "<forward mode='bridge'/>", "    <bridge name='br0'/>\n"),
                ruleless("", "<forward mode='hostdev' managed='yes'>\n    </forward>", ""))) {
            assertFalse(startsJava(xml, "net", operation), xml);
        }
        assertTrue(directory.hookMark().seen() > 0, "status need not warn");
        assertNothingIsForOthers();

        // beside many others
        Files.createDirectories(state.resolve("networks"));
        directory.write(network("other", "virbr1"));
        directory.write(network("a network", "virbr2"));
        assertFalse(startsJava(OPEN, "net", operation));
        assertEquals("", syslog());
    }

    @Test
    void thatLibvirtRunsTheHookIsNotedAnew() throws Exception {
        StateDirectory directory = recorded();
        assertFalse(startsJava(OPEN, "net", "start"));
        Files.setLastModifiedTime(state.resolve("hook"), FileTime.fromMillis(1));
        assertFalse(startsJava(OPEN, "net", "start"));
        assertTrue(directory.hookMark().seen() > 1);
    }

    @Test
    void whatIsNotPlainIsJavasToJudge() throws Exception {
        recorded();
        String open = "<forward mode='open'/>";
        for (String xml : List.of(
                COMPANION,
                "",
                "nonsense",
                ruleless("", "<forward mode='nat'/>", BRIDGE),
                ruleless("", "<forward mode='route'/>", BRIDGE),
                ruleless("", "", BRIDGE),
                ruleless("", open + open, BRIDGE),
                ruleless("", open, BRIDGE + BRIDGE),
                ruleless("", open, "<bridge name='a{b}'/>"),
                ruleless("", open, "<bridge name='sixteen-letters-'/>"),
                ruleless("", open, "<bridge name='../networks'/>"),
                ruleless("", "<!-- " + open + " -->", BRIDGE),
                ruleless("<metadata>" + open + "</metadata>", "<forward mode='nat'/>", BRIDGE),
                ruleless("<metadata>" + open + "</metadata>", "", BRIDGE),
                ruleless("<metadata><![CDATA[</metadata>" + open + "]]></metadata>", "", BRIDGE),
                ruleless(
                        "<metadata><x xmlns='http://virt-nft.org/xmlns/libvirt/network/1.0'/></metadata>",
                        open,
                        BRIDGE),
                ruleless("<metadata><x xmlns='http://VIRT-NFT.ORG/x'/></metadata>", open, BRIDGE),
                OPEN.replace("</network>", ""))) {
            assertTrue(startsJava(xml, "net", "start"), xml);
        }
    }

    @Test
    void aNetworkOfWhichTheStateKnowsIsJavasToTakeOut() throws Exception {
        StateDirectory directory = recorded();
        Files.createDirectories(state.resolve("networks"));
        directory.write(network("net", "virbr1"));
        assertTrue(startsJava(OPEN, "net", "start"), "by its name");
        assertFalse(startsJava(OPEN, "another", "start"));
        directory.forget(new InterfaceName("virbr1"));
        directory.write(network("another", "virbr7"));
        assertTrue(startsJava(OPEN, "net", "start"), "by its bridge");
        directory.forget(new InterfaceName("virbr7"));
        assertFalse(startsJava(OPEN, "net", "start"));
        assertTrue(startsJava(OPEN, "a\\b", "start"), "the state writes it in another way");

        Files.writeString(Files.createDirectories(state.resolve("failed")).resolve("x"), "net\nwhy\n");
        assertTrue(startsJava(OPEN, "net", "start"), "its last start failed");
        assertFalse(startsJava(OPEN, "another", "start"));
    }

    @Test
    void aStateThatDoesNotSayAllIsJavasToMend() throws Exception {
        assertTrue(startsJava(OPEN, "net", "start"), "there is no record");
        recorded();
        assertFalse(startsJava(OPEN, "net", "start"));
        for (String journal : List.of("journal", "journal.done")) {
            Path pending = Files.createDirectory(state.resolve(journal));
            assertTrue(startsJava(OPEN, "net", "start"), journal);
            Files.delete(pending);
        }
        Path damaged = Files.writeString(
                Files.createDirectories(state.resolve("networks")).resolve("virbr1"), "\0\0\0");
        assertTrue(startsJava(OPEN, "net", "start"), "damaged");
        Files.writeString(damaged, "virt-nft network: 3\nname: other\n");
        assertTrue(startsJava(OPEN, "net", "start"), "another version's");
        Files.delete(damaged);
        Files.writeString(state.resolve("table"), "namespace: \n");
        assertTrue(startsJava(OPEN, "net", "start"), "the record is damaged");
    }

    // ---- the checksums of DHCP answers -----------------------------------------------------------------------------

    /** An ip that knows every bridge, and a tc whose kernel can complete checksums, or cannot. */
    private void traffic(String whenAsked) {
        FakeJava.program(bin, "ip", "exit 0");
        FakeJava.program(
                bin,
                "tc",
                "echo \"$*\" >>" + folder + "/tc\ncase \"$*\" in *action*) " + whenAsked + " ;; esac\nexit 0");
    }

    private static final String CANNOT = "echo 'Error: Failed to load TC action module.' >&2; echo more >&2; exit 2";

    private void applied(String nameInTheFile, String bridge, String... lines) throws Exception {
        Path networks = Files.createDirectories(state.resolve("networks"));
        String text = "virt-nft network: 2\nname: " + nameInTheFile + "\n" + String.join("\n", lines) + "\n";
        Files.writeString(networks.resolve(bridge), text);
    }

    private List<String> tc() throws Exception {
        Path file = folder.resolve("tc");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    /** Without Java: its bridge has just come, and the network's start waits. */
    @ParameterizedTest
    @CsvSource({"net, net", "a\\b, a\\\\b", "a\tb, a\\tb", "-e, -e"})
    void theBridgeOfAnOwnerWithDhcpGetsAFilterAfterItsStart(String name, String inTheFile) throws Exception {
        traffic("");
        applied(inTheFile, "virbr1", "shape: owner", "dhcp: yes");
        applied("another", "virbr2", "shape: owner", "dhcp: yes", "policy: name: net");

        assertEquals(new Run(0, "", ""), hook("exit 1", OWNER, name, "started"));

        assertEquals(
                List.of(
                        "filter show dev virbr1 egress",
                        "qdisc add dev virbr1 clsact",
                        "filter add dev virbr1 egress protocol ip prio 6867 u32 match ip protocol 17 0xff"
                                + " match ip dport 68 0xffff action csum ip4h and udp continue"),
                tc());
        assertEquals("", syslog());
    }

    @Test
    void whoNeedsNoFilterGetsNone() throws Exception {
        traffic("");
        applied("net", "virbr1", "shape: companion", "dhcp: yes");
        assertEquals(new Run(0, "", ""), hook("exit 1", OWNER, "net", "started"));
        applied("net", "virbr1", "shape: owner");
        assertEquals(new Run(0, "", ""), hook("exit 1", OWNER, "net", "started"));
        assertEquals(new Run(0, "", ""), hook("exit 1", OWNER, "not applied", "started"));
        assertEquals(List.of(), tc());
    }

    @Test
    void aKernelThatCannotIsToldOfOnceAndTheStartGoesOn() throws Exception {
        traffic(CANNOT);
        applied("net", "virbr1", "shape: owner", "dhcp: yes");

        for (int start = 0; start < 2; start++) {
            assertEquals(new Run(0, "", ""), hook("exit 1", OWNER, "net", "started"));
        }

        assertEquals("qdisc del dev virbr1 clsact", tc().get(3), "nothing half-done is left");
        assertEquals(8, tc().size());
        String line =
                "virbr1: the checksums of DHCP answers cannot be completed (Error: Failed to load TC action module.), which some"
                        + " guests drop; give these <driver name='qemu'/> in their <interface>, or have a kernel with"
                        + " sch_ingress, cls_u32 and act_csum\n";
        assertEquals("virt-nft: " + line, syslog());
        assertEquals(line, Files.readString(state.resolve("checksums/virbr1")));
        assertNothingIsForOthers();

        traffic("");
        assertEquals(new Run(0, "", ""), hook("exit 1", OWNER, "net", "started"));
        assertFalse(Files.exists(state.resolve("checksums/virbr1")), "it can now");
    }

    @Test
    void somebodyElsesQdiscStays() throws Exception {
        traffic(CANNOT);
        FakeJava.program(bin, "tc", Files.readString(bin.resolve("tc")) + "case $1$2 in qdiscadd) exit 2 ;; esac");
        FakeJava.program(bin, "tc", Files.readString(bin.resolve("tc")).replace("\nexit 0", ""));
        applied("net", "virbr1", "shape: owner", "dhcp: yes");

        assertEquals(new Run(0, "", ""), hook("exit 1", OWNER, "net", "started"));

        assertTrue(tc().stream().noneMatch(line -> line.startsWith("qdisc del")), tc()::toString);
    }

    @Test
    void aNetworkThatStopsIsNoFailedStart() throws Exception {
        assertEquals(new Run(0, "", ""), hook("exit 3", COMPANION, "net", "stopped"));
        assertTrue(syslog().startsWith("virt-nft: the rules of network 'net' were not removed: "), syslog());
        assertEquals(List.of(), failed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\u001b[31m\rb\u0007", "\t'\"$(id)`id`\\n%s", "-e", "é\"{", "../../x"})
    void aNameCannotBreakTheLine(String name) throws Exception {
        Run run = hook("exit 3", OWNER, name, "start");
        assertEquals(1, run.status());
        assertEquals(1, run.errors().size(), run.err());
        assertTrue(run.err().strip().chars().noneMatch(c -> c < ' ' || c == 127), run.err());

        assertEquals(new Run(0, "", ""), hook("exit 3", COMPANION, name, "start"));
        assertEquals(1, syslog().lines().count(), syslog());
        assertEquals(1, failed().size());
        if (name.indexOf('\n') < 0) {
            assertEquals(name, failed().get(0).network());
        }
        assertFalse(Files.exists(folder.resolve("x")), "a name is no path");
    }

    @Test
    void statusShowsAFailedStart() {
        hook("exit 3", COMPANION, "é\"{", "start");
        Run status = Program.of(Program.launcher().toString(), "status", "--state-dir", state.toString())
                .and("--connect", "nowhere:///")
                .run()
                .ended(1);
        assertTrue(status.out().contains("é\"{"), status.out());
        assertTrue(
                status.out().contains("failed: virt-nft: network 'é\"{' starts with libvirt's rules alone"),
                status.out());
    }
}
