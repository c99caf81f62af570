package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.virtnft.cli.FaultyReshaping;
import org.virtnft.cli.JsonSchema;
import org.virtnft.demo.Host;
import org.virtnft.demo.Lab;
import org.virtnft.demo.VirtualizationHost;
import org.virtnft.libvirt.LibvirtLab.Kind;
import org.virtnft.libvirt.LibvirtLab.Result;

/** adopt --now and release --now with a real libvirtd, under guests that talk all the time. */
class AdoptNowIT {

    /** With STP a port listens and learns for twice this many seconds before it forwards. */
    private static final int FORWARD_DELAY = 2;

    private static final String OUTSIDE = "198.51.100.2";

    /** A guest's interface as the qemu driver makes it known. */
    private static final String PORT = """
            <networkport>
              <uuid>%s</uuid>
              <owner><name>%s</name><uuid>5c6d3a52-0000-4000-8000-0000000000ff</uuid></owner>
              <mac address='52:54:00:00:00:0%d'/>
            </networkport>
            """;

    private LibvirtLab libvirt;
    private Lab lab;
    private VirtualizationHost host;
    private Host outside;

    @BeforeEach
    void startLab() {
        libvirt = LibvirtLab.startWithoutDaemon(Kind.WITH_HOOK);
        // the folder is Debian's package's
        libvirt.sh("mkdir -p /var/lib/libvirt/dnsmasq; touch -d '1 hour ago' " + LibvirtLab.HOOK);
        libvirt.startDaemon();
        lab = new Lab();
        host = new VirtualizationHost(lab, lab.adopt("host", libvirt.namespace()));
        outside = host.outside("up0", "outside", List.of("198.51.100.1/24"), List.of(OUTSIDE + "/24"));
    }

    @AfterEach
    void endLab() {
        lab.close();
        libvirt.close();
    }

    private static String network(String name, int number, String forward) {
        return LabNetwork.companion(name, number, forward)
                .xml()
                .replace("stp='off'", "stp='on' delay='" + FORWARD_DELAY + "'");
    }

    private Host guest(String bridge, String name, int number, int last) {
        host.bridgeOfOthers(bridge, List.of("192.168." + number + ".1/24"));
        return host.guest(bridge, name, List.of("192.168." + number + "." + last + "/24"));
    }

    /** The ports of a bridge, with all that the kernel shows of them. */
    private String ports(String bridge) {
        return libvirt.sh("for port in /sys/class/net/" + bridge + "/brif/*; do cd $port;"
                + " for file in *; do case $file in"
                + " flush | bridge | port_no | port_id | designated_* | *_timer | state | change_ack | config_pending) ;;"
                + " *) echo ${port##*/} $file $(cat $file) ;; esac; done;"
                + " bridge fdb show dev ${port##*/} | grep static || true; done");
    }

    /** libvirt's bridges speak STP: a new port listens and learns for 2 s each before anything passes. */
    private void awaitForwarding() {
        LibvirtLab.await(Duration.ofSeconds(30), "a forwarding port", () -> {
            String ports = libvirt.sh("bridge link show");
            return !ports.isBlank() && ports.lines().allMatch(line -> line.contains("forwarding"));
        });
    }

    private String libvirtsPorts(String network) {
        return libvirt.sh("for port in $(virsh -q -c network:///system net-port-list " + network + "); do"
                + " virsh -q -c network:///system net-port-dumpxml " + network + " $port; done");
    }

    private void createPort(String network, String owner, int number) {
        libvirt.write(
                "/run/lab/port.xml", PORT.formatted("5c6d3a52-0000-4000-8000-00000000000" + number, owner, number));
        libvirt.virsh("net-port-create", network, "/run/lab/port.xml").ok();
    }

    private String definition(String name) {
        return libvirt.virsh("net-dumpxml", "--inactive", name).ok();
    }

    private boolean libvirtHasRulesFor(String bridge) {
        return libvirt.sh("iptables-save; ip6tables-save").contains(bridge);
    }

    private static List<String> sorted(String text) {
        return text.lines()
                .map(line -> line.strip().replaceAll(",$", ""))
                .sorted()
                .toList();
    }

    private static void assertShort(Conversation conversation, String what) {
        Duration ping = conversation.pingSilence();
        Duration stream = conversation.streamSilence();
        System.out.println(
                what + ": no ping for " + ping.toMillis() + " ms, TCP silent for " + stream.toMillis() + " ms");
        assertTrue(ping.compareTo(Duration.ofSeconds(2L * FORWARD_DELAY)) < 0, what + ": " + ping);
    }

    @Test
    void guestsTalkOnWhileTheirNetworkIsAdoptedAndReleased() throws IOException {
        libvirt.define(network("net", 11, "<forward mode='nat'/>"));
        libvirt.virsh("net-start", "net").ok();
        Host guest = guest("vbr11", "guest", 11, 10);
        Host other = guest("vbr11", "other", 11, 11);
        createPort("net", "guest", 1);
        createPort("net", "other", 2);
        String first =
                libvirt.sh("ls /sys/class/net/vbr11/brif").lines().toList().get(0);
        // what a guest's interface can have: by libvirt (that is its macTableManager), and by hand
        String guestMac =
                guest.run("ip", "-o", "link", "show", "eth0").replaceAll("(?s).*link/ether ([0-9a-f:]+).*", "$1");
        libvirt.sh("bridge link set dev " + first
                + " isolated off learning off flood off hairpin on mcast_flood off cost 7"
                + " priority 3 && bridge fdb replace " + guestMac + " dev " + first + " master static"
                + " && echo 8 >/sys/class/net/" + first + "/brport/group_fwd_mask");
        // whom the host knows there, and would else ask for; nobody answers for these
        libvirt.sh("ip neigh replace 192.168.11.77 lladdr 52:54:00:00:00:77 dev vbr11 nud permanent;"
                + " ip neigh replace 192.168.11.78 lladdr 52:54:00:00:00:78 dev vbr11 nud stale");
        String mac = libvirt.sh("cat /sys/class/net/vbr11/address");
        String former = definition("net");
        String live = libvirt.virsh("net-dumpxml", "net").ok();
        String ports = ports("vbr11");
        String known = libvirtsPorts("net");
        List<String> table = sorted(libvirt.table());
        assertTrue(ports.contains(first + " cost") || ports.contains(first + " path_cost 7"), ports);
        awaitForwarding();

        try (Conversation out = new Conversation(guest, outside, OUTSIDE, 9001);
                Conversation across = new Conversation(other, guest, "192.168.11.10", 9002)) {
            out.pingSilence();
            across.pingSilence();
            Result adopted = libvirt.virtNft("adopt", "--now", "net");
            out.beats(20);
            across.beats(20);
            assertShort(out, "adopt --now, to the outside");
            assertShort(across, "adopt --now, between guests");
            assertTrue(
                    adopted.ok().matches("(?s).*net: restarted; packets of its guests were stopped for [0-9.]+ s\n.*"));
            assertTrue(definition("net").contains("<forward mode='open'/>"));
            assertTrue(libvirt.virsh("net-dumpxml", "net").ok().contains("<forward mode='open'/>"));
            assertFalse(libvirtHasRulesFor("vbr11"));
            assertTrue(libvirt.table().contains("nat_owner"), libvirt::table);
            assertEquals(ports, ports("vbr11"));
            assertEquals(known, libvirtsPorts("net"));
            assertEquals(
                    "1", libvirt.sh("cat /sys/class/net/vbr11/bridge/stp_state").strip());
            assertEquals(mac, libvirt.sh("cat /sys/class/net/vbr11/address"));
            assertEquals(
                    List.of(
                            "192.168.11.77 lladdr 52:54:00:00:00:77 PERMANENT",
                            "192.168.11.78 lladdr 52:54:00:00:00:78 STALE"),
                    sorted(libvirt.sh("ip neigh show dev vbr11 | grep 192.168.11.7")));
            assertEquals("", libvirt.sh("ls /run/virt-nft | grep restarting || true"));
            assertEquals("lock", without(libvirt.sh("ls /var/lib/virt-nft/adopted"), ".xml"));

            // libvirtd restarted, in the new shape: it makes nothing of its own
            libvirt.stopDaemon();
            libvirt.startDaemon();
            out.beats(20);
            assertFalse(libvirtHasRulesFor("vbr11"));

            // as in a container, and for a hardened unit
            libvirt.sh("mount -o remount,bind,ro /sys");
            Result released = libvirt.virtNft("release", "--now", "net");
            out.beats(20);
            across.beats(20);
            assertShort(out, "release --now, to the outside");
            assertShort(across, "release --now, between guests");
            assertTrue(released.ok().contains("net: restarted; "), released::toString);
            assertEquals(former, definition("net"));
            assertEquals(live, libvirt.virsh("net-dumpxml", "net").ok());
            assertTrue(libvirtHasRulesFor("vbr11"));
            assertEquals(table, sorted(libvirt.table()));
            assertEquals(ports, ports("vbr11"));
            assertEquals(known, libvirtsPorts("net"));

            libvirt.stopDaemon();
            libvirt.startDaemon();
            out.beats(20);
            assertEquals(live, libvirt.virsh("net-dumpxml", "net").ok());
        }
        // and a stop by hand ends all of it as ever
        libvirt.virsh("net-destroy", "net").ok();
        assertEquals("", libvirt.table());
    }

    private static String without(String lines, String ending) {
        return String.join(
                "\n", lines.lines().filter(line -> !line.endsWith(ending)).toList());
    }

    /** Everything that must be as it was. */
    private Map<String, String> everything() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("definition of net", definition("net"));
        all.put("definition of idle", definition("idle"));
        all.put("what runs", libvirt.virsh("net-dumpxml", "net").ok());
        all.put("our table", String.join("\n", sorted(libvirt.table())));
        all.put("the bridge's ports", ports("vbr11"));
        all.put("libvirt's ports", libvirtsPorts("net"));
        all.put("libvirt's rules", String.join("\n", sorted(libvirt.sh("iptables-save | grep vbr11 || true"))));
        all.put("state", libvirt.sh("ls /run/virt-nft /run/virt-nft/networks | grep -v transaction"));
        all.put("kept", libvirt.sh("ls /var/lib/virt-nft/adopted"));
        return all;
    }

    private static void assertSame(Map<String, String> before, Map<String, String> after, String what) {
        before.forEach((part, text) -> assertEquals(text, after.get(part), what + ": " + part));
    }

    private Result faulty(String fault, int call, String... words) {
        List<String> command = new ArrayList<>(List.of(
                libvirt.realJava(), "-cp", System.getProperty("java.class.path"), FaultyReshaping.class.getName()));
        command.addAll(List.of(fault, Integer.toString(call)));
        command.addAll(List.of(words));
        return libvirt.run(command.toArray(String[]::new));
    }

    @Test
    void aFaultOrADeathAtAnyCallLeavesNetworksAsTheyWere() throws IOException {
        libvirt.define(network("net", 11, "<forward mode='nat'/>"));
        libvirt.define(network("idle", 12, "<forward mode='route'/>"));
        libvirt.virsh("net-start", "net").ok();
        Host guest = guest("vbr11", "guest", 11, 10);
        createPort("net", "guest", 1);
        awaitForwarding();
        libvirt.virtNft("adopt", "idle").ok();
        libvirt.virtNft("release", "idle").ok();
        libvirt.virtNft("apply", "--all").ok();
        Map<String, String> before = everything();

        try (Conversation conversation = new Conversation(guest, outside, OUTSIDE, 9001)) {
            for (String way : List.of("adopt", "release")) {
                if (way.equals("release")) {
                    libvirt.virtNft("adopt", "--now", "net", "idle").ok();
                    before = everything();
                }
                int calls = 0;
                for (int call = 1; calls == 0; call++) {
                    // the way back is the same code: of it, only the death
                    for (String fault : way.equals("adopt") ? List.of("BEFORE", "AFTER", "KILL") : List.of("KILL")) {
                        String what = way + ", " + fault + " at call " + call;
                        Result result = faulty(fault, call, way, "--now", "net", "idle");
                        if (result.status() == 0) {
                            calls = call - 1; // there was no such call
                            libvirt.virtNft(way.equals("adopt") ? "release" : "adopt", "--now", "net", "idle")
                                    .ok();
                            break;
                        }
                        if (fault.equals("KILL")) {
                            assertEquals(137, result.status(), what + "\n" + result);
                            String healed = libvirt.virtNft("apply", "--all").ok();
                            assertTrue(healed.contains("an interrupted adopt or release was taken back"), healed);
                        } else {
                            assertEquals(1, result.status(), what + "\n" + result);
                            assertTrue(result.err().contains("virt-nft: nothing was changed: "), what + "\n" + result);
                        }
                        assertSame(before, everything(), what + "\n" + result);
                        conversation.beats(3);
                    }
                }
                System.out.println(way + " --now: " + calls + " calls of libvirt");
                assertTrue(calls >= 7, "only " + calls + " calls");
            }
            System.out.println(
                    "all faults: no ping for " + conversation.pingSilence().toMillis() + " ms");
        }
    }

    /** What stands in the way may be no call of libvirt's. */
    @Test
    void aRefusedStartIsTakenBackAndAnInterfaceThatDoesNotComeBackIsTold() throws IOException {
        libvirt.define(network("net", 11, "<forward mode='nat'/>"));
        libvirt.define(network("idle", 12, "<forward mode='route'/>"));
        libvirt.virsh("net-start", "net").ok();
        Host guest = guest("vbr11", "guest", 11, 10);
        createPort("net", "guest", 1);
        libvirt.virtNft("adopt", "idle").ok();
        libvirt.virtNft("release", "idle").ok();
        awaitForwarding();
        Map<String, String> before = everything();

        try (Conversation conversation = new Conversation(guest, outside, OUTSIDE, 9001)) {
            // somebody else's hook, which does not like the network in its new shape
            libvirt.writeProgram("/etc/libvirt/hooks/network.d/60-no", """
                    #!/bin/sh
                    if grep -q "forward mode='open'" && [ "$2" = start ]; then echo "not here" >&2; exit 1; fi
                    """);
            Result refused = libvirt.virtNft("adopt", "--now", "net");
            assertEquals(1, refused.status(), refused::toString);
            assertTrue(refused.err().startsWith("virt-nft: nothing was changed: libvirt does not start network 'net'"));
            assertTrue(refused.err().contains("not here"), refused::toString);
            assertSame(before, everything(), "refused start");
            conversation.beats(5);
            libvirt.sh("rm /etc/libvirt/hooks/network.d/60-no");

            libvirt.sh(
                    "mv /usr/sbin/ip /run/lab/ip; printf '#!/bin/sh\nexit 1\n' >/usr/sbin/ip; chmod +x /usr/sbin/ip");
            Result lost = libvirt.virtNft("adopt", "--now", "net");
            assertEquals(4, lost.status(), lost::toString);
            assertTrue(lost.err().contains("could not be put back on vbr11: try 'ip link set "), lost::toString);
            libvirt.sh("mv /run/lab/ip /usr/sbin/ip");
            String status = libvirt.virtNft("status").ended(1);
            assertTrue(status.contains("an adopt or release is under way, or was interrupted"), status);
            Result other = libvirt.virtNft("adopt", "idle");
            assertEquals(1, other.status(), other::toString);
            assertTrue(other.err().contains("run 'virt-nft apply --all', which takes it back"), other::toString);
            libvirt.virtNft("apply", "--all").ok();
            assertSame(before, everything(), "mended");
            conversation.beats(5);
        }
    }

    @Test
    void nothingIsAdoptedWhoseGuestsOthersWouldCutOff() {
        libvirt.define(network("net", 11, "<forward mode='nat'/>"));
        libvirt.virsh("net-start", "net").ok();
        libvirt.sh("nft add table inet mine;"
                + " nft 'add chain inet mine f { type filter hook forward priority 10; policy drop; }'");
        String former = definition("net");
        Result refused = libvirt.virtNft("adopt", "--now", "net");
        assertEquals(1, refused.status(), refused::toString);
        assertTrue(refused.err().contains("PROBLEM  net: dropped here: "), refused::toString);
        assertTrue(refused.err().contains("virt-nft: not adopted, nothing was changed: net: dropped here: "));
        JsonObject document = JsonSchema.document(
                libvirt.virtNft("adopt", "--now", "--json", "net").ended(1));
        assertFalse(document.get("changed").getAsBoolean());
        assertEquals(0, document.getAsJsonArray("networks").size());
        assertTrue(document.getAsJsonArray("findings").size() > 0, document::toString);
        assertEquals(former, definition("net"));
        libvirt.virtNft("adopt", "--now", "--force", "net").ok();
        assertTrue(definition("net").contains("<forward mode='open'/>"));
        // the same look before the hook is put
        assertTrue(libvirt.virtNft("enable", "--check").out().contains("PROBLEM  net: dropped here: "));
        JsonObject released = JsonSchema.document(
                libvirt.virtNft("release", "--now", "--json", "net").ok());
        assertTrue(released.get("changed").getAsBoolean());
        assertEquals("released", JsonSchema.result(released, "net"));
        assertEquals(
                "companion", JsonSchema.network(released, "net").get("shape").getAsString());
        assertTrue(JsonSchema.network(released, "net").get("pausedSeconds").getAsDouble() < 30, released::toString);
    }
}
