package org.virtnft.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.virtnft.demo.AddressPlan;
import org.virtnft.demo.LabException;
import org.virtnft.demo.Probe;
import org.virtnft.demo.Probe.Protocol;
import org.virtnft.launcher.Program;
import org.virtnft.launcher.Run;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.packets.World.Uplink;

/**
 * Others' rules cut guests off; the doctor says who, and what it prints brings the guests back. Docker's rules are those that Debian's
 * package made in a namespace; ufw and firewalld run themselves.
 */
class DoctorIT {

    private static final String XML = "<network><name>default</name><metadata>"
            + "<nft:network xmlns:nft='http://virt-nft.org/xmlns/libvirt/network/1.0'><nft:forward mode='nat'>"
            + "<nft:nat ipv6='yes'/></nft:forward></nft:network></metadata><forward mode='open'/><bridge name='virbr0'/>"
            + "<ip address='192.168.122.1' prefix='24'/><ip family='ipv6' address='fd00:122::1' prefix='64'/></network>";

    private static final int DNS = 53;

    private World world;
    private Uplink uplink;
    private Member member;

    @BeforeEach
    void build() {
        world = new World(true);
        uplink = world.uplink("eth0");
        world.host()
                .ip("route add default via " + uplink.friend(false), "route add default via " + uplink.friend(true));
        VirtualNetwork network = World.network(XML);
        member = new Member(world, network, new AddressPlan(List.of(network)), 1);
        world.host().listen(Member.parse("192.168.122.1"), DNS);
        world.apply(List.of(network));
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static String recorded(String name) {
        try (InputStream stream = DoctorIT.class.getResourceAsStream("/org/virtnft/doctor/" + name)) {
            if (stream == null) {
                throw new AssertionError("there is no recording " + name);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Run doctor(String... options) {
        return Program.of(
                        "nsenter",
                        "--net=" + world.host().namespace(),
                        "--",
                        Program.launcher().toString())
                .and("doctor", "-f", "-")
                .and(options)
                .input(XML)
                .run();
    }

    /** What it says of the network; this machine's own units and tools are not ours to judge. */
    private static List<String> problems(Run run) {
        return problems(run.out());
    }

    /** After it was mended it looks again. */
    private static List<String> problemsLeft(Run fixed) {
        int now = fixed.out().indexOf("\nNow:\n");
        assertTrue(now > 0, fixed::toString);
        return problems(fixed.out().substring(now));
    }

    private static List<String> problems(String out) {
        return out.lines().filter(line -> line.startsWith("PROBLEM  default:")).toList();
    }

    /** What passes: out by IPv4, out by IPv6, to a neighbour, and to the host's DNS. */
    private List<Boolean> passing() {
        List<Probe> probes = new ArrayList<>();
        for (boolean ipv6 : List.of(false, true)) {
            probes.add(Probe.of(Protocol.TCP, member.guest(), uplink.friend(ipv6)));
        }
        probes.add(Probe.of(Protocol.UDP, member.guest(), Member.address(member.peer(), false)));
        probes.add(Probe.of(Protocol.UDP, member.guest(), "192.168.122.1").toPort(DNS));
        return probes.parallelStream().map(DoctorIT::passes).toList();
    }

    /** firewalld's "administratively prohibited" is "no route to host" for whoever sent it, which is otherwise a broken lab. */
    private static boolean passes(Probe probe) {
        try {
            return probe.send().passed();
        } catch (LabException e) {
            return false;
        }
    }

    private static final List<Boolean> ALL = List.of(true, true, true, true);

    /** A rule that drops guests on the real uplink is somebody's purpose where their way is another one. */
    @Test
    void wherePacketsMayLeaveByAnotherWayNothingIsLetPast() {
        world.host()
                .nft(
                        "add table inet kill; add chain inet kill f { type filter hook forward priority 10; policy drop; }");
        Run plain = doctor();
        assertTrue(plain.out().contains("fix: nft -e -a 'insert rule inet kill f iifname"), plain::toString);
        world.host().run("ip", "rule", "add", "fwmark", "0x1", "lookup", "51820");
        String before = world.host().run("nft", "list", "table", "inet", "kill");

        Run fixed = doctor("--fix", "--yes");

        assertFalse(fixed.out().contains("insert rule"), fixed::toString);
        assertTrue(
                fixed.out().contains("no command is given, for there is policy routing ('ip rule' has '"),
                fixed::toString);
        assertEquals(before, world.host().run("nft", "list", "table", "inet", "kill"));
        assertTrue(fixed.out().contains("\nnot looked at: chains at prerouting"), fixed::toString);

        world.host().run("ip", "rule", "del", "fwmark", "0x1", "lookup", "51820");
        world.host().ip("route add 0.0.0.0/1 dev eth0", "route add 128.0.0.0/1 dev eth0");
        Run halves = doctor();
        assertTrue(
                halves.out().contains("no command is given, for routes by eth0 outdo the default route"),
                halves::toString);
    }

    @Test
    void aHostWithoutRulesOfOthers() {
        assertEquals(ALL, passing());
        Run run = doctor();
        assertEquals(List.of(), problems(run), run::toString);
        assertTrue(run.out().contains("note     br_netfilter: is on"), run::toString);
        assertFalse(run.out().contains("conntrack"), run::toString);
    }

    private void replay(String program, String rules) {
        world.host().run(List.of(program), rules);
    }

    private void foreign(String kind) {
        switch (kind) {
            case "nft" -> world.host().nft("""
                    table inet filter {
                        chain forward {
                            type filter hook forward priority filter; policy drop;
                        }
                        chain input {
                            type filter hook input priority filter; policy accept;
                            ct state vmap { established : accept, related : accept, invalid : drop }
                            iifname "lo" accept
                            icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
                            jump deny
                        }
                        chain deny {
                            counter reject
                        }
                    }
                    """);
            // beside what is routed: between guests, and where the bridge's own frames arrive
            case "bridge and device" -> world.host().nft("""
                    table bridge filter {
                        chain forward {
                            type filter hook forward priority filter; policy drop;
                        }
                    }
                    table netdev filter {
                        chain guests {
                            type filter hook ingress device virbr0 priority filter; policy drop;
                            ether type arp accept
                            icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
                        }
                    }
                    """);
            case "docker" -> replay("iptables-nft-restore", recorded("docker.save"));
            default -> replay("iptables-nft-restore", """
                    *filter
                    :INPUT ACCEPT [0:0]
                    :FORWARD ACCEPT [0:0]
                    -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
                    -A INPUT -j REJECT
                    -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
                    -A FORWARD -j REJECT
                    COMMIT
                    """);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nft", "docker", "iptables", "bridge and device"})
    void whatIsOneCommandIsDoneAndUndone(String kind) {
        assertEquals(ALL, passing());
        foreign(kind);
        List<Boolean> cutOff = passing();
        assertEquals(false, cutOff.get(0));

        Run found = doctor();
        assertEquals(1, found.status(), found::toString);
        assertTrue(!problems(found).isEmpty(), found::toString);
        Run refused = doctor("--fix");
        assertEquals(2, refused.status(), refused::toString);
        assertEquals(cutOff, passing(), "looking changes nothing, and nobody said yes");

        Run fixed = doctor("--fix", "--yes");
        assertEquals(ALL, passing(), fixed::toString);
        assertEquals(List.of(), problemsLeft(fixed), fixed::toString);

        undos(fixed).forEach(command -> world.host().run("sh", "-c", command));
        assertEquals(cutOff, passing(), fixed::toString);
    }

    private static List<String> undos(Run fixed) {
        return fixed.out()
                .lines()
                .filter(line -> line.startsWith("undo: "))
                .map(line -> line.substring("undo: ".length()))
                .toList();
    }

    /** What the doctor runs is the program's own command, here run by the program itself. */
    @ParameterizedTest
    @ValueSource(strings = {"ufw", "firewalld"})
    void whatTheProgramItselfCutOffItMends(String program) {
        assertEquals(ALL, passing());
        try (Firewall firewall = Firewall.on(world.host().namespace(), program)) {
            assertEquals(List.of(false, false, false, false), passing());

            Run fixed = firewall.program(Program.launcher().toString(), "doctor", "-f", "-", "--fix", "--yes")
                    .input(XML)
                    .run();

            List<String> commands = program.equals("ufw")
                    ? List.of(
                            "ufw route allow in on virbr0",
                            "ufw allow in on virbr0 to any port 53",
                            "ufw allow in on virbr0 to any port 67 proto udp")
                    : List.of(
                            "firewall-cmd --zone=libvirt --change-interface=virbr0",
                            "firewall-cmd --permanent --zone=libvirt --change-interface=virbr0");
            commands.forEach(command -> assertTrue(fixed.out().contains("done: " + command + "\n"), fixed::toString));
            assertEquals("", fixed.err(), fixed::toString);
            assertEquals(ALL, passing(), fixed::toString);
            assertEquals(List.of(), problemsLeft(fixed), fixed::toString);

            undos(fixed)
                    .forEach(command ->
                            firewall.program("sh", "-c", command).run().ok());
            assertEquals(List.of(false, false, false, false), passing(), fixed::toString);
        }
    }
}
