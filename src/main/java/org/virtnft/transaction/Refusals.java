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
import org.virtnft.transaction.ChangeException.Outcome;

/** What nft says against a script, told by the networks' own words. */
final class Refusals {

    private Refusals() {}

    /**
     * Throws unless nft took a script.
     *
     * @param file where people find the script
     * @throws ChangeException with a line for each thing that it refused, by the network and the element that it comes from
     */
    static void refuseUnless(Nft.Answer answer, Script script, Path file) {
        if (answer.ok()) {
            return;
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
        throw new ChangeException(
                Outcome.UNCHANGED,
                messages.isEmpty() ? List.of("nftables refused the transaction") : messages,
                networks);
    }
}
