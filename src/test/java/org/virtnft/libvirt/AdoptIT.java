package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.virtnft.cli.JsonSchema;
import org.virtnft.libvirt.LibvirtLab.Kind;
import org.virtnft.libvirt.LibvirtLab.Result;

/** adopt and release with a real libvirtd: what it makes of the definitions, and what runs then. */
class AdoptIT {

    private static final String NAT = "<forward mode='nat'><nat><port start='2000' end='3000'/></nat></forward>";

    /** All that is to stay. */
    private static final String DECORATED = """
            <network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'>
              <name>net</name>
              <title>A title</title>
              <metadata><app:inventory xmlns:app='http://example.org/1.0' owner='lab'><app:x/></app:inventory></metadata>
              <forward mode='nat' dev='lo'><nat ipv6='yes'><port start='2000' end='3000'/></nat></forward>
              <bridge name='vbr11' stp='off'/>
              <domain name='lab.example.org' localOnly='yes'/>
              <dns enable='no'/>
              <ip address='192.168.11.1' prefix='24'>
                <dhcp><range start='192.168.11.2' end='192.168.11.9'/></dhcp>
              </ip>
              <ip family='ipv6' address='fd00:11::1' prefix='64'/>
              <portgroup name='engineering' default='yes'/>
              <dnsmasq:options><dnsmasq:option value='log-dhcp'/></dnsmasq:options>
            </network>
            """;

    private static final String ISOLATED = """
            <network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'>
              <name>inside</name>
              <bridge name='vbr12' stp='off'/>
              <ip address='192.168.12.1' prefix='24'>
                <dhcp><range start='192.168.12.2' end='192.168.12.9'/></dhcp>
              </ip>
              <ip family='ipv6' address='fd00:12::1' prefix='64'/>
              <dnsmasq:options><dnsmasq:option value='log-dhcp'/></dnsmasq:options>
            </network>
            """;

    /** libvirt 9.0.0 takes it as it is, and not as an open one. */
    private static final LabNetwork WITHOUT_IP = LabNetwork.of("without", 13, "", "", "");

    private LibvirtLab lab;

    @BeforeEach
    void startLab() {
        lab = LibvirtLab.startWithoutDaemon(Kind.WITH_HOOK);
        lab.sh("touch -d '1 hour ago' " + LibvirtLab.HOOK);
        lab.startDaemon();
    }

    @AfterEach
    void endLab() {
        lab.close();
    }

    private String definition(String name) {
        return lab.virsh("net-dumpxml", "--inactive", name).ok();
    }

    private void restart(String name) {
        lab.virsh("net-destroy", name).ok();
        lab.virsh("net-start", name).ok();
    }

    private List<String> kept() {
        return lab.sh("ls /var/lib/virt-nft/adopted 2>/dev/null || true")
                .lines()
                .filter(name -> !name.equals("lock"))
                .toList();
    }

    private boolean libvirtHasRulesFor(String bridge) {
        return lab.sh("iptables-save; ip6tables-save").contains(bridge);
    }

    @Test
    void thereAndBackWithARestartEach() {
        lab.define(DECORATED);
        lab.virsh("net-start", "net").ok();
        String former = definition("net");
        String live = lab.virsh("net-dumpxml", "net").ok();
        String table = lab.table();
        assertTrue(libvirtHasRulesFor("vbr11"));

        List<String> said = lab.virtNft("adopt", "net").ok().lines().toList();

        String uuid = former.replaceAll("(?s).*<uuid>(.*)</uuid>.*", "$1");
        String file = "/var/lib/virt-nft/adopted/" + uuid + ".xml";
        assertEquals("net: adopted as nat; what it was is kept in " + file, said.get(0));
        assertTrue(said.get(1).startsWith("net: it runs on as it was started; this takes effect at its next start"));
        assertEquals(former.strip(), lab.read(file).strip());
        assertEquals(List.of(uuid + ".xml"), kept());
        String adopted = definition("net");
        assertTrue(adopted.contains("<forward mode='open'/>"), adopted);
        assertTrue(adopted.contains("<nft:forward mode=\"nat\" dev=\"lo\">"), adopted);
        // what runs is what was started
        assertEquals(live, lab.virsh("net-dumpxml", "net").ok());
        assertEquals(table, lab.table());
        lab.virtNft("apply", "--all").ok();
        assertTrue(libvirtHasRulesFor("vbr11"));

        restart("net");
        assertFalse(libvirtHasRulesFor("vbr11"));
        String owner = lab.table();
        assertNotEquals(table, owner);
        assertTrue(lab.virtNft("status").ok().lines().anyMatch(line -> line.matches("net .*nat .*owner .*")));
        assertTrue(owner.contains("2000-3000"), owner);

        assertEquals(
                "net: released as nat: its definition is what it was before it was adopted",
                lab.virtNft("release", "net").ok().lines().findFirst().orElse(""));
        assertEquals(former, definition("net"));
        assertEquals(List.of(), kept());
        assertEquals(owner, lab.table());

        restart("net");
        assertTrue(libvirtHasRulesFor("vbr11"));
        assertEquals(lines(table), lines(lab.table()));
        assertEquals(live, lab.virsh("net-dumpxml", "net").ok());
    }

    /** An interval set lists its elements in another order after a delete and an add. */
    private static List<String> lines(String table) {
        return table.lines()
                .map(line -> line.strip().replaceAll(",$", ""))
                .sorted()
                .toList();
    }

    @Test
    void dnsmasqIsToldTheSameForAnIsolatedNetwork() {
        lab.define(ISOLATED);
        lab.virsh("net-start", "inside").ok();
        String former = definition("inside");
        List<String> before = dnsmasq();
        assertTrue(before.containsAll(List.of("dhcp-option=3", "no-resolv", "ra-param=*,0,0")), before::toString);

        lab.virtNft("adopt", "inside").ok();
        restart("inside");
        assertEquals(before, dnsmasq());
        assertTrue(lab.table().contains("\"vbr12\" : jump from_none"), lab::table);
        assertFalse(libvirtHasRulesFor("vbr12"));

        // the control: without our options an open network's dnsmasq says something else
        String adopted = definition("inside");
        lab.define(adopted.replaceAll("<dnsmasq:option value='(dhcp-option=3|no-resolv|ra-param=.*)'/>", ""));
        restart("inside");
        assertNotEquals(before, dnsmasq());
        Result refused = lab.virtNft("release", "inside");
        assertEquals(2, refused.status(), refused::toString);
        assertTrue(refused.err().contains("lacks dhcp-option=3, no-resolv, ra-param=*,0,0"), refused::toString);

        lab.define(adopted);
        lab.virtNft("release", "inside").ok();
        assertEquals(former, definition("inside"));
        restart("inside");
        assertEquals(before, dnsmasq());
    }

    private List<String> dnsmasq() {
        return lab.read("/var/lib/libvirt/dnsmasq/inside.conf")
                .lines()
                .filter(line -> !line.startsWith("#"))
                .sorted()
                .toList();
    }

    @Test
    void aDefinitionThatWasEditedSinceIsComputedAndKeepsTheEdit() {
        lab.define(DECORATED);
        lab.virtNft("adopt", "net").ok();
        String former = lab.read("/var/lib/virt-nft/adopted/" + kept().get(0));
        lab.define(definition("net")
                .replace("lab.example.org", "other.example.org")
                .replace(" dev=\"lo\"", ""));

        String said = lab.virtNft("release", "net").ok();
        assertTrue(
                said.startsWith(
                        "net: released as nat: its definition is computed from our metadata, for its definition has"
                                + " changed since it was adopted\nnet: this takes effect at its next start\n"),
                said);
        String released = definition("net");
        assertEquals(
                former.replace("lab.example.org", "other.example.org")
                        .replace("<forward dev='lo' mode", "<forward mode")
                        .replaceAll("\n *<interface dev='lo'/>", "")
                        .strip(),
                released.strip());
        assertEquals(List.of(), kept());

        lab.virtNft("adopt", "net").ok();
        lab.sh("rm /var/lib/virt-nft/adopted/*.xml");
        assertTrue(lab.virtNft("release", "net").ok().contains("for what it was before is not kept on this host"));
        assertEquals(released, definition("net"));
    }

    /** libvirt would say "open forwarding requested, but no IP address provided", and no way out. */
    @Test
    void anIsolatedNetworkWithoutAnAddressIsRefusedBeforeLibvirtDoes() {
        lab.define(WITHOUT_IP.xml());
        for (String command : List.of("adopt without", "adopt --print without", "adopt --dry-run without")) {
            Result result = lab.virtNft(command.split(" "));
            assertEquals(2, result.status(), result::toString);
            assertEquals("", result.out());
            assertTrue(result.err().contains("it has no <ip>, so it cannot be adopted"), result::toString);
            assertTrue(result.err().contains("; or give it an <ip>, "), result::toString);
        }
        // the way out
        lab.define(LabNetwork.companion("without", 13, "").xml());
        lab.virtNft("adopt", "without").ok();
    }

    /** One that libvirt has, and refuses once our element is in it: its RPC takes strings of 4 MiB. */
    private void defineOneThatLibvirtHasNoRoomFor() {
        LabNetwork padded = LabNetwork.of(
                "without", 13, "<metadata><x:x xmlns:x='urn:x'>a</x:x></metadata>", "", LabNetwork.ip(13));
        lab.define(padded.xml());
        int room = (4 << 20) - definition("without").length() - 60;
        lab.define(padded.xml().replace(">a<", ">" + "a".repeat(room) + "<"));
    }

    @Test
    void aFaultInTheMiddleGivesBackWhatWasChanged() {
        lab.define(DECORATED);
        defineOneThatLibvirtHasNoRoomFor();
        lab.define(ISOLATED);
        String net = definition("net");
        String without = definition("without");
        String inside = definition("inside");

        Result result = lab.virtNft("adopt", "net", "inside", "without");

        assertEquals(1, result.status(), result::toString);
        assertEquals("", result.out());
        assertTrue(
                result.err().startsWith("virt-nft: nothing was changed: network 'without': libvirt does not take it: "),
                result::toString);
        assertEquals(net, definition("net"));
        assertEquals(without, definition("without"));
        assertEquals(inside, definition("inside"));
        assertEquals(List.of(), kept());
        // and without the fault
        lab.virtNft("adopt", "net", "inside").ok();
        assertTrue(definition("net").contains(LabNetwork.NAMESPACE));
        assertTrue(definition("inside").contains(LabNetwork.NAMESPACE));
        assertEquals(2, kept().size());
        lab.virtNft("release", "net", "inside").ok();
        assertEquals(net, definition("net"));
        assertEquals(inside, definition("inside"));
    }

    @Test
    void whatCannotBeDoneIsRefusedForAll() {
        lab.define(DECORATED);
        String net = definition("net");
        lab.define(LabNetwork.owner("owner", 14, "<nft:forward mode='route'/>").xml());
        lab.define("<network><name>host</name><forward mode='bridge'/><bridge name='br0'/></network>");
        lab.write(
                "/run/lab/transient.xml",
                LabNetwork.companion("passing", 15, "").xml());
        lab.virsh("net-create", "/run/lab/transient.xml").ok();

        assertRefused(2, "network 'nobody': libvirt has none of this name", "adopt", "net", "nobody");
        assertRefused(2, "network 'passing' is transient", "adopt", "net", "passing");
        assertRefused(2, "the network is adopted already", "adopt", "net", "owner");
        assertRefused(2, "a network in mode bridge cannot be adopted", "adopt", "net", "host");
        assertRefused(2, "network 'net' is given twice", "adopt", "net", "net");
        assertRefused(2, "network 'net' as defined", "release", "owner", "net");
        assertRefused(2, "the network is not adopted", "release", "owner", "net");

        assertEquals(net, definition("net"));
        assertTrue(definition("owner").contains(LabNetwork.NAMESPACE));
        assertEquals(List.of(), kept());
        // one that was written by hand has a way back too
        lab.virtNft("release", "owner").ok();
        assertTrue(definition("owner").contains("<forward mode='route'/>"), definition("owner"));
    }

    @Test
    void nothingIsAdoptedThatWouldStartWithoutTheHook() {
        lab.define(DECORATED);
        String net = definition("net");

        lab.sh("mv " + LibvirtLab.HOOK + " /run/lab/hook");
        assertRefused(1, "the hook is not there: run 'virt-nft enable'", "adopt", "net");
        assertRefused(1, "the hook is not there: run 'virt-nft enable'", "adopt", "--dry-run", "net");
        assertTrue(lab.virtNft("adopt", "--print", "net").ok().contains("<forward mode='open'/>"));
        lab.sh("mv /run/lab/hook " + LibvirtLab.HOOK);

        lab.sh("chmod -x " + LibvirtLab.HOOK);
        assertRefused(1, "not executable", "adopt", "net");
        lab.sh("chmod +x " + LibvirtLab.HOOK);

        lab.sh("touch -d '1 hour' " + LibvirtLab.HOOK);
        assertRefused(1, "the hook is younger than libvirt's daemon", "adopt", "net");
        lab.sh("touch -d '1 hour ago' " + LibvirtLab.HOOK);

        assertEquals(net, definition("net"));
        assertEquals(List.of(), kept());
        lab.virtNft("adopt", "net").ok();
        // the way back is open in any case
        lab.sh("rm " + LibvirtLab.HOOK);
        lab.virtNft("release", "net").ok();
        assertEquals(net, definition("net"));
    }

    private void assertRefused(int status, String why, String... words) {
        Result result = lab.virtNft(words);
        assertEquals(status, result.status(), result::toString);
        assertTrue(result.err().startsWith("virt-nft: "), result::toString);
        assertTrue(result.err().contains(why), result::toString);
    }

    @Test
    void withoutLibvirtdAndBesideAnotherOneNothingIsDone() throws IOException {
        lab.define(DECORATED);
        String net = definition("net");
        Files.createDirectories(lab.path("/var/lib/virt-nft/adopted"));
        Path file = lab.path("/var/lib/virt-nft/adopted/lock");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertTrue(lock.isValid());
            assertRefused(1, "another 'virt-nft adopt' or 'release' is at work", "adopt", "net");
        }
        assertEquals(net, definition("net"));
        lab.stopDaemon();
        assertRefused(1, "libvirt does not answer", "adopt", "net");
        assertRefused(1, "libvirt does not answer", "release", "net");
    }

    @Test
    void dryRunShowsBothDifferencesAndChangesNothing() {
        // libvirt writes metadata with other quotes than all else: that is no difference
        lab.define(LabNetwork.of("net", 11, "<metadata><a:b xmlns:a='urn:a' c='d'/></metadata>", NAT, LabNetwork.ip(11))
                .xml());
        String net = definition("net");

        String shown = lab.virtNft("adopt", "--dry-run", "net").ok();

        List<String> lines = shown.lines().toList();
        assertTrue(lines.contains("-  <forward mode='nat'>"), shown);
        assertTrue(lines.contains("+  <forward mode='open'/>"), shown);
        assertTrue(lines.contains("+          <nft:port start='2000' end='3000'/>"), shown);
        assertEquals(
                List.of(
                        "-  <forward mode='nat'>",
                        "-    <nat>",
                        "-      <port start='2000' end='3000'/>",
                        "-    </nat>",
                        "-  </forward>",
                        "-companion { \"vbr11\" }",
                        "-nat_companion { \"vbr11\" : goto guest }"),
                lines.stream().filter(line -> line.matches("-[^-].*")).toList());
        assertTrue(lines.contains("-companion { \"vbr11\" }"), shown);
        JsonObject document = JsonSchema.document(
                lab.virtNft("adopt", "--dry-run", "--json", "net").ok());
        assertTrue(document.get("dryRun").getAsBoolean());
        assertFalse(document.get("changed").getAsBoolean());
        assertEquals("adopted", JsonSchema.result(document, "net"));
        assertEquals(
                lines.size(),
                JsonSchema.network(document, "net")
                        .getAsJsonArray("differences")
                        .size());
        assertEquals(net, definition("net"));
        assertEquals(List.of(), kept());

        lab.write("/run/lab/printed.xml", lab.virtNft("adopt", "--print", "net").ok());
        lab.virsh("net-define", "/run/lab/printed.xml").ok();
        assertTrue(lab.virtNft("release", "--dry-run", "net").ok().contains("\n+companion { \"vbr11\" }\n"));
        assertTrue(lab.virtNft("release", "--print", "net").ok().contains("<forward mode='nat'>"));
    }

    @Test
    void oddNamesGoAllTheWay() {
        for (String name : List.of("é\"{", "-dash", "it's $(x)")) {
            lab.define(LabNetwork.companion(name, 11, NAT).xml());
            String former = definitionOf(name);
            assertTrue(lab.virtNft("adopt", "--", name).ok().startsWith(name + ": adopted as nat;"));
            lab.virsh("net-start", "--network", name).ok();
            assertTrue(lab.table().contains("\"vbr11\" : goto guest"), lab::table);
            assertTrue(lab.virtNft("release", "--", name).ok().contains("what it was before it was adopted"));
            assertEquals(former, definitionOf(name));
            lab.virsh("net-destroy", "--network", name).ok();
            lab.virsh("net-undefine", "--network", name).ok();
        }
    }

    private String definitionOf(String name) {
        return lab.virsh("net-dumpxml", "--inactive", "--network", name).ok();
    }
}
