package org.virtnft.adoption;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.virtnft.definitions.LibvirtNetwork;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.StateDirectory;
import org.virtnft.xml.Adoption;
import org.virtnft.xml.NetworkReader;
import org.virtnft.xml.Reading;

/**
 * Our element of a network whose definition lost it, by an edit for example: the one in force while it runs, else the one that it was
 * adopted with.
 */
public record LostMetadata(StateDirectory state, FormerDefinitions former) {

    /** The element as text; empty where the definition has it, is not open, or nothing is known of an earlier one. */
    public Optional<String> of(LibvirtNetwork network, String definition) {
        Reading defined = read(definition);
        if (!defined.mode().equals("open") || !defined.metadata().isEmpty()) {
            return Optional.empty();
        }
        return inForce(network).or(() -> live(network)).or(() -> kept(Reshaped.uuidOf(definition)));
    }

    private Optional<String> inForce(LibvirtNetwork network) {
        return state.read()
                .named(network.name())
                .filter(applied -> network.isActive())
                .map(AppliedNetwork::metadata)
                .filter(metadata -> !metadata.isEmpty());
    }

    private static Optional<String> live(LibvirtNetwork network) {
        return network.liveXml().map(LostMetadata::read).map(Reading::metadata).filter(metadata -> !metadata.isEmpty());
    }

    private Optional<String> kept(String uuid) {
        try {
            return former.of(uuid)
                    .map(xml -> Adoption.adopt("what is kept", xml.getBytes(StandardCharsets.UTF_8)))
                    .map(adopted -> adopted.after().metadata())
                    .filter(metadata -> !metadata.isEmpty());
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty(); // nothing is kept, or somebody spoiled the file
        }
    }

    private static Reading read(String xml) {
        return NetworkReader.read("definition", xml.getBytes(StandardCharsets.UTF_8));
    }
}
