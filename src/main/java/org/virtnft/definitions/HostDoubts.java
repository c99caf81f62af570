package org.virtnft.definitions;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.virtnft.network.Claims;
import org.virtnft.network.Claims.Claim;
import org.virtnft.network.Claims.Collision;
import org.virtnft.network.InterfaceName;
import org.virtnft.network.Printable;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.Enforcement.Unknown;
import org.virtnft.ruleset.KernelElements;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.StateDirectory;
import org.virtnft.state.StateException;
import org.virtnft.xml.NetworkParser;
import org.virtnft.xml.Problem;
import org.virtnft.xml.Reading;

/**
 * What definitions say that does not go with this host, or with other networks on it.
 *
 * @param exists whether there is an interface of a name now
 */
public record HostDoubts(Predicate<InterfaceName> exists) {

    /** A device that is not there: it may come, so this is never more than a warning. */
    public List<Problem> doubts(DefinedNetwork named) {
        if (!(named.reading().network().orElse(null) instanceof VirtualNetwork network)) {
            return List.of();
        }
        return network.forward()
                .uplink()
                .filter(uplink -> !exists.test(uplink))
                .map(uplink -> new Problem(
                        Problem.Severity.WARNING,
                        named.shown(),
                        0,
                        "<forward>",
                        "dev='" + uplink
                                + "': there is no interface of this name on this host now, so nothing of its guests"
                                + " passes",
                        "correct it, if none is to come"))
                .map(List::of)
                .orElse(List.of());
    }

    // ---- Other networks -------------------------------------------------------------------------------------------

    /** What these share with each other or with others, by the name of the one that is to be told. */
    public static Map<String, List<Problem>> collisions(List<DefinedNetwork> given, List<Claim> others) {
        Map<String, DefinedNetwork> named = new HashMap<>();
        List<Claim> claims = new ArrayList<>();
        for (DefinedNetwork each : given) {
            named.put(each.name(), each);
            claims.addAll(claimsOf(each.reading()));
        }
        // of one that is given, what is given counts
        others.stream().filter(claim -> !named.containsKey(claim.network())).forEach(claims::add);
        Map<String, List<Problem>> problems = new HashMap<>();
        for (Collision collision : Claims.collisions(claims)) {
            Claim inner = collision.inner();
            Claim outer = collision.outer();
            Optional.ofNullable(named.get(inner.network()))
                    .map(own -> problem(own, inner, "lies in", outer))
                    .or(() -> Optional.ofNullable(named.get(outer.network()))
                            .map(own -> problem(own, outer, "holds", inner)))
                    .ifPresent(problem -> problems.computeIfAbsent(
                                    named.containsKey(inner.network()) ? inner.network() : outer.network(),
                                    name -> new ArrayList<>())
                            .add(problem));
        }
        return problems;
    }

    /** The same of all that is applied, in a line each. */
    public static List<String> remarks(Iterable<AppliedNetwork> applied) {
        return Claims.collisions(applied(applied)).stream()
                .map(each -> Printable.printable(each.inner().network(), 128) + ": "
                        + shared(each.inner(), "lies in", each.outer()))
                .toList();
    }

    private static String shared(Claim own, String relation, Claim other) {
        String how = own.subnet().equals(other.subnet()) ? "is also" : relation + " " + other.subnet();
        return own.subnet() + " " + how + " of " + Printable.network(other.network())
                + ", and this host sends such packets to one of the two only";
    }

    private static Problem problem(DefinedNetwork named, Claim own, String relation, Claim other) {
        return new Problem(
                Problem.Severity.ERROR,
                named.shown(),
                0,
                "<ip>",
                shared(own, relation, other),
                "give one of them other addresses");
    }

    private static List<Claim> claimsOf(Reading reading) {
        return reading.network().orElse(null) instanceof VirtualNetwork network ? Claims.of(network) : List.of();
    }

    /** Its addresses are all that counts, so one of its two definitions is read: with a thousand networks that is felt. */
    private static List<Claim> claimsOf(LibvirtNetwork network, NetworkParser parser) {
        String xml = network.liveXml().or(network::persistentXml).orElse("");
        return claimsOf(parser.read(network.name(), xml.getBytes(StandardCharsets.UTF_8)));
    }

    /** Of networks that are applied. */
    public static List<Claim> applied(Iterable<AppliedNetwork> networks) {
        List<Claim> claims = new ArrayList<>();
        for (AppliedNetwork network : networks) {
            network.network().map(Claims::of).ifPresent(claims::addAll);
            if (network.enforced() instanceof Unknown unknown) {
                KernelElements.subnets(unknown.elements().elements())
                        .forEach(subnet -> claims.add(new Claim(network.name(), subnet)));
            }
        }
        return claims;
    }

    /** Of all that is applied and all that libvirt has, as far as whoever asks may know: a check needs no root. */
    public static List<Claim> ofThisHost(StateDirectory state, LibvirtFiles files) {
        List<Claim> claims = new ArrayList<>();
        Set<String> defined = new HashSet<>();
        NetworkParser parser = new NetworkParser();
        try {
            for (LibvirtNetwork network : files.all()) {
                defined.add(network.name());
                claims.addAll(claimsOf(network, parser));
            }
        } catch (LibvirtException e) {
            claims.clear();
        }
        try {
            applied(state.read().networks().values()).stream()
                    .filter(claim -> !defined.contains(claim.network()))
                    .forEach(claims::add);
        } catch (StateException e) {
            return claims;
        }
        return claims;
    }
}
