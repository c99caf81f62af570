package org.virtnft.definitions;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.virtnft.network.Forward;
import org.virtnft.network.Shape;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.DefinitionMark;
import org.virtnft.state.Snapshot;
import org.virtnft.state.Source;
import org.virtnft.xml.Problem;
import org.virtnft.xml.Reading;

/**
 * Definitions that were read when they were applied, and are the same now: reading a thousand takes a JVM that has just started a fifth of
 * a second. Only those are known again of which all that there was to say is kept with what is applied.
 */
public final class Readings {

    /** Of a state that says nothing. */
    public static final Readings NONE = new Readings(Map.of());

    private final Map<String, AppliedNetwork> applied;

    private Readings(Map<String, AppliedNetwork> applied) {
        this.applied = applied;
    }

    /** Those of what is applied. */
    public static Readings of(Snapshot applied) {
        return new Readings(applied.byName());
    }

    /**
     * What a definition said when it was read; empty where it is another one now, also where the network's next start would meet another
     * one.
     */
    Optional<DefinedNetwork> known(LibvirtNetwork network) {
        return Optional.ofNullable(applied.get(network.name()))
                .filter(there -> there.source() == Source.LIBVIRT)
                .filter(there -> !there.definition().digest().isEmpty())
                .filter(there -> mark(network, there.definition().uuid()).equals(there.definition()))
                .flatMap(Readings::named);
    }

    private static Optional<DefinedNetwork> named(AppliedNetwork there) {
        return there.network()
                .map(network -> new DefinedNetwork(
                        network.name(),
                        Source.LIBVIRT,
                        reading(network, there),
                        there.metadata(),
                        there.metadataSeen(),
                        NextStart.THE_SAME,
                        "",
                        there.definition()));
    }

    private static Reading reading(VirtualNetwork network, AppliedNetwork there) {
        boolean owner = network.shape() == Shape.OWNER;
        String uuid = there.definition().uuid();
        return new Reading(
                Optional.of(network),
                Optional.of(network.name()),
                uuid.isEmpty() ? Optional.empty() : Optional.of(uuid),
                Optional.of(network.bridge()),
                owner
                        ? "open"
                        : network.forward() instanceof Forward.Isolated
                                ? "none"
                                : network.forward().mode(),
                owner,
                there.metadata(),
                there.warnings().stream().map(Problem::told).toList());
    }

    /** Whether all that a reading says is kept with what is applied. */
    private static boolean isKept(Reading reading) {
        return reading.errors().isEmpty()
                && reading.network().orElse(null) instanceof VirtualNetwork network
                && reading.ours() == (network.shape() == Shape.OWNER);
    }

    /** The mark of a network of libvirt's; none where there is more to say of it than what is applied. */
    static DefinitionMark mark(LibvirtNetwork network, DefinedNetwork read) {
        boolean plain = isKept(read.reading())
                && read.metadata().equals(read.metadataSeen())
                && read.next().equals(NextStart.THE_SAME)
                && read.loss().isEmpty();
        return plain ? mark(network, read.reading().uuid().orElse("")) : DefinitionMark.NONE;
    }

    /** The same of what the hook was given; where it warns, it names another source than who reads a definition does. */
    public static DefinitionMark mark(byte[] xml, Reading read) {
        return isKept(read) && read.problems().isEmpty()
                ? mark(
                        text(new String(xml, StandardCharsets.UTF_8)),
                        read.uuid().orElse(""))
                : DefinitionMark.NONE;
    }

    private static DefinitionMark mark(LibvirtNetwork network, String uuid) {
        String live = text(network.liveXml().orElse(""));
        boolean same =
                network.persistentXml().map(Readings::text).map(live::equals).orElse(true);
        return same ? mark(live, uuid) : DefinitionMark.NONE;
    }

    private static DefinitionMark mark(String text, String uuid) {
        return text.isEmpty() ? DefinitionMark.NONE : new DefinitionMark(digest(text), uuid);
    }

    /** No secret hangs on it: only root writes definitions, and libvirt's. Another release may read the same text in another way. */
    private static String digest(String text) {
        String program = Readings.class.getPackage().getImplementationVersion();
        byte[] bytes = (program + "\n" + text).getBytes(StandardCharsets.UTF_8);
        CRC32 one = new CRC32();
        CRC32C other = new CRC32C();
        one.update(bytes);
        other.update(bytes);
        return Long.toHexString(one.getValue()) + "-" + Long.toHexString(other.getValue()) + "-" + bytes.length;
    }

    /**
     * The network's own element without its indentation and the number of its guests: so its live file, its definition's and what the
     * hook is given are one text (virNetworkDefFormatBuf in src/conf/network_conf.c, libvirt 9.0.0 to 11.3). "" where there is none.
     */
    private static String text(String xml) {
        int plain = xml.indexOf("<network>");
        int told = xml.indexOf("<network ");
        int from = plain < 0 || (told >= 0 && told < plain) ? told : plain;
        int to = xml.lastIndexOf("</network>");
        if (from < 0 || to < from) {
            return "";
        }
        StringBuilder text = new StringBuilder(to - from);
        int head = xml.indexOf('>', from);
        text.append(withoutConnections(xml.substring(from, head)));
        int start = head;
        while (start < to) {
            int end = xml.indexOf('\n', start);
            end = end < 0 || end > to ? to : end;
            while (start < end && xml.charAt(start) == ' ') {
                start++;
            }
            if (start < end) {
                text.append(xml, start, end).append('\n');
            }
            start = end + 1;
        }
        return text.toString();
    }

    private static String withoutConnections(String head) {
        int from = head.indexOf(" connections='");
        int to = head.indexOf('\'', from + " connections='".length());
        return from < 0 || to < 0 ? head : head.substring(0, from) + head.substring(to + 1);
    }
}
