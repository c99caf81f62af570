package org.virtnft.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The hook in libvirt's folder: a copy of the shipped one. No link, which AppArmor's profile of libvirtd does not follow; and no
 * file of the package's, whose purge would open every owner network at its next start.
 */
public final class HookCopy {

    /** Whose the hook is. */
    public enum Condition {
        /** There is none. */
        ABSENT,
        /** It is the shipped one, or there is none to compare it with: virt-nft was installed by hand. */
        CURRENT,
        /** It is one that we put, of another version. */
        OUTDATED,
        /** Somebody changed it: it is theirs. */
        CHANGED
    }

    private final HostFiles files;

    public HookCopy(HostFiles files) {
        this.files = files;
    }

    /**
     * Looks at it.
     *
     * @throws IOException when it cannot be read
     */
    public Condition condition() throws IOException {
        Path hook = files.hook();
        if (!Files.exists(hook, LinkOption.NOFOLLOW_LINKS)) {
            return Condition.ABSENT;
        }
        if (!Files.isRegularFile(hook, LinkOption.NOFOLLOW_LINKS) || !Files.isExecutable(hook)) {
            return Condition.CHANGED;
        }
        byte[] content = Files.readAllBytes(hook);
        if (!Files.exists(files.shippedHook()) || Arrays.equals(content, Files.readAllBytes(files.shippedHook()))) {
            return Condition.CURRENT;
        }
        return recorded().startsWith(sha256(content)) ? Condition.OUTDATED : Condition.CHANGED;
    }

    private String recorded() throws IOException {
        try {
            return Files.readString(files.hookRecord());
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    /**
     * Puts the shipped hook there, all of it or nothing.
     *
     * @throws IOException when that fails; what was there before is still there
     */
    public void put() throws IOException {
        byte[] content = Files.readAllBytes(files.shippedHook());
        makeNetworkHooks();
        files.makeMemory();
        // The record first: it is right for a hook of ours in any case, and a hook without one would be an
        // administrator's.
        String record = sha256(content) + "  /" + files.root().relativize(files.hook()) + "\n";
        DurableFile.replace(files.hookRecord(), record.getBytes(StandardCharsets.UTF_8));
        // Not begun in network.d: libvirt runs whatever is executable there.
        Path fresh = files.hookFolder().resolve(".50-virt-nft.new");
        DurableFile.replace(fresh, files.hook(), content, Optional.of("rwxr-xr-x"));
    }

    /** For everybody to read, as the package libvirt makes it, whatever the umask: it is libvirt's, and others' hooks lie there too. */
    private void makeNetworkHooks() throws IOException {
        Path folder = files.networkHooks();
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    /**
     * Takes it out.
     *
     * @throws IOException when that fails
     */
    public void remove() throws IOException {
        Files.deleteIfExists(files.hook());
        Files.deleteIfExists(files.hookRecord());
        try {
            Files.deleteIfExists(files.networkHooks());
        } catch (DirectoryNotEmptyException e) {
            return; // others have hooks there
        }
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
