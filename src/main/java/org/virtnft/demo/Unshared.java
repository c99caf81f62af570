package org.virtnft.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.virtnft.host.Program;

/**
 * This very command once more, in namespaces of its own and with a directory that nobody else sees.
 *
 * <p>Another process, because only one with a single thread can enter a user namespace. It is {@code unshare} who mounts, never
 * Java: nothing that Java is told can make it mount where others live.
 */
public final class Unshared {

    private static final List<String> NAMESPACES = List.of("--net", "--mount", "--fork", "--kill-child", "--");

    /** What an ordinary user needs besides. */
    private static final List<String> BE_ROOT = List.of("--user", "--map-root-user");

    /**
     * Its $0 is the directory; a tmpfs is everybody's to write in, unless told. Loopback first: Java says that there is no IPv6 where
     * no interface has an address.
     */
    private static final String PREPARE = "ip link set lo up && mount -t tmpfs -o mode=700 tmpfs \"$0\"";

    private Unshared() {}

    /**
     * Runs the command line of this process again, with one more argument; returns its exit status.
     *
     * @param option what comes before the directory's name in that argument
     * @throws LabException when this host does not let us have namespaces
     */
    public static int runAgain(String option) {
        try {
            Path directory = Files.createTempDirectory("virt-nft-demo");
            try {
                List<String> command = new ArrayList<>(way(directory));
                command.addAll(commandLine());
                command.add(option + directory);
                return Program.prepare(command).inheritIO().start().waitFor();
            } finally {
                Files.delete(directory); // empty: what was in it is gone with its mount namespace
            }
        } catch (IOException e) {
            throw new LabException("the demo cannot be started: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        }
    }

    /** How to get there. Root needs no user namespace, but in a container may be refused what everybody is given with one. */
    private static List<String> way(Path directory) {
        String why = "";
        for (List<String> user : List.of(List.<String>of(), BE_ROOT)) {
            List<String> way = new ArrayList<>(List.of("unshare"));
            way.addAll(user);
            way.addAll(NAMESPACES);
            way.addAll(List.of("sh", "-c"));
            String complaint = complaint(way, PREPARE, directory);
            if (complaint.isEmpty()) {
                way.addAll(List.of(PREPARE + " && exec \"$@\"", directory.toString()));
                return way;
            }
            why = complaint;
        }
        throw new LabException("demo needs namespaces of its own, and this host does not let you have them (" + why
                + "); run it as root, or allow user namespaces: sysctl user.max_user_namespaces,"
                + " kernel.unprivileged_userns_clone or kernel.apparmor_restrict_unprivileged_userns");
    }

    /** Goes there, and at once back: what stands in the way, "" for nothing. */
    private static String complaint(List<String> way, String script, Path directory) {
        List<String> command = new ArrayList<>(way);
        command.addAll(List.of(script, directory.toString()));
        Program.Ending ending = Lab.run(command, "");
        return ending.status() == 0 ? "" : ending.output().lines().findFirst().orElse("no reason given");
    }

    /** How this process was started, Java's own options included. */
    private static List<String> commandLine() throws IOException {
        String all = Files.readString(Path.of("/proc/self/cmdline"));
        return List.of(all.substring(0, all.length() - 1).split("\0", -1));
    }
}
