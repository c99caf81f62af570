package org.virtnft.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.virtnft.libvirt.LibvirtLab.Kind;
import org.virtnft.libvirt.LibvirtLab.Result;

/** Whatever goes wrong at a start: an owner network must not run open, a companion must run. */
class HookFailureIT {

    /** A hook has 10 seconds, and one to die in; the rest is for slow machines. */
    private static final Duration PATIENCE = Duration.ofSeconds(25);

    /** Ends what went wrong. */
    @FunctionalInterface
    private interface Mending {
        void run() throws Exception;
    }

    /** What goes wrong, made and mended. */
    private enum Cause {
        PROGRAM_GONE("/usr/sbin/virt-nft is missing") {
            @Override
            Mending provoke(LibvirtLab lab) {
                lab.sh("mv /usr/sbin/virt-nft /run/lab/kept");
                return () -> lab.sh("mv /run/lab/kept /usr/sbin/virt-nft");
            }
        },
        PROGRAM_EMPTY("/usr/sbin/virt-nft is missing") {
            @Override
            Mending provoke(LibvirtLab lab) {
                lab.sh("cp -p /usr/sbin/virt-nft /run/lab/kept; : >/usr/sbin/virt-nft");
                return () -> lab.sh("cp -p /run/lab/kept /usr/sbin/virt-nft");
            }
        },
        /** As where SELinux or AppArmor forbids it. */
        PROGRAM_CANNOT_BE_RUN("/usr/sbin/virt-nft cannot be run (exit status 127)") {
            @Override
            Mending provoke(LibvirtLab lab) {
                lab.sh("mv /usr/sbin/virt-nft /run/lab/kept");
                lab.writeProgram("/usr/sbin/virt-nft", "#!/no/such/shell\n");
                return () -> lab.sh("mv /run/lab/kept /usr/sbin/virt-nft");
            }
        },
        NO_JRE("no Java runtime") {
            @Override
            Mending provoke(LibvirtLab lab) {
                lab.sh("mount -t tmpfs tmpfs /usr/lib/jvm; mv /usr/bin/java /run/lab/kept");
                return () -> lab.sh("umount /usr/lib/jvm; mv /run/lab/kept /usr/bin/java");
            }
        },
        JARS_GONE("jars are missing") {
            @Override
            Mending provoke(LibvirtLab lab) {
                lab.sh("mount -t tmpfs tmpfs /usr/lib/virt-nft");
                return () -> lab.sh("umount /usr/lib/virt-nft");
            }
        },
        /** A real JVM, hit while it works: before it catches signals (the third digit of SigCgt has that of SEGV), it is no crash of its own. */
        JVM_CRASH("killed by signal 6 (ABRT)") {
            @Override
            Mending provoke(LibvirtLab lab) {
                String caught = "case $(sed -n 's/^SigCgt://p' /proc/$$/status) in *[4567cdef]??) break ;; esac";
                return instead(
                        lab,
                        "( for i in $(seq 200); do " + caught + "; sleep 0.01; done; kill -SEGV $$ ) & exec "
                                + lab.realJava() + " \"$@\"");
            }
        },
        SEGMENTATION_FAULT("killed by signal 11 (SEGV)") {
            @Override
            Mending provoke(LibvirtLab lab) {
                return instead(lab, "kill -SEGV $$");
            }
        },
        JVM_DOES_NOT_START("failed with exit status 1 (Unrecognized VM option") {
            @Override
            Mending provoke(LibvirtLab lab) {
                return instead(lab, "exec " + lab.realJava() + " -XX:NoSuchOption=1 -XX:-IgnoreUnrecognizedVMOptions");
            }
        },
        /** One ends at the first signal, the other listens to none and has a child that does not either. */
        HANGS("10 seconds") {
            @Override
            Mending provoke(LibvirtLab lab) {
                return instead(lab, "case $* in *own*) exec sleep 30 ;; *) trap '' TERM; sleep 30; sleep 30 ;; esac");
            }
        },
        LOCK_HELD("another virt-nft has held /run/virt-nft/lock for 5 s") {
            @Override
            Mending provoke(LibvirtLab lab) throws IOException {
                Files.createDirectories(lab.path("/run/virt-nft"));
                FileChannel file = FileChannel.open(
                        lab.path("/run/virt-nft/lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.lock();
                return () -> {
                    lock.release();
                    file.close();
                };
            }
        },
        /** A table of our name that another program owns: the kernel lets nobody else touch it. */
        KERNEL_REFUSES("nftables refuses it: ") {
            @Override
            Mending provoke(LibvirtLab lab) throws IOException {
                Process owner = lab.launch("nft", "-i");
                owner.getOutputStream().write(LibvirtLab.utf8("add table inet virt_nft { flags owner; }\n"));
                owner.getOutputStream().flush();
                LibvirtLab.await(
                        Duration.ofSeconds(10), "the table", () -> !lab.table().isEmpty());
                return () -> {
                    owner.getOutputStream().close();
                    owner.waitFor();
                };
            }
        },
        STATE_UNUSABLE("state directory /run/virt-nft cannot be used") {
            @Override
            Mending provoke(LibvirtLab lab) {
                lab.sh("mkdir -p /run/virt-nft/failed; echo >/run/virt-nft/networks");
                return () -> lab.sh("rm /run/virt-nft/networks");
            }
        },
        XML_REFUSED("'a;b'") {
            @Override
            Mending provoke(LibvirtLab lab) {
                return () -> {};
            }

            @Override
            LabNetwork owner() {
                return LabNetwork.owner("own", 11, "<nft:forward mode='nat' dev='a;b'/>");
            }

            @Override
            LabNetwork companion() {
                return LabNetwork.companion("comp", 12, "<forward mode='nat' dev='a;b'/>");
            }
        };

        /** What the line must say. */
        private final String said;

        Cause(String said) {
            this.said = said;
        }

        /** Makes it go wrong, until the answer is run. */
        abstract Mending provoke(LibvirtLab lab) throws Exception;

        LabNetwork owner() {
            return LabNetwork.owner("own", 11, "<nft:forward mode='nat'/>");
        }

        LabNetwork companion() {
            return LabNetwork.companion("comp", 12, "<forward mode='nat'/>");
        }

        private static Mending instead(LibvirtLab lab, String script) {
            lab.sh("mv /usr/bin/java /run/lab/kept");
            lab.writeProgram("/usr/bin/java", "#!/bin/sh\n" + script + "\n");
            return () -> lab.sh("mv /run/lab/kept /usr/bin/java");
        }
    }

    @ParameterizedTest
    @EnumSource
    void ownerIsNotStartedAndCompanionIs(Cause cause) throws Exception {
        LabNetwork owner = cause.owner();
        LabNetwork companion = cause.companion();
        try (LibvirtLab lab = LibvirtLab.start(Kind.WITH_HOOK)) {
            lab.define(owner.xml());
            lab.define(companion.xml());

            Mending mending = cause.provoke(lab);
            try {
                long begin = System.nanoTime();
                // both at once: for some causes a start waits for seconds
                CompletableFuture<Result> starting =
                        CompletableFuture.supplyAsync(() -> lab.virsh("net-start", owner.name()));
                Result started = lab.virsh("net-start", companion.name());
                assertOwnerRefused(lab, owner, starting.join(), cause);
                assertTrue(System.nanoTime() - begin < PATIENCE.toNanos(), "libvirtd stands still meanwhile");
                assertEquals(0, started.status(), started::toString);
                assertTrue(lab.hasInterface(companion.bridge()));
                assertFalse(lab.table().contains("vbr"), "nothing of ours is in the kernel");
                assertEquals(List.of(), lab.appliedBridges());
            } finally {
                mending.run();
            }

            assertFailureIsTold(lab, companion, cause);
        }
    }

    @Test
    void successfulApplyOrStartEndsTheFailure() throws Exception {
        LabNetwork network = Cause.JARS_GONE.companion();
        try (LibvirtLab lab = LibvirtLab.start(Kind.WITH_HOOK)) {
            lab.define(network.xml());
            failOnce(lab, network);
            assertTrue(lab.virtNft("status").ended(1).contains("failed"));

            lab.virtNft("apply", network.name()).ok();
            String status = lab.virtNft("status").ok();
            assertFalse(status.contains("failed"), status);
            assertTrue(lab.table().contains("\"vbr12\" : jump from_any"), lab::table);

            lab.virsh("net-destroy", network.name()).ok();
            failOnce(lab, network);
            lab.virsh("net-destroy", network.name()).ok();
            lab.virsh("net-start", network.name()).ok();
            status = lab.virtNft("status").ok();
            assertFalse(status.contains("failed"), status);
        }
    }

    private static void failOnce(LibvirtLab lab, LabNetwork network) throws Exception {
        Mending mending = Cause.JARS_GONE.provoke(lab);
        lab.virsh("net-start", network.name()).ok();
        mending.run();
    }

    private static void assertOwnerRefused(LibvirtLab lab, LabNetwork owner, Result start, Cause cause) {
        assertNotEquals(0, start.status(), start::toString);
        assertFalse(lab.hasInterface(owner.bridge()));
        List<String> lines = start.err().lines().filter(line -> !line.isEmpty()).toList();
        assertEquals(2, lines.size(), start::toString);
        int ours = lines.get(1).indexOf("unexpected exit status 1: virt-nft: ");
        assertTrue(ours > 0, start::toString);
        String line = lines.get(1).substring(ours);
        assertTrue(line.contains(cause.said), line);
        assertTrue(line.contains("network 'own'"), line);
        assertTrue(lab.virsh("net-list").out().lines().noneMatch(listed -> listed.contains("own")));
    }

    private static void assertFailureIsTold(LibvirtLab lab, LabNetwork companion, Cause cause) {
        List<String> log = lab.syslog();
        assertEquals(1, log.size(), log::toString);
        assertTrue(log.get(0).contains(cause.said), log::toString);
        assertTrue(log.get(0).contains("network '" + companion.name() + "'"), log::toString);
        Result status = lab.virtNft("status");
        assertEquals(1, status.status(), status::toString);
        List<String> rows = status.out()
                .lines()
                .filter(line -> line.startsWith(companion.name() + " "))
                .toList();
        assertEquals(1, rows.size(), status::toString);
        assertTrue(rows.get(0).endsWith("failed"), status::toString);
        assertTrue(status.out().contains(cause.said), status::toString);
    }
}
