package org.virtnft.transaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.virtnft.kernel.SampleNetworks.nat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.virtnft.kernel.TestNamespace;
import org.virtnft.launcher.Program;
import org.virtnft.launcher.Run;
import org.virtnft.transaction.Scene.Picture;

/** Commands order themselves: libvirt runs the hooks of different networks at the same time, and people run commands beside. */
class LockIT {

    @TempDir
    Path folder;

    private Scene scene;

    @BeforeEach
    void open() {
        scene = new Scene(folder.resolve("state"));
        scene.apply(Scene.put(nat("there", "t0", "10.1.0.1/24")));
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    void twoCommandsAtOnceBothEndWell() throws Exception {
        List<Program.Running> both = List.of(
                virtNft("apply", "-f", file("left", "l0", "10.2.0.1")).start(),
                virtNft("apply", "-f", file("right", "r0", "10.3.0.1")).start());
        for (Program.Running command : both) {
            command.await().ok();
        }

        Picture picture = scene.picture();
        assertEquals(List.of("left", "right", "there"), picture.networks());
        assertTrue(picture.inForce());
        for (String subnet : List.of("10.1.0.0/24", "10.2.0.0/24", "10.3.0.0/24")) {
            assertTrue(picture.table().contains(subnet), subnet);
        }
    }

    @Test
    void aLockThatIsHeldForEverGivesOneLine() throws Exception {
        Picture before = scene.picture();
        try (FileChannel channel = FileChannel.open(scene.folder().resolve("lock"), StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertTrue(lock.isValid());
            long start = System.nanoTime();
            Program.Running command =
                    virtNft("apply", "-f", file("late", "l0", "10.2.0.1")).start();
            Program.Running hook = hook("hook-late", "h0", "10.3.0.1").start();
            Run late = command.await();
            Run start2 = hook.await();
            Duration taken = Duration.ofNanos(System.nanoTime() - start);

            String held = "another virt-nft has held " + scene.folder() + "/lock for 5 s; try again when it is done";
            assertEquals(1, late.status());
            assertEquals("virt-nft: " + held + "\n", late.err());
            assertEquals("", late.out());
            // an owner network's start fails with it
            assertEquals(1, start2.status());
            assertEquals("virt-nft: network 'hook-late': " + held + "\n", start2.err());
            assertTrue(taken.toSeconds() >= 5, () -> "it has waited: " + taken);
        }
        before.assertSame(scene.picture());
    }

    @Test
    void theStateOfACommandThatDiedIsNotLockedForEver() throws Exception {
        FileChannel channel = FileChannel.open(scene.folder().resolve("lock"), StandardOpenOption.WRITE);
        channel.lock();
        Program.Running waiting =
                virtNft("apply", "-f", file("late", "l0", "10.2.0.1")).start();
        Thread.sleep(1000);
        assertTrue(waiting.isAlive() || Files.exists(scene.folder().resolve("networks/l0")));
        channel.close(); // as the kernel does for the dead

        waiting.await().ok();
        assertEquals(List.of("late", "there"), scene.picture().networks());
    }

    private Program virtNft(String... words) {
        return inside().and(words).and("--state-dir", scene.folder().toString());
    }

    private Program inside() {
        TestNamespace namespace = scene.namespace();
        // no libvirt of the host is asked
        return namespace.program(Program.launcher().toString()).with("LIBVIRT_DEFAULT_URI", "");
    }

    private Program hook(String name, String bridge, String address) {
        return inside().and("hook", "--state-dir", scene.folder().toString(), name, "start", "begin", "-")
                .input("""
                        <hookData><network>
                          <name>%s</name>
                          <metadata>
                            <nft:network xmlns:nft='http://virt-nft.org/xmlns/libvirt/network/1.0'>
                              <nft:forward mode='route'/>
                            </nft:network>
                          </metadata>
                          <forward mode='open'/>
                          <bridge name='%s'/>
                          <ip address='%s' prefix='24'/>
                        </network></hookData>
                        """.formatted(name, bridge, address));
    }

    private String file(String name, String bridge, String address) throws IOException {
        return Files.writeString(folder.resolve(name + ".xml"), """
                        <network>
                          <name>%s</name>
                          <forward mode='nat'/>
                          <bridge name='%s'/>
                          <ip address='%s' prefix='24'/>
                        </network>
                        """.formatted(name, bridge, address))
                .toString();
    }
}
