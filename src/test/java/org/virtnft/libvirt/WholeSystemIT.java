package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.virtnft.libvirt.LibvirtLab.Kind;

/** Debian's whole libvirt-daemon-system, and the network that it comes with. */
class WholeSystemIT {

    @Test
    void networkDefaultIsAccompanied() {
        try (LibvirtLab lab = LibvirtLab.start(Kind.WHOLE_SYSTEM)) {
            assertTrue(lab.virsh("net-list", "--all", "--name").ok().contains("default"));
            lab.virsh("net-start", "default").ok();
            assertEquals(List.of("virbr0"), lab.appliedBridges());
            assertTrue(lab.table().contains("\"virbr0\" . 192.168.122.0/24 : goto masq"), lab::table);
            String out = lab.virtNft("--version").ok()
                    + lab.virtNft("apply", "--all").ok();
            assertTrue(out.contains("default: nat on virbr0, applied"), out);
            String status = lab.virtNft("status", "--connect", "qemu:///system").ok();
            assertTrue(
                    status.lines().anyMatch(line -> line.matches("default +virbr0 +nat +companion .* (up|no guest)")),
                    status);

            lab.virsh("net-destroy", "default").ok();
            assertEquals("", lab.table());
            assertEquals(List.of(), lab.syslog());
        }
    }
}
