package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.virtnft.demo.Host;
import org.virtnft.demo.Lab;
import org.virtnft.demo.VirtualizationHost;
import org.virtnft.libvirt.LibvirtLab.Kind;

/** What the README tells an administrator to do first, word for word, on a host with a guest that talks all the time. */
class DayOneIT {

    /** The commands of day one, but for the package's installation; where there is no terminal, enable cannot ask. */
    private static List<String> commands() {
        return GuidePage.readme().commandsBelow("Day one").stream()
                .map(GuidePage::runnable)
                .filter(command -> !command.isEmpty())
                .toList();
    }

    @Test
    void dayOneIsTrue() throws IOException {
        List<String> commands = commands();
        assertEquals(4, commands.size(), commands::toString);
        try (LibvirtLab libvirt = LibvirtLab.start(Kind.INSTALLED);
                Lab lab = new Lab()) {
            libvirt.sh("mkdir -p /var/lib/libvirt/dnsmasq");
            libvirt.define(
                    LabNetwork.companion("default", 11, "<forward mode='nat'/>").xml());
            libvirt.virsh("net-start", "default").ok();
            VirtualizationHost host = new VirtualizationHost(lab, lab.adopt("host", libvirt.namespace()));
            Host outside = host.outside("up0", "outside", List.of("198.51.100.1/24"), List.of("198.51.100.2/24"));
            host.bridgeOfOthers("vbr11", List.of("192.168.11.1/24"));
            Host guest = host.guest("vbr11", "guest", List.of("192.168.11.10/24"));
            String said = "";
            try (Conversation conversation = new Conversation(guest, outside, "198.51.100.2", 9001)) {
                for (String command : commands) {
                    said = libvirt.sh(command);
                    conversation.beats(5);
                    if (command.contains("adopt")) {
                        assertTrue(said.contains("default: adopted as nat; what it was is kept in "), said);
                        assertTrue(said.contains("default: restarted; packets of its guests were stopped for "), said);
                    }
                }
                assertTrue(said.lines().anyMatch(line -> line.matches("default +vbr11 +nat +owner .* up")), said);
                assertFalse(libvirt.sh("iptables-save").contains("vbr11"));

                libvirt.sh("virt-nft release --now default && virt-nft disable --yes");
                conversation.beats(5);
                assertTrue(libvirt.sh("iptables-save").contains("vbr11"));
                assertEquals("", libvirt.table());
            }
        }
    }
}
