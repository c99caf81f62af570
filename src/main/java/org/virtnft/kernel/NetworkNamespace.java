package org.virtnft.kernel;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The network namespace of the calling thread. */
public final class NetworkNamespace {

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
}
