package org.virtnft.host;

import java.io.IOException;
import java.nio.file.Path;
import org.virtnft.files.Memory;

/**
 * Where things lie on a host.
 *
 * @param root "/", but in tests
 */
public record HostFiles(Path root) {

    /** This host. */
    public static final HostFiles REAL = new HostFiles(Path.of("/"));

    /** What the hook executes. */
    public Path program() {
        return root.resolve("usr/sbin/virt-nft");
    }

    /** The program's jars, and what the package's scripts run. */
    Path library() {
        return root.resolve("usr/lib/virt-nft");
    }

    /** The hook as the package has it; never run by libvirt. */
    public Path shippedHook() {
        return library().resolve("hooks/network.d/50-virt-nft");
    }

    /** libvirt's folder for hooks. */
    public Path hookFolder() {
        return root.resolve("etc/libvirt/hooks");
    }

    /** Those of libvirt's network driver; every executable in it is run. */
    Path networkHooks() {
        return hookFolder().resolve("network.d");
    }

    /** The hook as libvirt runs it. */
    public Path hook() {
        return networkHooks().resolve("50-virt-nft");
    }

    /** What must outlive a reboot. */
    Path memory() {
        return root.resolve(Memory.PLACE);
    }

    /**
     * Makes {@link #memory}, or takes from others what an earlier version left them of it.
     *
     * @throws IOException when that fails
     */
    public void makeMemory() throws IOException {
        Memory.make(memory());
    }

    /** Which hook we put, in the form of sha256sum: the package's scripts read it too. */
    Path hookRecord() {
        return memory().resolve("hook.sha256");
    }

    /** What networks were before they were adopted. */
    public Path formerDefinitions() {
        return memory().resolve("adopted");
    }

    /** Networks whose shape is being changed at this moment, or was when the command died. */
    public Path unfinishedReshaping() {
        return formerDefinitions().resolve("unfinished");
    }

    /** There when SELinux is on. */
    public Path selinux() {
        return root.resolve("sys/fs/selinux");
    }

    /** Gives files the labels of their places. */
    public Path restorecon() {
        return root.resolve("usr/sbin/restorecon");
    }

    Path appArmorProfiles() {
        return root.resolve("sys/kernel/security/apparmor/profiles");
    }

    /** There when systemd is this system's init. */
    public Path systemd() {
        return root.resolve("run/systemd/system");
    }

    /** The unit that brings the rules back at boot. */
    public Path unit() {
        return root.resolve("usr/lib/systemd/system/virt-nft.service");
    }

    /** What the kernel tells of a process. */
    Path process(long pid) {
        return root.resolve("proc").resolve(Long.toString(pid));
    }

    Path uptime() {
        return root.resolve("proc/uptime");
    }

    /** A folder for each network interface. */
    public Path networkDevices() {
        return root.resolve("sys/class/net");
    }

    Path run() {
        return root.resolve("run");
    }
}
