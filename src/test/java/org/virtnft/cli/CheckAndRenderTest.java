package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.virtnft.cli.InProcess.virtNft;
import static org.virtnft.cli.InProcess.virtNftWithInput;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.launcher.Run;

/** The commands that only read: what a definition means, what is wrong with it, and its script. */
class CheckAndRenderTest {

    private static final String NAT = """
            <network>
              <name>plain</name>
              <forward mode='nat' dev='lo'/>
              <bridge name='virbr5'/>
              <ip address='192.168.5.1' prefix='24'/>
              <ip family='ipv6' address='fd00:5::1' prefix='64'/>
            </network>
            """;

    private static final String OPEN =
            "<network><name>open</name><forward mode='open'/><bridge name='virbr6'/></network>";

    /** Three mistakes, on lines 3, 4 and 5. */
    private static final String BAD = """
            <network>
              <name>bad</name>
              <forward mode='nat' dev='eth0; drop'/>
              <bridge name='a{b}'/>
              <ip address='192.168.5.1' netmask='255.0.255.0'/>
            </network>
            """;

    @TempDir
    Path folder;

    private String file(String name, String text) {
        try {
            return Files.writeString(folder.resolve(name), text).toString();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void whatANetworkMeans() {
        String file = file("plain.xml", NAT);
        assertEquals(new Run(0, """
                        plain: nat on bridge virbr5, companion: libvirt's own rules remain beside these
                          192.168.5.0/24 reaches out through lo only, seen as the address of the device they leave by; nobody reaches in
                          fd00:5::/64 reaches out through lo only under its own addresses, and is reached through lo only from outside
                        %s:3: warning: <forward>: IPv6 is routed, not translated, and open to new connections from outside; say <nat ipv6='yes'/> to translate it
                        """.formatted(file), ""), virtNft("check", "-f", file));
    }

    @Test
    void everyMistakeAtOnceWithFileLineElementAndWayOut() {
        String file = file("bad.xml", BAD);
        Run run = virtNft("check", "-f", file);

        assertEquals(2, run.status());
        assertEquals("", run.out());
        List<String> errors = run.errors();
        assertAll(
                () -> assertEquals(3, errors.size(), run.err()),
                () -> assertTrue(
                        errors.stream().anyMatch(line -> line.startsWith(file + ":3: <forward>: dev=")), run.err()),
                () -> assertTrue(
                        errors.stream().anyMatch(line -> line.startsWith(file + ":4: <bridge>: name=")), run.err()),
                () -> assertTrue(
                        errors.stream().anyMatch(line -> line.startsWith(file + ":5: <ip>: netmask=")), run.err()),
                () -> errors.forEach(line -> assertTrue(line.contains("; "), line)));
    }

    @Test
    void mistakesOfSeveralFilesAtOnce() {
        Run run = virtNft("check", "-f", file("1.xml", BAD), "-f", file("2.xml", NAT), "-f", file("3.xml", "<x/>"));
        assertEquals(2, run.status());
        assertTrue(run.out().startsWith("plain: nat"), run.out());
        assertEquals(4, run.errors().size(), run.err());
        assertTrue(run.err().contains("3.xml:1: <x>: this is no network"), run.err());
    }

    @Test
    void standardInput() {
        assertEquals(0, virtNftWithInput(OPEN, "check", "-f", "-").status());
        Run run = virtNftWithInput(BAD, "check", "-f", "-");
        assertEquals(2, run.status());
        assertTrue(run.err().contains("standard input:4: <bridge>: "), run.err());
        assertEquals(2, virtNftWithInput("", "check", "-f", "-").status());
    }

    @Test
    void filesThatCannotBeRead() {
        Run missing = virtNft("check", "-f", folder + "/none.xml");
        assertEquals(2, missing.status());
        assertEquals(folder + "/none.xml: there is no such file (a network's name goes without -f)\n", missing.err());
        Run directory = virtNft("check", "-f", folder.toString());
        assertEquals(new Run(2, "", folder + ": cannot be read: it is a directory\n"), directory);
        Run empty = virtNft("check", "-f", file("empty.xml", ""));
        assertEquals(2, empty.status());
        assertEquals(1, empty.errors().size(), empty.err());
    }

    /** /dev/zero was read until there was no memory left. */
    @Test
    void devicesAreNoFilesAndTooMuchIsNotReadToItsEnd() throws IOException {
        for (String command : List.of("check", "render", "apply", "doctor", "diff")) {
            Run zero = virtNft(Stream.concat(Stream.of(command, "-f", "/dev/zero"), stateOf(command))
                    .toArray(String[]::new));
            assertEquals(2, zero.status(), command);
            assertEquals(1, zero.errors().size(), zero.err());
            assertTrue(zero.err().endsWith("/dev/zero: cannot be read: it is a device, not a file\n"), zero.err());
        }
        assertEquals(2, virtNft("demo", "/dev/zero").status());
        assertEquals(2, virtNft("adopt", "--print", "-f", "/dev/zero").status());

        InputStream own = System.in;
        try (InputStream endless = Files.newInputStream(Path.of("/dev/zero"))) {
            System.setIn(endless);
            Run input = virtNft("check", "-f", "-");
            assertEquals(
                    new Run(
                            2,
                            "",
                            "standard input: XML: it has more than 8388608 bytes; give the definition of one network\n"),
                    input);
        } finally {
            System.setIn(own);
        }
    }

    @Test
    void aDeviceThatIsNotThereIsAWarning() {
        String file = file("1.xml", NAT.replace("dev='lo'", "dev='nosuchdevice'"));
        Run run = virtNft("check", "-f", file).ok();
        assertTrue(
                run.out()
                        .contains(file
                                + ": warning: <forward>: dev='nosuchdevice': there is no interface of this name on this"
                                + " host now, so nothing of its guests passes; correct it, if none is to come\n"),
                run.out());
        assertFalse(virtNft("check", "-f", file("2.xml", NAT)).out().contains("no interface"), "the control");
    }

    @Test
    void networksThatClaimTheSameAddressesAreAnError() {
        String one = file("1.xml", NAT);
        String within = NAT.replace("plain", "within")
                .replace("virbr5", "virbr6")
                .replace("address='192.168.5.1' prefix='24'", "address='192.168.5.65' prefix='26'")
                .replace("fd00:5::1", "fd00:6::1");
        String other = file("2.xml", within);
        Run run = virtNft("check", "-f", one, "-f", other);
        assertEquals(2, run.status());
        assertEquals(
                other
                        + ": <ip>: 192.168.5.64/26 lies in 192.168.5.0/24 of network 'plain', and this host sends such packets"
                        + " to one of the two only; give one of them other addresses\n",
                run.err());
        assertEquals(0, virtNft("check", "-f", other).status(), "the control");
        String apart = file("3.xml", within.replace("192.168.5.65", "192.168.6.65"));
        assertEquals(0, virtNft("check", "-f", one, "-f", apart).status(), "the control");
    }

    @Test
    void guestsWithIsolatedPortsAreNotSaidToReachEachOther() {
        String isolated = "<network><name>a</name><bridge name='virbr6'/><port isolated='yes'/></network>";
        String said = "on the bridge its guests do not reach each other: their ports are isolated";
        Run run = virtNft("check", "-f", file("1.xml", isolated)).ok();
        assertTrue(run.out().contains("  its guests reach this host, and nobody else\n  " + said), run.out());
        run = virtNft("check", "-f", file("2.xml", isolated.replace("'yes'", "'no'")))
                .ok();
        assertTrue(run.out().contains("its guests reach each other and this host"), run.out());
        run = virtNft("check", "-f", file("3.xml", NAT.replace("<ip a", "<port isolated='yes'/><ip a")))
                .ok();
        assertTrue(run.out().contains("  " + said), run.out());
    }

    /** A file that is not there hides no other's errors, nor does libvirt. */
    @Test
    void mistakesOfFilesBesideOneThatIsMissingAndANameThatCannotBeHad() {
        String bad = file("bad.xml", BAD);
        String missing = folder + "/none.xml: there is no such file (a network's name goes without -f)";
        for (String command : List.of("check", "render", "apply", "try", "doctor", "diff")) {
            Run run = virtNft(Stream.concat(Stream.of(command, "-f", folder + "/none.xml", "-f", bad), stateOf(command))
                    .toArray(String[]::new));
            assertEquals(2, run.status(), command);
            assertEquals(4, run.errors().size(), command + ": " + run.err());
            assertTrue(run.errors().get(0).endsWith(missing), run.err());
        }
        Run demo = virtNft("demo", folder + "/none.xml", bad);
        assertEquals(2, demo.status());
        assertEquals(4, demo.errors().size(), demo.err());

        Run named = virtNft("check", "-f", folder + "/none.xml", "-f", bad, InProcess.NO_LIBVIRT, "net");
        assertEquals(2, named.status());
        assertEquals(5, named.errors().size(), named.err());
        assertTrue(named.errors().get(4).contains("libvirt does not answer"), named.err());
    }

    @Test
    void jsonForPrograms() {
        Run run = virtNft(
                "check", "--json", "-f", file("1.xml", NAT), "-f", file("2.xml", OPEN), "-f", file("3.xml", BAD));
        assertEquals(2, run.status());
        assertEquals("", run.err());

        JsonArray all = JsonSchema.document(run.out()).getAsJsonArray("networks");
        JsonObject plain = all.get(0).getAsJsonObject();
        JsonObject open = all.get(1).getAsJsonObject();
        JsonObject bad = all.get(2).getAsJsonObject();
        JsonObject problem = bad.getAsJsonArray("problems").get(0).getAsJsonObject();
        assertAll(
                () -> assertEquals("plain", plain.get("name").getAsString()),
                () -> assertEquals("nat", plain.get("mode").getAsString()),
                () -> assertEquals("companion", plain.get("shape").getAsString()),
                () -> assertEquals("virbr5", plain.get("bridge").getAsString()),
                () -> assertTrue(plain.get("valid").getAsBoolean()),
                () -> assertEquals(
                        "warning",
                        plain.getAsJsonArray("problems")
                                .get(0)
                                .getAsJsonObject()
                                .get("severity")
                                .getAsString()),
                () -> assertEquals("open", open.get("mode").getAsString()),
                () -> assertTrue(open.get("valid").getAsBoolean()),
                () -> assertEquals(false, bad.get("valid").getAsBoolean()),
                () -> assertEquals(3, bad.getAsJsonArray("problems").size()),
                () -> assertEquals("error", problem.get("severity").getAsString()),
                () -> assertTrue(problem.get("line").getAsInt() >= 3));
    }

    @Test
    void aScriptForNftWhoseFirstLineSaysWhatItReplaces() {
        Run run = virtNft("render", "-f", file("plain.xml", NAT)).ok();
        List<String> lines = run.out().lines().toList();
        assertEquals("# Replaces the whole table inet virt_nft, and touches no other.", lines.get(0));
        assertEquals(List.of("table inet virt_nft", "delete table inet virt_nft"), lines.subList(1, 3));
        assertTrue(run.out().contains("# network 'plain' on virbr5: nat, companion"), run.out());
        assertTrue(run.err().contains("warning: <forward>: IPv6 is routed"), run.err());
    }

    @Test
    void theElementsAloneHaveNoTable() {
        String elements = virtNft("render", "--elements", "-f", file("plain.xml", NAT))
                .ok()
                .out();
        assertTrue(
                elements.startsWith("# network 'plain' on virbr5: nat, companion\n"
                        + "add counter inet virt_nft refused-virbr5\nadd element inet virt_nft "),
                elements);
        assertTrue(elements.lines().noneMatch(line -> line.contains("chain ") || line.startsWith("table")), elements);
    }

    @Test
    void aNetworkWithoutRulesRendersToNothing() {
        assertEquals(new Run(0, "", ""), virtNft("render", "-f", file("open.xml", OPEN)));
        assertEquals(new Run(0, "", ""), virtNft("render", "--elements", "-f", file("open.xml", OPEN)));
    }

    @Test
    void oneBadFileAndNothingIsRendered() {
        Run run = virtNft("render", "-f", file("1.xml", NAT), "-f", file("2.xml", BAD));
        assertEquals(2, run.status());
        assertEquals("", run.out());
        assertEquals(
                3,
                run.errors().stream()
                        .filter(line -> line.startsWith("virt-nft: "))
                        .count(),
                run.err());
    }

    private Stream<String> stateOf(String command) {
        return List.of("check", "render").contains(command) ? Stream.of() : Stream.of("--state-dir", folder + "/state");
    }

    @Test
    void withoutLibvirtANameCannotBeLookedUp() {
        for (String command : List.of("check", "render", "apply")) {
            Run run = virtNft(Stream.concat(Stream.of(command, InProcess.NO_LIBVIRT, "default"), stateOf(command))
                    .toArray(String[]::new));
            assertEquals(1, run.status(), run.err());
            assertEquals("", run.out());
            assertTrue(run.err().startsWith("virt-nft: libvirt does not answer (nowhere:///: "), run.err());
            assertTrue(run.err().endsWith("): start it, or name one with --connect\n"), run.err());
        }
        assertTrue(Files.notExists(folder.resolve("state")), "nothing was made");
    }

    /** libvirt's own driver for tests needs no daemon. */
    @Test
    void namesAreLibvirts() {
        Run none = virtNft("check", "--connect", "test:///default", "none", "n\u009bone");
        assertEquals(2, none.status());
        assertEquals("""
                virt-nft: network 'none': libvirt has none of this name (a file goes with -f)
                virt-nft: network 'n\\u{9b}one': libvirt has none of this name (a file goes with -f)
                """, none.err());
    }
}
