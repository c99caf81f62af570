package org.virtnft.doctor;

import java.util.Optional;
import java.util.OptionalInt;
import org.virtnft.network.Address;

/** What a rule does with a packet that it speaks of. */
sealed interface Verdict {

    /** This base chain lets it pass; so does a userspace queue, as far as anybody can say. */
    record Accept() implements Verdict {}

    /** Its source becomes another one, and this base chain lets it pass. */
    record Translate() implements Verdict {}

    /** It goes no further, with or without a word to its sender. */
    record Drop() implements Verdict {}

    /** Back to the chain that jumped here. */
    record Return() implements Verdict {}

    /** Nothing: the next rule is asked. */
    record Next() implements Verdict {}

    /**
     * To another chain.
     *
     * @param comesBack whether the next rule is asked when that chain says nothing
     */
    record Jump(String chain, boolean comesBack) implements Verdict {}

    /** A port forward. */
    record Forward(Optional<Address> to, OptionalInt port) implements Verdict {}
}
