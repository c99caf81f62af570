package org.virtnft.ruleset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.virtnft.cli.Main;
import org.virtnft.network.Address;
import org.virtnft.network.BridgeAddress;
import org.virtnft.network.VirtualNetwork;

/**
 * What the program makes of every file of test-networks, against the golden file beside it: NAME.nft is the output of {@code
 * virt-nft render --elements -f}, bad/NAME.txt that of {@code virt-nft check -f}.
 *
 * <p>{@code mvn -q test -Dtest=GoldenTest -Dgolden.rewrite=true} writes all of them anew, and fails, so that no build can
 * pass by it. Whether the kernel takes the scripts is GoldenLoadIT's question.
 */
class GoldenTest {

    private static final boolean REWRITE = Boolean.getBoolean("golden.rewrite");
    private static final String HOW =
            "\nIf this is what you want: mvn -q test -Dtest=GoldenTest -Dgolden.rewrite=true\n";

    private static final List<Path> rewritten = new ArrayList<>();

    static List<Path> good() {
        return TestNetworks.good();
    }

    static List<Path> bad() {
        return TestNetworks.bad();
    }

    @ParameterizedTest
    @MethodSource("good")
    void rendersToItsGoldenFile(Path xml) throws IOException {
        Output output = run("render", "--elements", "-f", xml.toString());

        assertEquals(0, output.status(), output.err());
        compare(TestNetworks.beside(xml, ".nft"), output.out());
    }

    @ParameterizedTest
    @MethodSource("bad")
    void isRefusedInTheWordsOfItsGoldenFile(Path xml) throws IOException {
        Output output = run("check", "-f", xml.toString());

        assertEquals(2, output.status(), output.err());
        assertEquals("", output.out(), "a refused network means nothing");
        output.err().lines().forEach(line -> assertIsPlain(xml, line));
        compare(TestNetworks.beside(xml, ".txt"), output.err());
    }

    /** Whatever a hostile file holds: nothing of it steers a terminal or a log. */
    private static void assertIsPlain(Path xml, String line) {
        assertTrue(line.startsWith(xml + ":"), line);
        assertTrue(line.chars().noneMatch(Character::isISOControl), line);
    }

    /** All of them or nothing: half a script would be loaded, and look like all of it. */
    @Test
    void oneFileThatIsRefusedKeepsTheOthersFromBeingRendered() {
        Output output = run(
                "render",
                "-f",
                TestNetworks.good().get(1).toString(),
                "-f",
                TestNetworks.bad().get(0).toString());

        assertEquals(2, output.status());
        assertEquals("", output.out());
    }

    @Test
    void everyFileHasItsGoldenFileAndEveryGoldenFileItsFile() {
        List<String> unmatched = new ArrayList<>();
        unmatched(TestNetworks.GOOD, ".nft", unmatched);
        unmatched(TestNetworks.BAD, ".txt", unmatched);

        assertEquals("", String.join("\n", unmatched), HOW);
    }

    private static void unmatched(Path folder, String ending, List<String> unmatched) {
        Map<String, Integer> files = new TreeMap<>();
        TestNetworks.files(folder, ".xml").forEach(path -> files.merge(TestNetworks.stem(path), 1, Integer::sum));
        TestNetworks.files(folder, ending).forEach(path -> files.merge(TestNetworks.stem(path), 2, Integer::sum));
        files.forEach((stem, found) -> {
            if (found == 1 && !REWRITE) {
                unmatched.add(folder.resolve(stem + ".xml") + " has no " + stem + ending);
            } else if (found == 2) {
                unmatched.add(folder.resolve(stem + ending) + " has no " + stem + ".xml");
            }
        });
    }

    /** All files must be applicable together, and no test may find its packet explained by another file's network. */
    @Test
    void noTwoFilesShareABridgeOrAnAddress() {
        Map<String, TreeSet<String>> users = new TreeMap<>();
        for (VirtualNetwork network : TestNetworks.networks()) {
            users.computeIfAbsent(network.bridge().value(), key -> new TreeSet<>())
                    .add(network.name());
            for (BridgeAddress address : network.addresses()) {
                users.computeIfAbsent(address.address().toString(), key -> new TreeSet<>())
                        .add(network.name());
            }
        }
        users.values().removeIf(names -> names.size() == 1);

        assertEquals(Map.of(), users);
    }

    @Test
    void noSubnetOfOneFileCoversAnAddressOfAnother() {
        List<String> covered = new ArrayList<>();
        for (VirtualNetwork network : TestNetworks.networks()) {
            for (VirtualNetwork other : TestNetworks.networks()) {
                for (BridgeAddress address : other.addresses()) {
                    Address one = address.address();
                    boolean inside = network.subnets(one.family()).stream().anyMatch(subnet -> subnet.contains(one));
                    if (inside && !other.name().equals(network.name())) {
                        covered.add(one + " of " + other.name() + " lies in " + network.name());
                    }
                }
            }
        }

        assertEquals("", String.join("\n", covered));
    }

    /** The table in the README is how a reviewer finds what is missing. */
    @Test
    void theReadmeSaysWhatEveryFileCovers() {
        String readme = TestNetworks.text(TestNetworks.README);
        List<String> missing = new ArrayList<>();
        for (Path xml : TestNetworks.good()) {
            if (!readme.contains("| `" + TestNetworks.stem(xml) + "` |")) {
                missing.add(xml.toString());
            }
        }
        for (Path xml : TestNetworks.bad()) {
            if (!readme.contains("| `bad/" + TestNetworks.stem(xml) + "` |")) {
                missing.add(xml.toString());
            }
        }
        readme.lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.substring(3, line.indexOf('`', 3)))
                .filter(name -> !Files.exists(TestNetworks.GOOD.resolve(name + ".xml")))
                .forEach(name -> missing.add(name + " is in the README only"));

        assertEquals("", String.join("\n", missing));
    }

    private static void compare(Path golden, String actual) throws IOException {
        String expected = Files.exists(golden) ? TestNetworks.text(golden) : null;
        if (actual.equals(expected)) {
            return;
        }
        if (REWRITE) {
            Files.writeString(golden, actual, StandardCharsets.UTF_8);
            rewritten.add(golden);
            return;
        }
        fail(
                expected == null
                        ? golden + " is missing; it would be:\n" + actual + HOW
                        : golden + " is not what comes out:\n" + Diff.of(expected, actual) + HOW);
    }

    @AfterAll
    static void neverPassesWhenItRewrites() throws IOException {
        if (!REWRITE) {
            return;
        }
        try (NftSandbox kernel = new NftSandbox()) {
            kernel.load(Template.load().text());
            compare(TestNetworks.TEMPLATE, kernel.table());
        }
        fail(rewritten.size() + " files rewritten. Read 'git diff test-networks', then run without -Dgolden.rewrite");
    }

    private record Output(int status, String out, String err) {}

    private static Output run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
        return new Output(status, out.toString(), err.toString());
    }
}
