package org.virtnft.definitions;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.virtnft.files.WholeFile;

/**
 * What libvirt's network driver keeps on disk, for when its daemon cannot be asked: a file NAME.xml for each persistent network in
 * {@code /etc/libvirt/qemu/networks}, and one for each active network, a {@code <networkstatus>}, in {@code /run/libvirt/network};
 * and a link for each that it starts by itself, in {@code /etc/libvirt/qemu/networks/autostart} (libvirt 9.0.0 to 11.3, src/network/bridge_driver.c).
 */
public final class LibvirtFiles {

    private static final String SUFFIX = ".xml";

    private final Path persistent;
    private final Path autostart;
    private final Path active;

    /** @param root "/", but in tests */
    public LibvirtFiles(Path root) {
        this.persistent = root.resolve("etc/libvirt/qemu/networks");
        this.autostart = persistent.resolve("autostart");
        this.active = root.resolve("run/libvirt/network");
    }

    /**
     * All active networks. A network that is just starting has no file yet.
     *
     * @throws LibvirtException when a file cannot be read
     */
    public List<LibvirtNetwork> active() throws LibvirtException {
        return all().stream().filter(LibvirtNetwork::isActive).toList();
    }

    /**
     * All networks, active or only defined.
     *
     * @throws LibvirtException when a file cannot be read
     */
    public List<LibvirtNetwork> all() throws LibvirtException {
        TreeSet<String> names = new TreeSet<>(names(persistent));
        names.addAll(names(active));
        List<LibvirtNetwork> found = new ArrayList<>();
        for (String name : names) {
            LibvirtNetwork network = new LibvirtNetwork(name, text(active, name), text(persistent, name));
            if (network.liveXml().isPresent() || network.persistentXml().isPresent()) {
                found.add(network);
            }
        }
        return found;
    }

    /**
     * Networks that libvirt starts by itself, and that do not run: a reload of its daemon starts them (networkStateReload in
     * src/network/bridge_driver.c), as if nobody had stopped them.
     *
     * @throws LibvirtException when a folder cannot be read
     */
    public List<String> stoppedAutostart() throws LibvirtException {
        TreeSet<String> names = new TreeSet<>(names(autostart));
        names.retainAll(names(persistent));
        names.removeAll(names(active));
        return List.copyOf(names);
    }

    private static List<String> names(Path folder) throws LibvirtException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                names.add(name.substring(0, name.length() - SUFFIX.length()));
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return names; // libvirt was never started here
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
        return names;
    }

    /** Empty when it was removed meanwhile. */
    private static Optional<String> text(Path folder, String name) throws LibvirtException {
        Path file = folder.resolve(name + SUFFIX);
        try {
            // whatever is in it: one that is damaged hides no other
            return Optional.of(new String(WholeFile.bytes(file), StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static LibvirtException unreadable(Path file, IOException e) {
        return new LibvirtException(file + " cannot be read (run as root): " + e, e);
    }
}
