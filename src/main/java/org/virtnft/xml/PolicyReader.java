package org.virtnft.xml;

import java.util.List;
import java.util.Optional;
import org.jdom2.Element;
import org.virtnft.network.Forward;
import org.virtnft.network.InterfaceName;

/**
 * Reads what our element says. A word is added here: its name and what may stand in it among {@link #WORDS}, and what reads it beside
 * {@link #forward}.
 */
final class PolicyReader {

    private static final Word WORDS = Word.of("network")
            .with(
                    Word.of("forward", "mode", "dev")
                            .with(Word.of("nat", "ipv6")
                                    .with(Word.of("address", "start", "end"), Word.of("port", "start", "end"))),
                    Word.later("portForward"),
                    Word.later("allow"),
                    Word.later("host"),
                    Word.later("egress"),
                    Word.later("antispoof"),
                    Word.later("map"),
                    Word.later("log"),
                    Word.later("limit"),
                    Word.later("guests"),
                    Word.later("fastPath"));

    private static final List<String> MODES = List.of("nat", "route", "none");

    private final Problems problems;
    private final ForwardReader forwards;

    PolicyReader(Problems problems, ForwardReader forwards) {
        this.problems = problems;
        this.forwards = forwards;
    }

    /** What is to be enforced; empty when that cannot be read. */
    Optional<Forward> forward(Element policy) {
        if (!policy.getName().equals(WORDS.name())) {
            return Optional.empty();
        }
        List<Element> found = policy.getChildren("forward", OurElement.OURS);
        if (found.size() != 1) {
            problems.error(
                    policy,
                    found.isEmpty() ? "says no <forward>: what is to be enforced?" : "has more than one <forward>",
                    "give it one <forward mode='nat'/>, 'route' or 'none'");
        }
        WORDS.check(policy, problems);
        return found.stream().findFirst().flatMap(this::oneForward);
    }

    static Optional<Element> placeOfForward(Element policy) {
        return Optional.ofNullable(policy.getChild("forward", OurElement.OURS));
    }

    private Optional<Forward> oneForward(Element forward) {
        Optional<InterfaceName> uplink = forwards.uplink(forward);
        Optional<String> mode = Attributes.text(forward, "mode");
        if (!mode.equals(Optional.of("nat"))) {
            forwards.refuseNat(forward);
        }
        return switch (mode.orElse("")) {
            case "nat" -> Optional.of(forwards.nat(forward, uplink));
            case "route" -> Optional.of(new Forward.Route(uplink));
            case "none" -> {
                if (forward.getAttribute("dev") != null) {
                    problems.error(forward, "an isolated network has no dev=", "remove it, or say nat or route");
                }
                yield Optional.of(new Forward.Isolated());
            }
            default -> {
                String remedy = mode.flatMap(said -> Suggestion.of(said, MODES))
                        .orElse("say mode='nat', mode='route' or mode='none' (isolated)");
                problems.error(
                        forward, mode.isEmpty() ? "has no mode=" : "mode='" + mode.get() + "' is not known", remedy);
                yield Optional.empty();
            }
        };
    }
}
