package org.virtnft.enabling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.state.LeftNetworks;
import org.virtnft.state.LeftNetworks.Left;
import org.virtnft.state.StateDirectory;

/** Which networks can be left to libvirt, and when that is forgotten. */
class LeavingTest {

    private static final String UUID = "5c6d3a52-0000-4000-8000-0000000000ff";

    private LeftNetworks marks;

    @BeforeEach
    void mark(@TempDir Path root) {
        marks = new StateDirectory(root.resolve("state")).left();
        marks.mark(new Left(UUID, "net", "why"));
    }

    private static Optional<String> xml(String name, String uuid, String forward) {
        return Optional.of("<network><name>" + name + "</name><uuid>" + uuid + "</uuid>" + forward
                + "<bridge name='virbr1'/><ip address='192.168.1.1' prefix='24'/></network>");
    }

    private static LibvirtNetwork defined(String uuid) {
        return new LibvirtNetwork("net", Optional.empty(), xml("net", uuid, "<forward mode='nat'/>"));
    }

    private int marksAfter(LibvirtNetwork... networks) {
        Leaving.forgetUndefined(marks, List.of(networks));
        return marks.all().size();
    }

    @Test
    void aMarkStaysAsLongAsItsNetworkIsDefinedOrRuns() {
        assertEquals(1, marksAfter(defined(UUID)));
        assertEquals(1, marksAfter(defined(UUID.toUpperCase(java.util.Locale.ROOT))), "another spelling");
        assertEquals(
                1, marksAfter(new LibvirtNetwork("net", xml("net", UUID, ""), Optional.empty())), "it is transient");
        assertEquals(1, marksAfter(), "the folder of definitions may not be there yet");
        LibvirtNetwork spoiled = new LibvirtNetwork("net", Optional.empty(), Optional.of("<network>"));
        assertEquals(1, marksAfter(spoiled), "nobody knows whose it is");
        assertEquals(0, marksAfter(defined("5c6d3a52-0000-4000-8000-0000000000fe")), "another one of its name");
    }

    @Test
    void aNetworkIsACompanionAsItRunsOrAsItIsDefined() {
        Optional<String> nat = xml("net", UUID, "<forward mode='nat'/>");
        Optional<String> open = xml("net", UUID, "<forward mode='open'/>");
        assertTrue(Leaving.companion(new LibvirtNetwork("net", nat, open)).isPresent());
        assertTrue(Leaving.companion(new LibvirtNetwork("net", open, nat)).isPresent(), "released, not restarted");
        assertTrue(Leaving.companion(new LibvirtNetwork("net", open, open)).isEmpty());
        assertTrue(Leaving.companion(new LibvirtNetwork("net", Optional.empty(), open))
                .isEmpty());
    }
}
