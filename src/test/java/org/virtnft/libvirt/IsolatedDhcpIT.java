package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.virtnft.libvirt.LibvirtLab.Kind;

/**
 * What a guest of an isolated network is told by DHCP, by router advertisements and by DNS is the same after adopt: by libvirt alone, no
 * such network has a router or forwards names, while an open one, which an adopted network is for libvirt, has and does.
 */
class IsolatedDhcpIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final String ISOLATED = """
            <network>
              <name>inside</name>
              <bridge name='vbr12' stp='off'/>
              <domain name='lab.example'/>
              <dns><host ip='192.168.12.77'><hostname>server.lab.example</hostname></host></dns>
              <ip address='192.168.12.1' prefix='24'>
                <dhcp>
                  <range start='192.168.12.2' end='192.168.12.9'/>
                  <host mac='52:54:00:00:00:12' name='guest' ip='192.168.12.5'/>
                </dhcp>
              </ip>
              <ip family='ipv6' address='fd00:12::1' prefix='64'/>
            </network>
            """;

    /** The host's resolver, which knows a name that no network of the host has. */
    private static final String[] UPSTREAM = {
        "dnsmasq",
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        "--pid-file=",
        "--no-resolv",
        "--no-hosts",
        "--bind-interfaces",
        "--listen-address=127.0.0.53",
        "--address=/outside.example/203.0.113.7"
    };

    /** udhcpc tells its script everything in variables; only the times of renewal, which dnsmasq varies, and the shell's own are left out. */
    private static final String CONFIGURE = """
            #!/bin/sh -eu
            [ "$1" = bound ] || exit 0
            ip addr add "$ip/$mask" dev "$interface"
            [ -z "${router:-}" ] || ip route add default via "$router"
            env | grep -Ev '^(opt58|opt59|PWD|OLDPWD|SHLVL|_|PATH|LC_ALL)=' | sort >/run/lab/options
            """;

    private LibvirtLab lab;

    @BeforeEach
    void startLab() {
        lab = LibvirtLab.startWithoutDaemon(Kind.WITH_HOOK);
        // the folder is Debian's package's
        lab.sh("mkdir -p /var/lib/libvirt/dnsmasq; touch -d '1 hour ago' " + LibvirtLab.HOOK
                // where this machine's points is not to be written to
                + "; rm -f /etc/resolv.conf; echo nameserver 127.0.0.53 >/etc/resolv.conf");
        lab.launch(UPSTREAM);
        lab.writeProgram("/run/lab/configure", CONFIGURE);
        lab.startDaemon();
        lab.sh("ip netns add guest; ip link add port type veth peer name eth0 netns guest;"
                + " ip -n guest link set eth0 address 52:54:00:00:00:12;"
                + " ip netns exec guest sysctl -qw net.ipv6.conf.eth0.accept_dad=0 net.ipv6.conf.eth0.accept_ra=2"
                // its first question may be too early for dnsmasq
                + " net.ipv6.conf.eth0.router_solicitation_delay=0 net.ipv6.conf.eth0.router_solicitation_interval=1");
        LibvirtLab.await(
                PATIENCE,
                "the host's resolver",
                () -> asked("127.0.0.53", "outside.example").contains("203.0.113.7"));
    }

    @AfterEach
    void endLab() {
        lab.close();
    }

    private String asked(String server, String name) {
        return lab.run("busybox", "nslookup", "-type=a", name, server).out();
    }

    /** All that the guest gets to know, plugged in anew: a client's questions and the kernel's own. */
    private Map<String, String> told() {
        lab.sh("rm -f /run/lab/options; ip -n guest link set eth0 down; ip -n guest addr flush dev eth0;"
                + " ip link set port master vbr12 up; ip -n guest link set lo up; ip -n guest link set eth0 up;"
                + " nsenter --net=/run/netns/guest busybox udhcpc -f -q -n -t 10 -T 1 -i eth0 -s /run/lab/configure");
        LibvirtLab.await(
                PATIENCE,
                "an advertised prefix",
                () -> lab.sh("ip -n guest -6 addr show dev eth0").contains(" fd00:12:"));
        Map<String, String> all = new LinkedHashMap<>();
        all.put("options", lab.read("/run/lab/options"));
        all.put("default route", lab.sh("ip -n guest route show default"));
        all.put(
                "default route, IPv6",
                lab.sh("ip -n guest -6 route show default").replaceAll(" expires .*", ""));
        for (String name :
                List.of("server.lab.example", "guest.lab.example", "absent.lab.example", "outside.example")) {
            all.put(
                    name,
                    lab.run("nsenter", "--net=/run/netns/guest", "busybox", "nslookup", "-type=a", name, "192.168.12.1")
                            .out());
        }
        return all;
    }

    private static void assertIsolated(Map<String, String> told) {
        String options = told.get("options");
        assertTrue(options.contains("ip=192.168.12.5\n") && options.contains("dns=192.168.12.1\n"), options);
        assertTrue(options.lines().noneMatch(line -> line.matches("(router|staticroutes)=.*")), options);
        assertEquals("", told.get("default route"));
        assertEquals("", told.get("default route, IPv6"));
        assertTrue(told.get("server.lab.example").contains("192.168.12.77"), told::toString);
        assertTrue(told.get("guest.lab.example").contains("192.168.12.5"), told::toString);
        assertTrue(told.get("outside.example").contains("REFUSED"), told::toString);
    }

    private String definition() {
        return lab.virsh("net-dumpxml", "--inactive", "inside").ok();
    }

    @Test
    void aGuestOfAnAdoptedIsolatedNetworkIsToldWhatItWasToldBefore() {
        lab.define(ISOLATED);
        lab.virsh("net-start", "inside").ok();
        String former = definition();
        Map<String, String> before = told();
        assertIsolated(before);

        lab.virtNft("adopt", "inside").ok();
        restart();
        assertTrue(lab.virsh("net-dumpxml", "inside").ok().contains("<forward mode='open'/>"));
        assertEquals(before, told());

        lab.virtNft("release", "inside").ok();
        restart();
        assertEquals(former, definition());
        assertEquals(before, told());

        // the control: what the same network says when it is open, and nothing is said to dnsmasq
        lab.define(former.replace("<bridge ", "<forward mode='open'/><bridge "));
        restart();
        Map<String, String> open = told();
        assertTrue(open.get("options").contains("router=192.168.12.1\n"), open::toString);
        assertTrue(open.get("default route").startsWith("default via 192.168.12.1 "), open::toString);
        assertTrue(open.get("default route, IPv6").contains(" proto ra "), open::toString);
        assertTrue(open.get("server.lab.example").contains("192.168.12.77"), open::toString);
        assertTrue(open.get("outside.example").contains("203.0.113.7"), open::toString);
    }

    private void restart() {
        lab.virsh("net-destroy", "inside").ok();
        lab.virsh("net-start", "inside").ok();
    }
}
