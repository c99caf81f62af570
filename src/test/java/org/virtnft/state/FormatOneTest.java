package org.virtnft.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.network.Address;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.PortRange;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.Element;
import org.virtnft.ruleset.Enforcement;
import org.virtnft.ruleset.NetworkElements;
import org.virtnft.ruleset.Pieces;
import org.virtnft.xml.NetworkReader;

/** What virt-nft 0.1.0 left in its files is the network that it was, by files that 0.1.0 wrote. */
class FormatOneTest {

    private static final Path RESOURCES = Path.of("src/test/resources");

    @TempDir
    Path folder;

    static Stream<String> written() throws IOException {
        try (Stream<Path> files = Files.list(RESOURCES.resolve("networks-0.1.0"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    /** Each is that of the test network with its name. */
    @ParameterizedTest
    @MethodSource("written")
    void theNetworkIsThatOfTheDefinition(String name) throws IOException {
        AppliedNetwork read = NetworkFile.read(Files.readString(RESOURCES.resolve("networks-0.1.0/" + name)));
        Path xml = Path.of("test-networks/" + name + ".xml");
        VirtualNetwork defined = (VirtualNetwork)
                NetworkReader.read(name, Files.readAllBytes(xml)).network().orElseThrow();

        assertEquals(FormatOne.known(new Enforcement.AsDefined(defined)), read.enforced());
        AppliedNetwork now = AppliedNetwork.of(
                defined, read.source(), read.since(), read.metadata(), read.metadataSeen(), read.warnings());
        assertTrue(now.isStill(read), "so a try that 0.1.0 began knows it again");
        assertEquals(texts(NetworkElements.of(defined)), texts(NetworkElements.of(read.enforced())));
        assertEquals(
                Pieces.standing(NetworkElements.of(defined).elements()),
                Pieces.standing(NetworkElements.of(read.enforced()).elements()));
    }

    private static Set<String> texts(NetworkElements elements) {
        return elements.elements().stream()
                .map(element -> element.set() + " " + element.text())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The elements are those that the file has, too: what 0.1.0 put into the kernel. */
    @ParameterizedTest
    @MethodSource("written")
    void nothingIsLost(String name) throws IOException {
        String text = Files.readString(RESOURCES.resolve("networks-0.1.0/" + name));
        List<Element> kept = NetworkFile.elements(Fields.parse(text), name);

        assertEquals(
                texts(new NetworkElements(kept)),
                texts(NetworkElements.of(NetworkFile.read(text).enforced())));
    }

    @Test
    void aWholeStateOfADayWithEveryKind() throws IOException {
        Snapshot state = copied().read();

        assertEquals(Set.of(), state.damaged().keySet());
        assertEquals(state.networks().keySet(), state.earlier(), "all are to be written anew");
        AppliedNetwork pool = network(state, "virbr1");
        Forward.Nat nat = (Forward.Nat) pool.network().orElseThrow().forward();
        assertEquals(Shape.OWNER, pool.shape());
        assertEquals(Optional.of(new InterfaceName("eth0")), nat.uplink());
        assertEquals(new PortRange(2000, 3000), nat.ports());
        assertEquals("198.51.100.7", nat.pool().orElseThrow().first().toString());
        assertTrue(nat.ipv6());
        assertTrue(pool.needsDhcpRepair());
        assertTrue(pool.metadata().contains("198.51.100.7"), pool.metadata());
        assertEquals(
                List.of("10.1.0.1/24", "10.1.1.1/24", "fd00:1::1/64"),
                pool.network().orElseThrow().addresses().stream()
                        .map(BridgeAddress::toString)
                        .toList());
        Forward.Nat ports =
                (Forward.Nat) network(state, "virbr2").network().orElseThrow().forward();
        assertEquals(new PortRange(40000, 50000), ports.ports());
        assertEquals("routed \"é\" \\ x", network(state, "virbr3").name());
        assertEquals(List.of(), network(state, "virbr4").network().orElseThrow().addresses());
        assertTrue(network(state, "virbr5").blocked().orElseThrow().contains("nonsense"));
        assertEquals(Source.FILE, network(state, "br-file").source());
    }

    @Test
    void aTryThatIsOpen() throws IOException {
        StateDirectory state = copied();
        Trial trial = state.trialRecord().read().orElseThrow();
        InterfaceName bridge = new InterfaceName("br-file");

        assertTrue(trial.phase().isOpen());
        assertEquals("route", trial.before(bridge).orElseThrow().enforced().word());
        assertEquals("nat", trial.made(bridge).orElseThrow().enforced().word());
        assertTrue(network(state.read(), "br-file").isStill(trial.made(bridge).orElseThrow()));
    }

    private static AppliedNetwork network(Snapshot state, String bridge) {
        return Optional.ofNullable(state.networks().get(new InterfaceName(bridge)))
                .orElseThrow();
    }

    private StateDirectory copied() throws IOException {
        Path from = RESOURCES.resolve("state-0.1.0");
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path to = folder.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        }
        return new StateDirectory(folder);
    }

    /** What no rule of 0.1.0 depended on is another network's only in what is kept of it. */
    @Test
    void whatNoRuleDependsOnIsNoDifference() {
        VirtualNetwork told = isolated(List.of());
        VirtualNetwork full = isolated(List.of(new BridgeAddress(Address.parse("10.4.0.1"), 24)));
        AppliedNetwork earlier = applied(told);

        assertTrue(applied(full).isStill(earlier));
        assertEquals(false, earlier.isStill(applied(full)), "the other way it lacks something");
        assertEquals(false, applied(full).isStill(earlier.since(java.time.Instant.MAX)));
    }

    private static AppliedNetwork applied(VirtualNetwork network) {
        return AppliedNetwork.of(network, Source.FILE, java.time.Instant.EPOCH, "", "", List.of());
    }

    private static VirtualNetwork isolated(List<BridgeAddress> addresses) {
        return new VirtualNetwork("n", new InterfaceName("virbr4"), Shape.COMPANION, new Forward.Isolated(), addresses);
    }

    // ---- damage ---------------------------------------------------------------------------------------------------

    private static final String HEAD = """
            virt-nft network: 1
            name: x
            source: libvirt
            bridge: virbr0
            since: 2026-11-24T10:00:00Z
            shape: owner
            mode: nat
            """;

    private static final String WAYS = """
            set: from
            key: "virbr0"
            data: jump from_any
            from: b
            set: to
            key: "virbr0"
            data: jump to_none
            from: b
            """;

    @Test
    void theFewestFieldsAreEnough() {
        assertEquals("x", NetworkFile.read(HEAD + WAYS).name());
    }

    /** Elements of which some are gone would be another network's: one that lets more pass, for example. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                HEAD,
                HEAD + "range: 1000\n",
                HEAD + WAYS + "set: from\nkey: a\n",
                HEAD + WAYS + "set: net4\nkey: \"virbr0\"\ndata: \nfrom: b\n",
                HEAD + WAYS + "set: net4\nkey: \"virbr0\" . 10.0.0.1\ndata: \nfrom: b\n",
                HEAD + WAYS
                        + "set: natted\nkey: ipv4 . \"virbr0\"\ndata: \nfrom: b\nset: host4\nkey: 10.1.0.1\ndata: \nfrom: b\n",
            })
    void aDamagedOne(String text) {
        assertThrows(IllegalArgumentException.class, () -> NetworkFile.read(text));
    }

    @Test
    void oneOfNoKnownMode() {
        assertThrows(IllegalArgumentException.class, () -> NetworkFile.read(HEAD.replace("nat", "tan") + WAYS));
        assertThrows(IllegalArgumentException.class, () -> NetworkFile.read(HEAD.replace("owner", "") + WAYS));
    }
}
