package org.virtnft.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.virtnft.cli.InProcess.NO_LIBVIRT;
import static org.virtnft.cli.InProcess.virtNft;
import static org.virtnft.cli.InProcess.virtNftWithInput;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.virtnft.launcher.Run;

/** adopt and release for definitions that are kept in files: no libvirt, no root. */
class PrintAdoptedTest {

    private static final String DEFAULT = "test-networks/default.xml";

    @Test
    void aFileThereAndBack() throws IOException {
        Run adopted = virtNft("adopt", "--print", "-f", DEFAULT);
        assertEquals(0, adopted.status());
        assertEquals("", adopted.err());
        assertTrue(adopted.out().contains("\n      <nft:forward mode='nat'/>\n"), adopted.out());
        assertTrue(adopted.out().contains("\n  <forward mode='open'/>\n"), adopted.out());

        Run released = virtNftWithInput(adopted.out(), "release", "--print", "-f", "-");
        assertEquals(new Run(0, Files.readString(Path.of(DEFAULT)), ""), released);
    }

    @Test
    void warningsGoWhereTheyAreNotTakenForXml() {
        Run adopted = virtNft("adopt", "--print", "-f", "test-networks/nat-ipv6-routed.xml");
        assertEquals(0, adopted.status());
        assertTrue(adopted.out().endsWith("</network>\n"), adopted.out());
        assertTrue(adopted.err().contains("open to new connections from outside"), adopted.err());
    }

    @Test
    void whatCannotBeDoneIsBadInput() {
        assertRefused(
                "test-networks/bridge.xml:3: <forward>: a network in mode bridge cannot be adopted",
                "adopt",
                "--print",
                "-f",
                "test-networks/bridge.xml");
        assertRefused(DEFAULT + ":3: <forward>: the network is not adopted", "release", "--print", "-f", DEFAULT);
        assertRefused("nowhere: there is no such file", "adopt", "--print", "-f", "nowhere");
    }

    private static void assertRefused(String why, String... words) {
        Run run = virtNft(words);
        assertEquals(2, run.status());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("virt-nft: " + why), run.err());
    }

    @Test
    void withoutLibvirtNamesFail() {
        for (String command : new String[] {"adopt", "release"}) {
            for (String option : new String[] {"--print", "--dry-run", "--state-dir=/run/virt-nft"}) {
                Run run = virtNft(command, option, NO_LIBVIRT, "default");
                assertEquals(1, run.status());
                assertEquals("", run.out());
                assertTrue(run.err().startsWith("virt-nft: libvirt does not answer (nowhere:///"), run.err());
            }
        }
    }
}
