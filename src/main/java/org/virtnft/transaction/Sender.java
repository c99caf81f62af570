package org.virtnft.transaction;

import java.util.Optional;
import org.virtnft.kernel.Nft;
import org.virtnft.ruleset.Script;
import org.virtnft.state.StateDirectory;

/**
 * Gives scripts to nft, from a file of the state directory: there people find what was refused.
 */
record Sender(StateDirectory state, Nft nft) {

    void write(Script script) {
        state.writeScript(script.toString());
    }

    /**
     * Has the kernel do something that must be done, if it is anything.
     *
     * @throws ChangeException when it is refused
     */
    void send(Script script) {
        if (!script.isEmpty()) {
            write(script);
            run(script).ifPresent(refusal -> {
                throw refusal.ofChange();
            });
        }
    }

    /** Has the kernel do what was written. */
    Optional<Refusal> run(Script written) {
        return Refusals.in(nft.run(state.script()), written, state.script());
    }

    /** Has the kernel judge a script. */
    Optional<Refusal> tryOut(Script script) {
        write(script);
        return Refusals.in(nft.tryOut(state.script()), script, state.script());
    }
}
