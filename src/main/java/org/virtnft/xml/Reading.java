package org.virtnft.xml;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.NetworkDefinition;

/**
 * What one document said.
 *
 * @param network the network; absent when there was an error
 * @param name the network's name, as far as it could be read
 * @param uuid its UUID in libvirt's spelling; empty where there is none, as in most files of administrators
 * @param bridge its bridge's name where a valid one stands there, also when the rest is wrong: such a bridge can be blocked
 * @param mode libvirt's forward mode, "none" for isolated, "" when it could not be read
 * @param ours whether the document speaks to us: an element of our namespace stands in it
 * @param metadata our element as text, "" where there is none: what counts as the network's policy until it changes
 */
public record Reading(
        Optional<NetworkDefinition> network,
        Optional<String> name,
        Optional<String> uuid,
        Optional<InterfaceName> bridge,
        String mode,
        boolean ours,
        String metadata,
        List<Problem> problems) {

    public Reading {
        problems = List.copyOf(problems);
    }

    /** Of a document that could not be had at all. */
    public static Reading impossible(Problem why) {
        return unreadable(List.of(why));
    }

    /** Of one that says nothing to go by. */
    static Reading unreadable(List<Problem> problems) {
        return new Reading(
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), "", false, "", problems);
    }

    public List<Problem> errors() {
        return only(true);
    }

    /** All that does not keep it from being applied. */
    public List<Problem> warnings() {
        return only(false);
    }

    private List<Problem> only(boolean errors) {
        List<Problem> found = new ArrayList<>();
        for (Problem problem : problems) {
            if (problem.isError() == errors) {
                found.add(problem);
            }
        }
        return found;
    }

    /** The same for whoever still writes the definition: that no working network comes of it is an error then. */
    public Reading strict() {
        List<Problem> strict = problems.stream().map(Problem::strict).toList();
        boolean wrong = strict.stream().anyMatch(Problem::isError);
        return new Reading(wrong ? Optional.empty() : network, name, uuid, bridge, mode, ours, metadata, strict);
    }

    /** The same with more to say of it. */
    public Reading with(List<Problem> more) {
        List<Problem> all = new ArrayList<>(problems);
        all.addAll(more);
        return new Reading(network, name, uuid, bridge, mode, ours, metadata, all);
    }
}
