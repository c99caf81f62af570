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
 * Others' rules cut guests off; the doctor says who, and what it prints brings the guests back. Docker's, ufw's and firewalld's rules
 * are those that Debian's packages made in a namespace, before and after their own commands.
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
        return run.out()
                .lines()
                .filter(line -> line.startsWith("PROBLEM  default:"))
                .toList();
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
            case "bridge" -> world.host().nft("""
                    table bridge filter {
                        chain forward {
                            type filter hook forward priority filter; policy drop;
                        }
                    }
                    """);
            case "netdev" -> world.host().nft("""
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
    @ValueSource(strings = {"nft", "docker", "iptables", "bridge", "netdev"})
    void whatIsOneCommandIsDoneAndUndone(String kind) {
        assertEquals(ALL, passing());
        foreign(kind);
        List<Boolean> cutOff = passing();
        // out by IPv4, but for a bridge's own rules
        assertEquals(false, cutOff.get(kind.equals("bridge") ? 2 : 0));

        Run found = doctor();
        assertEquals(1, found.status(), found::toString);
        assertTrue(!problems(found).isEmpty(), found::toString);
        assertEquals(cutOff, passing(), "looking changes nothing");
        Run refused = doctor("--fix");
        assertEquals(2, refused.status(), refused::toString);
        assertEquals(cutOff, passing(), "nobody said yes");

        Run fixed = doctor("--fix", "--yes");
        assertEquals(ALL, passing(), fixed::toString);
        Run after = doctor();
        assertEquals(List.of(), problems(after), after::toString);

        fixed.out()
                .lines()
                .filter(line -> line.startsWith("undo: "))
                .map(line -> line.substring("undo: ".length()))
                .forEach(command -> world.host().run("sh", "-c", command));
        assertEquals(cutOff, passing(), fixed::toString);
    }

    @Test
    void ufwAndWhatItsOwnCommandsMake() {
        replay("iptables-nft-restore", recorded("ufw.save"));
        replay("ip6tables-nft-restore", recorded("ufw6.save"));
        assertEquals(List.of(false, false, false, false), passing());
        Run found = doctor();
        for (String command : List.of(
                "route allow in on virbr0",
                "allow in on virbr0 to any port 53",
                "allow in on virbr0 to any port 67 proto udp")) {
            assertTrue(found.out().contains("fix: ufw " + command + "\n"), found::toString);
        }
        replay("iptables-nft-restore", recorded("ufw-mended.save"));
        replay("ip6tables-nft-restore", recorded("ufw6-mended.save"));
        assertEquals(ALL, passing());
        assertEquals(List.of(), problems(doctor()));
    }

    @Test
    void firewalldAndWhatItsOwnCommandMakes() {
        world.host().nft(recorded("firewalld.nft"));
        assertEquals(List.of(false, false, false, false), passing());
        Run found = doctor();
        assertTrue(
                found.out().contains("chain filter_FWD_public: reject with icmpx admin-prohibited\n"), found::toString);
        assertTrue(
                found.out().contains("fix: firewall-cmd --zone=libvirt --change-interface=virbr0\n"), found::toString);
        world.host().nft("delete table inet firewalld\n" + recorded("firewalld-mended.nft"));
        assertEquals(ALL, passing());
        assertEquals(List.of(), problems(doctor()));
    }
}
