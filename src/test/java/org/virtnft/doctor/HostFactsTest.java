package org.virtnft.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.host.HostFiles;
import org.virtnft.network.Family;

/** What a host's files say; its rules are in DoctorIT. */
class HostFactsTest {

    @TempDir
    private Path root;

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private Facts gather() {
        return new HostFacts(new HostFiles(root)).gather();
    }

    @Test
    void aHostWithoutAnything() {
        Facts facts = gather();
        assertEquals(List.of(), facts.foreignTables());
        assertFalse(facts.forwards(Family.IPV4));
        assertFalse(facts.bridgeNetfilter());
        assertEquals(Optional.empty(), facts.uplink(Family.IPV4));
        assertEquals(
                List.of(
                        "rules of others in nftables: there is no program nft; install the package nftables",
                        "whether there is policy routing is not known: there is no program ip; install the package iproute2"),
                facts.unknown());
    }

    @Test
    void theKernelsParametersRoutesAndDevices() throws IOException {
        write("proc/sys/net/ipv4/ip_forward", "1\n");
        write("proc/sys/net/ipv6/conf/all/forwarding", "0\n");
        write("proc/sys/net/bridge/bridge-nf-call-iptables", "1\n");
        write("proc/net/route", """
                Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
                virbr0\t007AA8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
                eno1\t00000000\t010112C6\t0003\t0\t0\t0\t00000000\t0\t0\t0
                """);
        String zeros = "00000000000000000000000000000000";
        write(
                "proc/net/ipv6_route",
                zeros + " 00 " + zeros + " 00 " + zeros + " ffffffff 00000001 00000000 00200200       lo\n" + zeros
                        + " 00 " + zeros
                        + " 00 fe80000000000000000000000000000a 00000400 00000001 00000000 00000003   wlan0\n");
        write("proc/net/dev", "Inter-|   Receive\n face |bytes\n    lo:  120       2\nvirbr0: 0 0\n");
        Facts facts = gather();
        assertTrue(facts.forwards(Family.IPV4));
        assertFalse(facts.forwards(Family.IPV6));
        assertTrue(facts.bridgeNetfilter());
        assertEquals(Optional.of("eno1"), facts.uplink(Family.IPV4));
        assertEquals(Optional.of("wlan0"), facts.uplink(Family.IPV6));
        assertTrue(facts.isThere("virbr0") && facts.isThere("lo"));
        assertFalse(facts.isThere("virbr1"));
    }

    @Test
    void aRulesetFileThatFlushesAndOurDropIn() throws IOException {
        Files.createDirectories(root.resolve("run/systemd/system"));
        write("usr/bin/systemctl", "");
        assertTrue(root.resolve("usr/bin/systemctl").toFile().setExecutable(true));
        write("etc/nftables.conf", "#!/usr/sbin/nft -f\n\nflush ruleset\n");
        assertEquals(Optional.of("/etc/nftables.conf"), gather().nftables().flushingFile());
        assertFalse(gather().nftables().ourDropIn());
        write("usr/lib/systemd/system/nftables.service.d/50-virt-nft.conf", "");
        assertTrue(gather().nftables().ourDropIn());
        write("etc/nftables.conf", "# flush ruleset\ndelete table inet mine\n");
        assertEquals(Optional.empty(), gather().nftables().flushingFile());
    }
}
