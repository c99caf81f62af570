package org.virtnft.cli;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.virtnft.definitions.LibvirtException;
import org.virtnft.definitions.LibvirtFiles;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.definitions.Named;
import org.virtnft.libvirt.LibvirtControl;
import org.virtnft.libvirt.LibvirtNetworks;
import org.virtnft.libvirt.NetworkControl;
import org.virtnft.network.Words;
import org.virtnft.state.Source;
import org.virtnft.xml.NetworkReader;
import org.virtnft.xml.Problem;
import org.virtnft.xml.Reading;
import org.virtnft.xml.XmlInput;

/** Finds the definitions that a command speaks of: in files, on standard input, or with libvirt. */
final class Definitions {

    private final List<String> uris;

    Definitions(List<String> uris) {
        this.uris = uris;
    }

    static List<Named> files(List<String> paths) {
        List<Named> found = new ArrayList<>();
        for (String path : paths) {
            found.add(file(path));
        }
        return found;
    }

    private static Named file(String path) {
        Reading reading;
        try {
            reading = NetworkReader.read(nameOf(path), bytesOf(path)).strict();
        } catch (IOException e) {
            reading = Reading.impossible(unreadable(path, e));
        }
        return Named.of(path, Source.FILE, reading);
    }

    /** What to call a file in messages. */
    static String nameOf(String path) {
        return path.equals("-") ? "standard input" : path;
    }

    /**
     * Networks by name.
     *
     * @param activeOnly whether one that is not running is an error: its rules come with its start
     */
    List<Named> named(List<String> names, boolean activeOnly) {
        if (names.isEmpty()) {
            return List.of();
        }
        List<LibvirtNetwork> found = lookUp(
                names,
                " (a file goes with -f)",
                network -> activeOnly && !network.isActive()
                        ? Optional.of(" is not active: its rules come with 'virsh net-start'")
                        : Optional.empty());
        return Named.all(found);
    }

    /** What libvirt has defined under these names: the definitions themselves, not what runs. */
    List<LibvirtNetwork> defined(List<String> names) {
        return lookUp(
                names,
                "",
                network -> network.persistentXml().isEmpty()
                        ? Optional.of(" is transient, it has no definition that could be changed: define it first"
                                + " ('virsh net-dumpxml' and 'virsh net-define')")
                        : Optional.empty());
    }

    /**
     * All of these networks, or what is wrong with each that cannot be had.
     *
     * @param hint for a name that libvirt does not know
     * @param objection what is wrong with a network, after its name
     */
    private List<LibvirtNetwork> lookUp(
            List<String> names, String hint, Function<LibvirtNetwork, Optional<String>> objection) {
        List<LibvirtNetwork> found = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        try (LibvirtNetworks libvirt = LibvirtNetworks.connect(uris)) {
            for (String name : names) {
                Optional<LibvirtNetwork> network = libvirt.named(name);
                Optional<String> why = network.isEmpty()
                        ? Optional.of(": libvirt has none of this name" + hint)
                        : objection.apply(network.get());
                why.ifPresentOrElse(
                        text -> wrong.add("network '" + Words.printable(name, 128) + "'" + text),
                        () -> network.ifPresent(found::add));
            }
        } catch (LibvirtException e) {
            throw CommandException.failed("" + e.getMessage());
        }
        if (!wrong.isEmpty()) {
            throw CommandException.badInput(wrong);
        }
        return found;
    }

    /** Whether this host's libvirt takes an open network without an address; where it does not say, an old one is meant. */
    boolean openWithoutIp() {
        try (LibvirtNetworks libvirt = LibvirtNetworks.connect(uris)) {
            return libvirt.version() >= LibvirtNetworks.OPEN_WITHOUT_IP;
        } catch (LibvirtException e) {
            return false;
        }
    }

    /** A connection on which networks are changed. */
    NetworkControl control() throws LibvirtException {
        return LibvirtControl.connect(uris);
    }

    /** What a file or standard input holds. */
    static byte[] content(String path) {
        try {
            return bytesOf(path);
        } catch (IOException e) {
            throw CommandException.badInput(unreadable(path, e).toString());
        }
    }

    private static byte[] bytesOf(String path) throws IOException {
        return path.equals("-") ? XmlInput.read(System.in) : XmlInput.read(Path.of(path));
    }

    private static Problem unreadable(String path, IOException e) {
        String message = e instanceof NoSuchFileException
                ? "there is no such file (a network's name goes without -f)"
                : "cannot be read: " + e.getMessage();
        return new Problem(Problem.Severity.ERROR, nameOf(path), 0, "", message, "");
    }

    /** All active networks. */
    List<LibvirtNetwork> active() {
        try (LibvirtNetworks libvirt = LibvirtNetworks.connect(uris)) {
            return libvirt.active();
        } catch (LibvirtException e) {
            throw CommandException.failed("" + e.getMessage());
        }
    }

    /** All active networks, by libvirt's files where it does not answer. */
    List<LibvirtNetwork> activeByWhoeverAnswers(LibvirtFiles files) {
        return activeIfLibvirtAnswers().orElseGet(() -> activeByFiles(files));
    }

    /** All active networks by libvirt's files, whether its daemon runs or not. */
    static List<LibvirtNetwork> activeByFiles(LibvirtFiles files) {
        try {
            return files.active();
        } catch (LibvirtException e) {
            throw CommandException.failed("" + e.getMessage());
        }
    }

    /** The same, where libvirt answers; a command that can do without it does. */
    Optional<List<LibvirtNetwork>> activeIfLibvirtAnswers() {
        try (LibvirtNetworks libvirt = LibvirtNetworks.connect(uris)) {
            return Optional.of(libvirt.active());
        } catch (LibvirtException e) {
            return Optional.empty();
        }
    }
}
