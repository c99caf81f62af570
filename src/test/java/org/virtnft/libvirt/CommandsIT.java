package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.virtnft.cli.JsonSchema;
import org.virtnft.libvirt.LibvirtLab.Kind;
import org.virtnft.libvirt.LibvirtLab.Result;

/** The commands that ask libvirt, with a real one. */
class CommandsIT {

    private static final String NAT = "<nft:forward mode='nat'/>";
    private static final String ROUTE = "<nft:forward mode='route'/>";

    private LibvirtLab lab;

    @BeforeEach
    void startLab() {
        lab = LibvirtLab.start(Kind.WITH_HOOK);
    }

    @AfterEach
    void endLab() {
        lab.close();
    }

    @Test
    void applyTakesTopologyFromTheLiveXmlAndPolicyFromTheDefinition() {
        lab.defineAndStart(LabNetwork.owner("net", 11, NAT));
        lab.define(LabNetwork.of("net", 12, LabNetwork.metadata(ROUTE), "<forward mode='open'/>", LabNetwork.ip(12))
                .xml());
        assertTrue(lab.virtNft("check", "net").ok().contains("net: route"));
        assertTrue(lab.virtNft("render", "net").ok().contains("\"vbr11\" . 192.168.11.0/24"));

        assertEquals(
                "net: route on vbr11, applied\n"
                        + "net: at its next start it becomes what is defined now: bridge vbr12 instead of vbr11; addresses"
                        + " 192.168.12.1/24 instead of 192.168.11.1/24\n",
                lab.virtNft("apply", "net").ok());
        assertEquals(List.of("vbr11"), lab.appliedBridges());
        assertTrue(lab.table().contains("\"vbr11\" . 192.168.11.0/24"), lab::table);
        assertTrue(lab.table().contains("\"vbr11\" : jump to_any"), lab::table);
        assertFalse(lab.table().contains("vbr12"), lab::table);
    }

    @Test
    void companionIsToldThatLibvirtsRulesRemain() {
        lab.defineAndStart(LabNetwork.companion("net", 11, "<forward mode='nat'/>"));
        List<String> lines = lab.virtNft("apply", "net").ok().lines().toList();
        assertEquals(
                List.of(
                        "net: nat on vbr11, applied",
                        "net: libvirt's own rules for it remain; what they reject stays rejected"),
                lines);
    }

    @Test
    void changeOfTheModeThatLibvirtKnowsWaitsForTheNextStart() {
        lab.defineAndStart(LabNetwork.companion("net", 11, "<forward mode='nat'/>"));
        lab.define(LabNetwork.owner("net", 11, ROUTE).xml());
        String out = lab.virtNft("apply", "net").ok();
        assertTrue(out.contains("net: nat on vbr11, applied"), out);
        assertTrue(
                out.contains(
                        "at its next start it becomes what is defined now: owner in mode route instead of companion in mode nat"),
                out);
        assertTrue(lab.table().contains("\"vbr11\" : goto guest"), lab::table);
    }

    @Test
    void inactiveAndUnknownNamesAndFilesOfActiveNetworksAreBadInput() {
        LabNetwork active = LabNetwork.owner("active", 11, NAT);
        LabNetwork inactive = LabNetwork.owner("inactive", 12, NAT);
        lab.defineAndStart(active);
        lab.define(inactive.xml());
        String table = lab.table();

        Result result = lab.virtNft("apply", "active", "inactive", "nobody");
        assertEquals(2, result.status(), result::toString);
        assertEquals(
                List.of(
                        "virt-nft: network 'inactive' is not active: its rules come with 'virsh net-start'",
                        "virt-nft: network 'nobody': libvirt has none of this name (a file goes with -f)"),
                result.err().lines().toList());

        lab.write("/run/lab/file.xml", LabNetwork.companion("active", 13, "").xml());
        result = lab.virtNft("apply", "-f", "/run/lab/file.xml");
        assertEquals(2, result.status(), result::toString);
        assertTrue(result.err().contains("libvirt runs a network 'active'"), result::toString);

        assertEquals(table, lab.table());
        // what is not active can be read all the same
        assertTrue(lab.virtNft("check", "inactive").ok().contains("inactive: nat"));
        assertTrue(lab.virtNft("render", "--elements", "inactive").ok().contains("vbr12"));
        for (String command : List.of("check", "render")) {
            assertEquals(2, lab.virtNft(command, "nobody").status());
        }
        result = lab.virtNft("status", "nobody");
        assertEquals(2, result.status(), result::toString);
    }

    @Test
    void fileOfAnActiveNetworkIsBadInputAlsoWhenItIsNotApplied() {
        lab.defineAndStart(LabNetwork.companion("active", 11, "<forward mode='nat'/>"));
        lab.virtNft("remove", "active").ok();
        lab.write("/run/lab/file.xml", LabNetwork.companion("active", 13, "").xml());
        Result result = lab.virtNft("apply", "-f", "/run/lab/file.xml");
        assertEquals(2, result.status(), result::toString);
        assertTrue(result.err().contains("libvirt runs a network 'active'"), result::toString);
    }

    @Test
    void applyAllBlocksAnOwnerThatCannotBeAppliedAndAppliesTheOthers() {
        // started while nobody looked: our hook would have refused it
        lab.sh("mv " + LibvirtLab.HOOK + " /run/lab/kept");
        lab.defineAndStart(LabNetwork.owner("bad", 11, "<nft:forward mode='nat'/><nft:surprise/>"));
        lab.sh("mv /run/lab/kept " + LibvirtLab.HOOK);
        lab.defineAndStart(LabNetwork.owner("good", 12, NAT));
        lab.defineAndStart(LabNetwork.companion("comp", 13, "<forward mode='nat'/>"));
        lab.defineAndStart(LabNetwork.of("open", 14, "", "<forward mode='open'/>", LabNetwork.ip(14)));
        lab.write("/run/lab/file.xml", LabNetwork.companion("from-file", 15, "").xml());
        lab.virtNft("apply", "-f", "/run/lab/file.xml").ok();
        lab.define(LabNetwork.owner("good", 12, ROUTE).xml());
        lab.sh("nft delete table inet virt_nft");

        Result result = lab.virtNft("apply", "--all");
        assertEquals(1, result.status(), result::toString);
        List<String> errors = result.err().lines().toList();
        assertEquals(1, errors.size(), result::toString);
        assertTrue(errors.get(0).contains("network 'bad'"), result::toString);
        assertTrue(errors.get(0).contains("surprise"), result::toString);
        assertTrue(errors.get(0).contains("blocked"), result::toString);
        assertEquals(List.of("vbr11", "vbr12", "vbr13", "vbr15"), lab.appliedBridges());
        String table = lab.table();
        assertTrue(table.contains("\"vbr11\" : jump from_none"), table);
        assertTrue(table.contains("\"vbr11\" : jump to_none"), table);
        assertTrue(table.contains("\"vbr12\" : jump to_any"), table);
        assertTrue(table.contains("\"vbr13\" : goto guest"), table);
        assertTrue(table.contains("\"vbr15\" : jump from_none"), table);

        String status = lab.virtNft("status").ended(1);
        assertTrue(row(status, "bad").endsWith("blocked"), status);
        assertTrue(row(status, "good").contains("route"), status);
        assertTrue(row(status, "open").endsWith("no rules"), status);
        assertTrue(row(status, "from-file").contains("file"), status);
        String json = lab.virtNft("status", "--json").ended(1);
        assertTrue(json.contains("\"blocked\""), json);

        JsonObject again =
                JsonSchema.document(lab.virtNft("apply", "--all", "--json").ended(1));
        assertEquals("blocked", JsonSchema.result(again, "bad"));
        assertEquals("unchanged", JsonSchema.result(again, "good"));
        assertEquals("unchanged", JsonSchema.result(again, "comp"));
        assertEquals("no rules", JsonSchema.result(again, "open"));
        assertFalse(again.get("changed").getAsBoolean());
        assertEquals(
                errors,
                List.of("virt-nft: " + again.getAsJsonArray("error").get(0).getAsString()));

        // mended
        lab.define(LabNetwork.owner("bad", 11, ROUTE).xml());
        lab.virtNft("apply", "--all").ok();
        assertTrue(lab.table().contains("\"vbr11\" : jump to_any"), lab::table);
    }

    /** net-edit takes what our hook refuses at the next start; what runs stays as it is until then. */
    @Test
    void anOwnerWhoseDefinitionHasAnErrorKeepsItsPolicyAndIsToldEverywhere() {
        lab.defineAndStart(LabNetwork.owner("net", 11, NAT));
        String table = lab.table();
        for (LabNetwork defined : List.of(
                LabNetwork.of("net", 11, LabNetwork.metadata(NAT), "<forward mode='nat'/>", LabNetwork.ip(11)),
                LabNetwork.owner("net", 11, NAT + "<nft:surprise/>"))) {
            lab.define(defined.xml());
            String told = "so its next start fails";

            Result check = lab.virtNft("check", "net");
            assertEquals(2, check.status(), check::toString);
            assertTrue(check.out().contains("net: nat on bridge vbr11, owner"), check::toString);
            assertTrue(check.err().contains(told), check::toString);
            String status = lab.virtNft("status").ok();
            assertTrue(status.contains(told), status);
            Result diff = lab.virtNft("diff");
            assertEquals(1, diff.status(), diff::toString);
            assertTrue(diff.out().contains(told), diff::toString);
            assertEquals(2, lab.virtNft("apply", "net").status());
            for (String how : List.of("apply --all", "apply --all --no-libvirt")) {
                Result all = lab.virtNft(how.split(" "));
                assertEquals(1, all.status(), all::toString);
                assertTrue(all.err().contains(told), all::toString);
                assertFalse(all.err().contains("blocked"), all::toString);
                assertEquals(table, lab.table());
            }
            // also where the table is made anew
            lab.sh("nft delete table inet virt_nft");
            assertEquals(1, lab.virtNft("apply", "--all").status());
            assertEquals(table, lab.table());
        }
        lab.virsh("net-destroy", "net").ok();
        Result start = lab.virsh("net-start", "net");
        assertEquals(1, start.status(), "what was told is true");
    }

    @Test
    void whatTheNextStartChangesIsToldAndIsNoFault() {
        lab.defineAndStart(LabNetwork.owner("net", 11, NAT));
        lab.define(LabNetwork.of("net", 12, LabNetwork.metadata(NAT), "<forward mode='open'/>", LabNetwork.ip(12))
                .xml());
        String told = "at its next start it becomes what is defined now: bridge vbr12 instead of vbr11;"
                + " addresses 192.168.12.1/24 instead of 192.168.11.1/24";
        for (String command : List.of("check net", "status", "diff", "apply net", "apply --all")) {
            String out = lab.virtNft(command.split(" ")).ok();
            assertTrue(out.contains(told), () -> command + ": " + out);
        }
        assertTrue(lab.virtNft("check", "net").ok().contains("net: nat on bridge vbr11"), "and what runs");
    }

    /** It runs, so it must not be stopped; whoever writes such a definition is told that it cannot be. */
    @Test
    void addressesThatNobodyReachesAreErrorsForFilesAndWarningsForWhatRuns() {
        LabNetwork odd = LabNetwork.of(
                "odd",
                11,
                LabNetwork.metadata(NAT),
                "<forward mode='open'/>",
                "<ip address='192.168.11.255' prefix='24'/>");
        lab.write("/run/lab/odd.xml", odd.xml());
        for (String command : List.of("check", "apply", "render")) {
            Result file = lab.virtNft(command, "-f", "/run/lab/odd.xml");
            assertEquals(2, file.status(), file::toString);
            assertTrue(file.err().contains("<ip>: '192.168.11.255' is the broadcast address"), file::toString);
        }
        lab.defineAndStart(odd);
        assertEquals(List.of("vbr11"), lab.appliedBridges());
        assertTrue(lab.virtNft("apply", "--all").ok().contains("warning: <ip>: '192.168.11.255' is the broadcast"));
        assertTrue(lab.virtNft("status").ok().contains("is the broadcast address"));
        assertEquals(2, lab.virtNft("check", "odd").status());

        // within another network's: libvirt minds the same subnet only
        LabNetwork within = LabNetwork.of(
                "within",
                12,
                LabNetwork.metadata(ROUTE),
                "<forward mode='open'/>",
                "<ip address='192.168.11.65' prefix='26'/>");
        lab.defineAndStart(within);
        String lies = "192.168.11.64/26 lies in 192.168.11.0/24 of network 'odd'";
        String status = lab.virtNft("status").ok();
        assertTrue(status.contains("within: " + lies), status);
        lab.virtNft("apply", "--all").ok();
        Result check = lab.virtNft("check", "within");
        assertEquals(2, check.status(), check::toString);
        assertTrue(check.err().contains(lies), check::toString);
    }

    private static String row(String status, String name) {
        return status.lines()
                .filter(line -> line.startsWith(name + " "))
                .findFirst()
                .orElse("");
    }

    @Test
    void applyAllForgetsWhatDoesNotRunAndKeepsWhatCameFromFiles() {
        lab.defineAndStart(LabNetwork.owner("stops", 11, NAT));
        lab.write("/run/lab/file.xml", LabNetwork.companion("from-file", 15, "").xml());
        lab.virtNft("apply", "-f", "/run/lab/file.xml").ok();
        // a network that left without a word, and a failure of one
        lab.sh("mv " + LibvirtLab.HOOK + " /run/lab/kept");
        lab.virsh("net-destroy", "stops").ok();
        lab.sh("mv /run/lab/kept " + LibvirtLab.HOOK);
        lab.sh("mkdir -p /run/virt-nft/failed; printf 'stops\\nwhy\\n' >/run/virt-nft/failed/1");
        String before = lab.virtNft("status").ended(1);
        assertTrue(before.contains("failed"), before);
        assertTrue(
                before.contains("\nstops: it is applied and does not run, for its start failed after our hook,"),
                before);

        assertEquals(
                "stops: not running, removed\n", lab.virtNft("apply", "--all").ok());
        assertEquals(List.of("vbr15"), lab.appliedBridges());
        String status = lab.virtNft("status").ok();
        assertFalse(status.contains("stops"), status);
    }

    /** Between asking libvirt and having the lock, time passes. */
    @Test
    void applyAllKeepsANetworkThatStartsMeanwhile() throws Exception {
        LabNetwork network = LabNetwork.owner("net", 11, NAT);
        lab.define(network.xml());
        // as ours is: one that others can open would be replaced first
        lab.sh("umask 077; mkdir -p /run/virt-nft/networks; : >/run/virt-nft/lock");
        Path file = lab.path("/run/virt-nft/lock");
        Process command;
        ProcessHandle java;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertTrue(lock.isValid());
            command = lab.launch("virt-nft", "apply", "--all");
            LibvirtLab.await(Duration.ofSeconds(20), "a process that waits for the lock", () -> waiting(command));
            java = command.descendants()
                    .filter(CommandsIT::hasLockOpen)
                    .findFirst()
                    .orElseThrow();
            signal(java, "STOP");
        }
        try {
            lab.virsh("net-start", "net").ok();
        } finally {
            signal(java, "CONT");
        }
        assertTrue(command.waitFor(20, TimeUnit.SECONDS));
        assertEquals(0, command.exitValue());
        assertEquals(List.of("vbr11"), lab.appliedBridges());
        assertTrue(lab.table().contains("\"vbr11\" : goto guest"), lab::table);
    }

    private static boolean waiting(Process command) {
        return command.descendants().anyMatch(CommandsIT::hasLockOpen);
    }

    private static boolean hasLockOpen(ProcessHandle process) {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/" + process.pid() + "/fd"))) {
            for (Path descriptor : open) {
                if (Files.readSymbolicLink(descriptor).endsWith("virt-nft/lock")) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return false; // it ended, or closed one meanwhile
        }
    }

    private static void signal(ProcessHandle process, String signal) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                        .start()
                        .waitFor());
    }

    @Test
    void withoutLibvirtdNamesFailAndFilesWork() {
        lab.stopDaemon();
        Result result = lab.virtNft("apply", "net");
        assertEquals(1, result.status(), result::toString);
        assertEquals(1, result.err().lines().count(), result::toString);
        assertTrue(result.err().startsWith("virt-nft: libvirt does not answer (network:///system: "), result::toString);
        lab.write("/run/lab/file.xml", LabNetwork.companion("from-file", 15, "").xml());
        lab.virtNft("apply", "-f", "/run/lab/file.xml").ok();
        assertTrue(lab.virtNft("status").ok().contains("from-file"));
    }

    @Test
    void networkWithAnOddNameGoesAllTheWay() {
        String name = "é\"{";
        lab.defineAndStart(LabNetwork.owner(name, 11, NAT));
        assertTrue(lab.table().contains("\"vbr11\" : goto guest"), lab::table);
        String status = lab.virtNft("status", name).ok();
        assertTrue(status.contains(name + " "), status);
        assertEquals(
                name + ": nat on vbr11, applied\n", lab.virtNft("apply", name).ok());
        assertTrue(lab.virtNft("check", name).ok().startsWith(name + ": nat"));
        assertTrue(lab.virtNft("apply", "--all").ok().contains(name + ": nat on vbr11, applied"));
        lab.virsh("net-destroy", name).ok();
        assertEquals("", lab.table());

        // and when it goes wrong
        lab.define(LabNetwork.owner(name, 11, "<nft:forward mode='nat' dev='a{b'/>")
                .xml());
        Result start = lab.virsh("net-start", name);
        assertEquals(1, start.status());
        assertTrue(start.err().contains("virt-nft: network '" + name + "': "), start.err());
    }
}
