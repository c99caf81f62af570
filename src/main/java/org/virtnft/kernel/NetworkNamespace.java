package org.virtnft.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The network namespace of the calling thread. */
public final class NetworkNamespace {

    /** Beside {@link CLibrary}: the hook never makes a namespace. */
    interface Unshare extends Library {
        int unshare(int flags) throws LastErrorException;
    }

    private NetworkNamespace() {}

    /** What tells it from others, until it is gone: {@code net:[4026531840]}. */
    public static String current() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
        } catch (IOException e) {
            throw new UncheckedIOException("/proc is needed", e);
        }
    }

    /**
     * Moves the calling thread into another one, and with it the sockets that it will make.
     *
     * @param file a file of /run/netns or /proc/PID/ns/net
     * @throws KernelException when the kernel refuses
     */
    public static void enter(Path file) {
        CLibrary c = Libraries.load("c", CLibrary.class);
        try {
            int descriptor = c.open(file.toString(), CLibrary.O_RDONLY | CLibrary.O_CLOEXEC);
            try {
                c.setns(descriptor, CLibrary.CLONE_NEWNET);
            } finally {
                c.close(descriptor);
            }
        } catch (LastErrorException e) {
            throw new KernelException("network namespace " + file + " cannot be entered: " + e.getMessage(), e);
        }
    }

    /**
     * Moves the calling thread into a new one, which is gone when nothing is in it any more.
     *
     * @throws KernelException when the kernel refuses
     */
    public static void enterNew() {
        try {
            Libraries.load("c", Unshare.class).unshare(CLibrary.CLONE_NEWNET);
        } catch (LastErrorException e) {
            throw new KernelException("no network namespace can be made: " + e.getMessage(), e);
        }
    }

    /** The file by which others enter the calling thread's namespace, as long as the thread lives. */
    public static Path file() {
        try {
            Path thread = Files.readSymbolicLink(Path.of("/proc/thread-self"));
            return Path.of("/proc").resolve(thread).resolve("ns/net");
        } catch (IOException e) {
            throw new UncheckedIOException("/proc is needed", e);
        }
    }
}
