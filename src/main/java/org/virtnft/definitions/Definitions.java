package org.virtnft.definitions;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.virtnft.network.Printable;
import org.virtnft.state.Source;
import org.virtnft.xml.NetworkReader;
import org.virtnft.xml.Problem;
import org.virtnft.xml.Reading;
import org.virtnft.xml.XmlInput;

/** Finds the definitions that a command speaks of: in files, on standard input, or with libvirt. */
public final class Definitions {

    private final Libvirt.Opener libvirt;

    public Definitions(Libvirt.Opener libvirt) {
        this.libvirt = libvirt;
    }

    public static List<DefinedNetwork> files(List<String> paths) {
        List<DefinedNetwork> found = new ArrayList<>();
        for (String path : paths) {
            found.add(file(path));
        }
        return found;
    }

    private static DefinedNetwork file(String path) {
        Reading reading;
        try {
            reading = NetworkReader.read(nameOf(path), bytesOf(path)).strict();
        } catch (IOException e) {
            reading = Reading.impossible(unreadable(path, e));
        }
        return DefinedNetwork.of(path, Source.FILE, reading);
    }

    /** What to call a file in messages. */
    public static String nameOf(String path) {
        return path.equals("-") ? "standard input" : path;
    }

    /**
     * Networks by name.
     *
     * @param activeOnly whether one that is not running is an error: its rules come with its start
     */
    public List<DefinedNetwork> named(List<String> names, boolean activeOnly) {
        if (names.isEmpty()) {
            return List.of();
        }
        List<LibvirtNetwork> found = lookUp(
                names,
                " (a file goes with -f)",
                network -> activeOnly && !network.isActive()
                        ? Optional.of(" is not active: its rules come with 'virsh net-start'")
                        : Optional.empty());
        return DefinedNetwork.all(found);
    }

    /** What libvirt has defined under these names: the definitions themselves, not what runs. */
    public List<LibvirtNetwork> defined(List<String> names) {
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
        try (Libvirt connection = libvirt.open()) {
            for (String name : names) {
                Optional<LibvirtNetwork> network = connection.named(name);
                Optional<String> why = network.isEmpty()
                        ? Optional.of(": libvirt has none of this name" + hint)
                        : objection.apply(network.get());
                why.ifPresentOrElse(
                        text -> wrong.add(Printable.network(name) + text), () -> network.ifPresent(found::add));
            }
        } catch (LibvirtException e) {
            throw DefinitionsException.noAnswer(e);
        }
        if (!wrong.isEmpty()) {
            throw DefinitionsException.wrongWords(wrong);
        }
        return found;
    }

    /** Whether this host's libvirt takes an open network without an address; where it does not say, an old one is meant. */
    public boolean openWithoutIp() {
        try (Libvirt connection = libvirt.open()) {
            return connection.takesOpenWithoutIp();
        } catch (LibvirtException e) {
            return false;
        }
    }

    /** What a file or standard input holds. */
    public static byte[] content(String path) {
        try {
            return bytesOf(path);
        } catch (IOException e) {
            throw DefinitionsException.wrongWords(List.of(unreadable(path, e).toString()));
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
    public List<LibvirtNetwork> active() {
        try (Libvirt connection = libvirt.open()) {
            return connection.active();
        } catch (LibvirtException e) {
            throw DefinitionsException.noAnswer(e);
        }
    }

    /** All active networks, by libvirt's files where it does not answer. */
    public List<LibvirtNetwork> activeByWhoeverAnswers(LibvirtFiles files) {
        return activeIfLibvirtAnswers().orElseGet(() -> activeByFiles(files));
    }

    /** All active networks by libvirt's files, whether its daemon runs or not. */
    public static List<LibvirtNetwork> activeByFiles(LibvirtFiles files) {
        try {
            return files.active();
        } catch (LibvirtException e) {
            throw DefinitionsException.noAnswer(e);
        }
    }

    /** The same, where libvirt answers; a command that can do without it does. */
    public Optional<List<LibvirtNetwork>> activeIfLibvirtAnswers() {
        try (Libvirt connection = libvirt.open()) {
            return Optional.of(connection.active());
        } catch (LibvirtException e) {
            return Optional.empty();
        }
    }
}
