package org.virtnft.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.kernel.SampleNetworks;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.NetworkElements;

/** A network's file says all that its removal, or its return, needs; whatever the network is called. */
class NetworkFileTest {

    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00.123456789Z");

    @TempDir
    Path folder;

    private StateDirectory state() {
        return new StateDirectory(folder);
    }

    static Stream<String> names() {
        return Stream.of(
                "default",
                "é\"{",
                "'; rm -rf $HOME; `id` #",
                "back\\slash \\n \\\\ \\t \\",
                "tab\tand\rreturn and bell\u0007 and \u001b[31mred",
                "name: x\nbridge: evil0",
                ": ",
                ":",
                " leading and trailing ",
                "net: net: net",
                "\u2028\u2029\u0085\u00a0\u202e",
                "\ud83d\udc27",
                "..",
                "virbr0+new",
                "x".repeat(1000));
    }

    @ParameterizedTest
    @MethodSource("names")
    void whateverANetworkIsCalled(String name) {
        VirtualNetwork network = SampleNetworks.nat(name, "virbr0", "10.1.0.1/24", "fd00:1::1/64");
        assertReadAsWritten(AppliedNetwork.of(
                network, Source.LIBVIRT, NOW, "<a>" + name + "</a>", name, List.of("warning: " + name, "", name)));
        assertReadAsWritten(AppliedNetwork.blocked(name, new InterfaceName("virbr0"), NOW, "reason: " + name));
    }

    @Test
    void thatANetworkServesDhcpIsALineForTheLauncher() {
        VirtualNetwork plain = SampleNetworks.nat("net", "virbr0", "10.1.0.1/24");
        VirtualNetwork serving = new VirtualNetwork(
                plain.name(), plain.bridge(), plain.shape(), plain.forward(), plain.addresses(), true);
        AppliedNetwork applied = AppliedNetwork.of(serving, Source.LIBVIRT, NOW, "", "", List.of());
        assertReadAsWritten(applied);
        assertTrue(NetworkFile.write(applied).contains("\ndhcp: yes\n"));
        String without = NetworkFile.write(AppliedNetwork.of(plain, Source.LIBVIRT, NOW, "", "", List.of()));
        assertEquals(-1, without.indexOf("dhcp"), without);
    }

    @Test
    void networksOfEveryKind() {
        for (VirtualNetwork network : SampleNetworks.everything()) {
            assertReadAsWritten(AppliedNetwork.of(network, Source.FILE, NOW, "", "", List.of()));
        }
    }

    @Test
    void randomNetworks() {
        long seed = Long.getLong("virtnft.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 60; i++) {
            VirtualNetwork network = SampleNetworks.random(random, i);
            try {
                assertReadAsWritten(AppliedNetwork.of(network, Source.FILE, NOW, "", "", List.of()));
            } catch (AssertionError e) {
                throw new AssertionError("with -Dvirtnft.seed=" + seed, e);
            }
        }
    }

    private void assertReadAsWritten(AppliedNetwork network) {
        StateDirectory state = state();
        state.locked(java.time.Duration.ofSeconds(1), () -> {
            state.write(network);
            return null;
        });
        assertEquals(Map.of(network.bridge(), network), state.read().networks());
        assertEquals(Optional.of(network), state.read().named(network.name()));
        state.forget(network.bridge());
        assertEquals(Map.of(), state.read().networks());
    }

    @Test
    void aFileIsPlainTextForAPager() throws Exception {
        VirtualNetwork network = SampleNetworks.isolated("two\nlines", "virbr0", "10.1.0.1/24");
        String text =
                NetworkFile.write(AppliedNetwork.of(network, Source.FILE, Instant.EPOCH, "", "", List.of("a warning")));

        assertEquals("""
                virt-nft network: 2
                name: two\\nlines
                bridge: virbr0
                shape: companion
                mode: isolated
                source: file
                since: 1970-01-01T00:00:00Z
                metadata:\s
                metadata-seen:\s
                warning: a warning
                address: 10.1.0.1/24
                end: %s
                """.formatted(text.substring(text.lastIndexOf(' ') + 1).strip()), text);
    }

    /** By these alone the launcher and its companions in shell know a network; each is one line with one value. */
    @Test
    void theLinesThatShellReads() {
        VirtualNetwork plain = SampleNetworks.nat("net", "virbr0", "10.1.0.1/24");
        VirtualNetwork network = new VirtualNetwork(
                "a \\ b\tc\nd",
                plain.bridge(),
                Shape.OWNER,
                new Forward.Nat(Optional.empty(), true, Optional.empty(), PortRange.UNPRIVILEGED),
                plain.addresses(),
                true);
        List<String> lines = NetworkFile.write(AppliedNetwork.of(network, Source.FILE, NOW, "", "", List.of()))
                .lines()
                .toList();

        assertEquals(
                List.of(
                        "virt-nft network: 2",
                        "name: a \\\\ b\\tc\\nd",
                        "bridge: virbr0",
                        "shape: owner",
                        "mode: nat",
                        "dhcp: yes",
                        "nat: ipv4",
                        "nat: ipv6",
                        "source: file"),
                lines.subList(0, 9));
        String blocked = NetworkFile.write(AppliedNetwork.blocked("net", plain.bridge(), NOW, "why"));
        assertTrue(blocked.contains("\nshape: owner\nmode: blocked\n"), blocked);
        String unknown = NetworkFile.write(AppliedNetwork.unknown(plain.bridge(), NOW, NetworkElements.of(plain)));
        assertTrue(
                unknown.startsWith(
                        "virt-nft network: 2\nname: unknown/virbr0\nbridge: virbr0\nshape: companion\nmode: unknown\n"),
                unknown);
    }

    // ---- damage ---------------------------------------------------------------------------------------------------

    private static final String START =
            "virt-nft network: 2\nname: x\nsource: libvirt\nbridge: virbr0\nshape: owner\nmode: nat\nports: 1-2\n";

    private static final String SINCE = "since: 2026-11-24T10:00:00Z\n";

    /** Without their one damage, what the next test writes can be read. */
    @Test
    void theFewestFieldsAreEnough() {
        assertEquals("x", NetworkFile.read(NetworkFile.ended(START + SINCE)).name());
        assertEquals(
                "x",
                NetworkFile.read(NetworkFile.ended(START.replace("mode: nat", "mode: blocked") + SINCE))
                        .name());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n\n",
                "garbage",
                "virt-nft network: 3\nname: x\nbridge: virbr0\n",
                "virt-nft network: 1\nname: x\n",
                START,
                START + "end: yes\n",
                START + SINCE,
                START + SINCE + "end: yes",
                START + SINCE + "end: no\n",
                START + SINCE + "end: yes\nmore: \n",
                START + "since: yesterday\nend: yes\n",
                START + "since: 2026-11-24T10:00:+1Z\nend: yes\n",
                START + "since: 2026-11-24T10:00x00Z\nend: yes\n",
                START + "since: 2026-11-24T10:00:00.1234567891Z\nend: yes\n",
                START + SINCE + "address: 10.1.0.1\nend: yes\n",
                START + SINCE + "address: 10.1.0.1/33\nend: yes\n",
                START + SINCE + "address: 10.1.0/24\nend: yes\n",
                START + SINCE + "uplink: e/th\nend: yes\n",
                START + SINCE + "pool: 10.0.0.9-10.0.0.1\nend: yes\n",
                START + SINCE + "pool: 10.0.0.9\nend: yes\n",
                START + SINCE + "pool: fd00::1-fd00::9\nend: yes\n",
                START + "since: +1000000000-12-31T23:59:59Z\nend: yes\n",
                START + SINCE + "end: 0\n",
                "virt-nft network: 2\nname: x\nsource: libvirt\nbridge: virbr0\nshape: owner\nmode: nat\n" + SINCE
                        + "ports: 9-1\nend: yes\n",
                "virt-nft network: 2\nname: x\nsource: libvirt\nbridge: virbr0\nshape: owner\nmode: nat\n" + SINCE
                        + "end: yes\n",
                "virt-nft network: 2\nname: x\nsource: libvirt\nbridge: virbr0\nshape: owner\nmode: tan\n" + SINCE
                        + "end: yes\n",
                "virt-nft network: 2\nname: x\nsource: libvirt\nbridge: virbr0\nmode: isolated\n" + SINCE
                        + "end: yes\n",
                "virt-nft network: 2\nname: x\nsource: libvirt\nbridge: vir/br0\nshape: owner\nmode: isolated\n" + SINCE
                        + "end: yes\n",
                // the file of another bridge
                "virt-nft network: 2\nname: x\nsource: libvirt\nbridge: virbr1\nshape: owner\nmode: isolated\n" + SINCE
                        + "end: yes\n",
            })
    void aDamagedFileIsNamedAndTheOthersAreRead(String text) throws Exception {
        Path file = Files.createDirectories(folder.resolve("networks")).resolve("virbr0");
        String end = "end: yes\n";
        boolean ends = text.endsWith("\n" + end);
        Files.writeString(file, ends ? NetworkFile.ended(text.substring(0, text.length() - end.length())) : text);

        assertDamaged(file);
    }

    @Test
    void bytesThatAreNoText() throws Exception {
        Path file = Files.createDirectories(folder.resolve("networks")).resolve("virbr0");
        Files.write(file, new byte[] {(byte) 0xff, 0, (byte) 0xc3});

        assertDamaged(file);
    }

    @Test
    void aFileCutOffAnywhere() {
        VirtualNetwork network = SampleNetworks.nat("x", "virbr0", "10.1.0.1/24");
        String whole = NetworkFile.write(AppliedNetwork.of(network, Source.FILE, NOW, "", "", List.of()));
        for (int end = 0; end < whole.length(); end++) {
            String part = whole.substring(0, end);
            assertThrows(IllegalArgumentException.class, () -> NetworkFile.read(part), part);
        }
    }

    /** A line less can let more pass: a device that is not said any more, for example. */
    @Test
    void aFileThatLacksALineOrHasAnother() {
        VirtualNetwork plain = SampleNetworks.nat("x", "virbr0", "10.1.0.1/24");
        VirtualNetwork network = new VirtualNetwork(
                "x",
                plain.bridge(),
                Shape.OWNER,
                new Forward.Nat(Optional.of(new InterfaceName("eth9")), true, Optional.empty(), PortRange.UNPRIVILEGED),
                plain.addresses(),
                true);
        String whole = NetworkFile.write(AppliedNetwork.of(network, Source.LIBVIRT, NOW, "", "", List.of()));
        List<String> lines = whole.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            List<String> fewer = new ArrayList<>(lines);
            fewer.remove(i);
            List<String> edited = new ArrayList<>(lines);
            edited.set(i, lines.get(i) + "x");
            for (List<String> each : List.of(fewer, edited)) {
                String text = String.join("\n", each) + "\n";
                assertThrows(IllegalArgumentException.class, () -> NetworkFile.read(text), text);
            }
        }
    }

    /** Its bridge is told, and what was applied beside it is read all the same. */
    private void assertDamaged(Path file) {
        VirtualNetwork beside = SampleNetworks.nat("beside", "virbr9", "10.9.0.1/24");
        state().write(AppliedNetwork.of(beside, Source.FILE, NOW, "", "", List.of()));

        Snapshot read = state().read();

        assertEquals(Set.of(new InterfaceName("virbr0")), read.damaged().keySet());
        String why = read.damaged().get(new InterfaceName("virbr0"));
        assertTrue(why.startsWith(file + " is damaged ("), why);
        assertEquals(Set.of(new InterfaceName("virbr9")), read.networks().keySet());
        assertTrue(read.isIncomplete());
    }

    // ---- what is known of the table -------------------------------------------------------------------------------

    @Test
    void theTable() {
        TableState table = new TableState(
                "net:[4026531840]", "abc", "table=inet=1 rule=2: \\ text=0", "table {\n\trule # handle 2\n}\n");
        state().write(table);
        assertEquals(table, state().read().table());
        state().write(TableState.empty("net:[4026531840]"));
        assertEquals(TableState.empty("net:[4026531840]"), state().read().table());
        assertTrue(state().read().table().isRecorded(), "nothing applied is a state, too");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage", "namespace:\nhandles: x\n", "template: x\nhandles: x\n"})
    void aDamagedRecordIsAsGoodAsNone(String text) throws Exception {
        Files.writeString(folder.resolve("table"), text);
        assertEquals(TableState.NONE, state().read().table());
        assertTrue(state().read().isIncomplete());
        assertFalse(state().isEmpty(), "whether anything was applied is not known");
    }

    @Test
    void thereIsNoRecordAtFirst() {
        assertEquals(TableState.NONE, state().read().table());
        NavigableMap<InterfaceName, AppliedNetwork> none = new TreeMap<>();
        assertEquals(new Snapshot(none, TableState.NONE), state().read());
        assertFalse(state().isEmpty(), "a state that was lost looks the same");
        state().write(TableState.empty("net:[1]"));
        assertTrue(state().isEmpty());
    }

    @Test
    void theFileIsUtf8WhateverTheLocale() throws Exception {
        VirtualNetwork network = SampleNetworks.nat("é", "virbr0", "10.1.0.1/24");
        Files.createDirectories(folder.resolve("networks"));
        state().write(AppliedNetwork.of(network, Source.FILE, NOW, "", "", List.of()));

        byte[] bytes = Files.readAllBytes(folder.resolve("networks/virbr0"));
        assertTrue(new String(bytes, StandardCharsets.UTF_8).contains("name: é\n"));
    }
}
