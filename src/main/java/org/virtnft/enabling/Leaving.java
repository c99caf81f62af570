package org.virtnft.enabling;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.virtnft.definitions.DefinedNetwork;
import org.virtnft.definitions.LibvirtException;
import org.virtnft.definitions.LibvirtFiles;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.doctor.Finding;
import org.virtnft.doctor.HostFacts;
import org.virtnft.doctor.Losses;
import org.virtnft.doctor.Routes;
import org.virtnft.host.HostFiles;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.LeftNetworks;
import org.virtnft.state.LeftNetworks.Left;
import org.virtnft.state.StateDirectory;
import org.virtnft.xml.NetworkReader;

/** Which companions are left to libvirt's own rules, and when that is forgotten. */
public final class Leaving {

    private Leaving() {}

    /**
     * A companion that is to be left.
     *
     * @param losses the rules that its guests would lose something of
     */
    public record Candidate(Left left, List<Finding> losses) {

        public Candidate {
            losses = List.copyOf(losses);
        }
    }

    /** A network as a companion, as it runs or else as it is defined; empty where libvirt makes no rules for it in either way. */
    static Optional<DefinedNetwork> companion(LibvirtNetwork network) {
        return Stream.of(network, new LibvirtNetwork(network.name(), Optional.empty(), network.persistentXml()))
                .map(DefinedNetwork::of)
                .filter(DefinedNetwork::isCompanion)
                .findFirst();
    }

    /** Of all networks, for those that do not run would start by our rules later. Who has them now has nothing more to lose. */
    public static List<Candidate> candidates(List<LibvirtNetwork> defined, StateDirectory state, HostFiles files) {
        Map<String, AppliedNetwork> now = state.read().byName();
        List<DefinedNetwork> companions = new ArrayList<>();
        for (LibvirtNetwork network : defined) {
            companion(network)
                    .filter(each -> !now.containsKey(each.name()) && !each.isLeft(state.left()))
                    .ifPresent(companions::add);
        }
        return candidates(companions, files);
    }

    /** Those of these companions whose guests would lose something by our rules. */
    public static List<Candidate> candidates(List<DefinedNetwork> companions, HostFiles files) {
        if (companions.isEmpty()) {
            return List.of();
        }
        Losses losses = new Losses(new HostFacts(files).gather(), Routes.of(files));
        List<Candidate> found = new ArrayList<>();
        // libvirt's files and a libvirt that was asked may both have a network
        Set<String> seen = new HashSet<>();
        for (DefinedNetwork each : companions) {
            Optional<String> uuid = each.reading().uuid().filter(seen::add);
            if (uuid.isPresent() && each.reading().network().orElse(null) instanceof VirtualNetwork network) {
                List<Finding> lost = losses.of(network);
                if (!lost.isEmpty()) {
                    found.add(new Candidate(new Left(uuid.get(), network.name(), why(lost)), lost));
                }
            }
        }
        return found;
    }

    /** In one line, as it is remembered. */
    private static String why(List<Finding> losses) {
        Finding first = losses.get(0);
        Finding.Place place = first.place();
        String where = place.table().isEmpty()
                ? ""
                : " (" + place.table() + ", chain " + place.chain() + ": " + place.rule() + ")";
        String more = losses.size() > 1 ? ", and " + (losses.size() - 1) + " more" : "";
        return first.message() + where + more;
    }

    /** The UUID in a definition; the live one is the same. */
    public static Optional<String> uuid(LibvirtNetwork network) {
        String xml = network.persistentXml().or(network::liveXml).orElse("");
        return NetworkReader.read(network.name(), xml.getBytes(StandardCharsets.UTF_8))
                .uuid();
    }

    /** Takes away the marks of networks that nobody defines any more. Where that cannot be found out, they stay, and harm nobody. */
    public static void forgetUndefined(LeftNetworks marks, LibvirtFiles files) {
        if (marks.all().isEmpty()) {
            return;
        }
        try {
            forgetUndefined(marks, files.all());
        } catch (LibvirtException e) {
            return; // they cannot be read
        }
    }

    /** The same, knowing all that are defined or run. */
    public static void forgetUndefined(LeftNetworks marks, List<LibvirtNetwork> networks) {
        Set<String> uuids = new HashSet<>();
        for (LibvirtNetwork network : networks) {
            Optional<String> uuid = uuid(network);
            if (uuid.isEmpty()) {
                return; // any of them may be this one's
            }
            uuids.add(uuid.get());
        }
        // no network at all: more likely a folder that is not mounted yet
        if (!uuids.isEmpty()) {
            marks.dropIf(left -> !uuids.contains(left.uuid()));
        }
    }
}
