package org.virtnft.state;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.virtnft.network.InterfaceName;

/** A trial as text and back; each of its networks is a field, whose value is the network's own file. */
final class TrialFile {

    private static final String VERSION = "1";

    private TrialFile() {}

    static String write(Trial trial) {
        Fields fields = new Fields()
                .put("virt-nft try", VERSION)
                .put("id", trial.id())
                .put("phase", trial.phase().name())
                .put("watched", trial.watched() ? "yes" : "no")
                .put("until", Long.toString(trial.until()));
        trial.before().values().forEach(network -> fields.put("before", NetworkFile.write(network)));
        trial.made().values().forEach(network -> fields.put("made", NetworkFile.write(network)));
        trial.said().forEach(line -> fields.put("said", line));
        return fields.toString();
    }

    /**
     * @throws IllegalArgumentException when the text is not what {@link #write} wrote
     */
    static Trial read(String text) {
        Map<String, List<String>> fields = Fields.parse(text);
        if (!Fields.first(fields, "virt-nft try").equals(VERSION)) {
            throw new IllegalArgumentException("not in the form of this version of virt-nft");
        }
        return new Trial(
                Fields.first(fields, "id"),
                Trial.Phase.valueOf(Fields.first(fields, "phase")),
                Fields.first(fields, "watched").equals("yes"),
                Long.parseLong(Fields.first(fields, "until")),
                networks(Fields.all(fields, "before")),
                networks(Fields.all(fields, "made")),
                Fields.all(fields, "said"));
    }

    private static NavigableMap<InterfaceName, AppliedNetwork> networks(List<String> files) {
        NavigableMap<InterfaceName, AppliedNetwork> networks = new TreeMap<>();
        for (String file : files) {
            AppliedNetwork network = NetworkFile.read(file);
            networks.put(network.bridge(), network);
        }
        return networks;
    }
}
