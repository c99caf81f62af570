package org.virtnft.transaction;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.virtnft.kernel.Nft;
import org.virtnft.kernel.NftMessage;
import org.virtnft.ruleset.Origin;
import org.virtnft.ruleset.Script;

/** What nft says against a script, told by the networks' own words. */
final class Refusals {

    private Refusals() {}

    /**
     * A line for each thing that nft refused, by the network and the element that it comes from; empty when it took the script.
     *
     * @param file where people find the script
     */
    static Optional<Refusal> in(Nft.Answer answer, Script script, Path file) {
        if (answer.ok()) {
            return Optional.empty();
        }
        List<String> messages = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        Set<String> networks = new HashSet<>();
        for (NftMessage message : NftMessage.parse(answer.errors())) {
            // nft finds out about an element that does not end where it should at what follows, the next line's brace
            Optional<Origin> origin = script.origin(message.line()).or(() -> script.origin(message.line() - 1));
            origin.ifPresent(from -> networks.add(from.network()));
            String text = origin.map(Origin::toString)
                            .orElse(message.line() > 0 ? "line " + message.line() + " of " + file : "nftables")
                    + ": nftables refuses it: " + message.text()
                    + (message.text().contains("not permitted") ? " (run as root)" : "");
            if (seen.add(text)) {
                messages.add(text);
            }
        }
        return Optional.of(new Refusal(
                false, messages.isEmpty() ? List.of("nftables refused the transaction") : messages, networks));
    }
}
