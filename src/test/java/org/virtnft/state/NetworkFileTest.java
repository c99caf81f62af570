package org.virtnft.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
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
import org.virtnft.network.InterfaceName;
import org.virtnft.network.VirtualNetwork;

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
                virt-nft network: 1
                name: two\\nlines
                bridge: virbr0
                shape: companion
                mode: isolated
                source: file
                since: 1970-01-01T00:00:00Z
                policy:\s
                policy-seen:\s
                warning: a warning
                set: from
                key: "virbr0"
                data: jump from_none
                from: <bridge name='virbr0'>
                """, text.substring(0, text.indexOf("set: to")));
    }

    // ---- damage ---------------------------------------------------------------------------------------------------

    /** Without their one damage, what the next test writes can be read. */
    @Test
    void theFewestFieldsAreEnough() {
        String text = "virt-nft network: 1\nname: x\nsource: libvirt\nbridge: virbr0\nsince: 2026-11-24T10:00:00Z\n";
        assertEquals("x", NetworkFile.read(text).name());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n\n",
                "garbage",
                "virt-nft network: 2\nname: x\nbridge: virbr0\n",
                "virt-nft network: 1\nname: x\n",
                "virt-nft network: 1\nname: x\nsource: libvirt\nbridge: virbr0\nsince: yesterday\n",
                "virt-nft network: 1\nname: x\nsource: libvirt\nbridge: vir/br0\nsince: 2026-11-24T10:00:00Z\n",
                "virt-nft network: 1\nname: x\nsource: libvirt\nbridge: virbr0\nsince: 2026-11-24T10:00:+1Z\n",
                "virt-nft network: 1\nname: x\nsource: libvirt\nbridge: virbr0\nsince: 2026-11-24T10:00x00Z\n",
                "virt-nft network: 1\nname: x\nsource: libvirt\nbridge: virbr0\nsince: 2026-11-24T10:00:00.1234567891Z\n",
                "virt-nft network: 1\nname: x\nsource: libvirt\nbridge: virbr0\nsince: 2026-11-24T10:00:00Z\nrange: 1000\n",
                "virt-nft network: 1\nname: x\nsource: libvirt\nbridge: virbr0\nsince: 2026-11-24T10:00:00Z\nrange: 9-1\n",
                "virt-nft network: 1\nname: x\nsource: libvirt\nbridge: virbr0\nsince: 2026-11-24T10:00:00Z\nset: from\nkey: a\n",
                // the file of another bridge
                "virt-nft network: 1\nname: x\nsource: libvirt\nbridge: virbr1\nsince: 2026-11-24T10:00:00Z\n",
            })
    void aDamagedFileIsNamedAndTheOthersAreRead(String text) throws Exception {
        Path file = Files.createDirectories(folder.resolve("networks")).resolve("virbr0");
        Files.writeString(file, text);

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
        for (int end = 0; end < whole.length() - 1; end++) {
            String part = whole.substring(0, end);
            try {
                // what is read of it is at least no other network's, and no nonsense
                AppliedNetwork read = NetworkFile.read(part);
                assertEquals(network.name(), read.name());
                assertTrue(network.bridge().value().startsWith(read.bridge().value()), part);
            } catch (IllegalArgumentException e) {
                assertTrue(end < whole.length(), "StateDirectory says that it is damaged");
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
