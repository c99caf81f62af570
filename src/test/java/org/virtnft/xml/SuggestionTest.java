package org.virtnft.xml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.virtnft.network.Gen;

/** What an unknown word was meant to be, and where nobody can tell. */
class SuggestionTest {

    private static final List<String> KNOWN = List.of("forward", "portForward", "host", "map", "nat", "no", "yes");

    @ParameterizedTest
    @CsvSource({
        "portforward, portForward",
        "PORTFORWARD, portForward",
        "port-forward, portForward",
        "portForwards, portForward",
        "prtFroward, portForward",
        "froward, forward",
        "foward, forward",
        "hots, host",
        "hst, host",
        "nap, map", // as near to nat: the first of them
        "NO, no",
        "yse, yes",
    })
    void isTheKnownWordThatFewestSlipsTurnIntoIt(String unknown, String meant) {
        assertEquals(Optional.of("did you mean '" + meant + "'?"), Suggestion.of(unknown, KNOWN));
    }

    @ParameterizedTest
    @CsvSource({"on", "n", "''", "x", "true", "interface", "toast", "range"})
    void isNoneWhereNoWordIsNear(String unknown) {
        assertEquals(Optional.empty(), Suggestion.of(unknown, KNOWN));
        assertEquals(Optional.empty(), Suggestion.of("yes", List.of()));
    }

    @Test
    void isTheWordItselfForOneSlipInALongOne() {
        String word = "portForward";
        Gen.forAll(1_000, gen -> {
            StringBuilder typed = new StringBuilder(word);
            int at = gen.number(0, word.length() - 1);
            switch (gen.number(0, 2)) {
                case 0 -> typed.deleteCharAt(at);
                case 1 -> typed.insert(at, 'q');
                default -> typed.setCharAt(at, 'q');
            }
            assertEquals(Optional.of(word), Suggestion.nearest(typed.toString(), KNOWN), typed::toString);
        });
    }

    @Test
    void keepsNobodyBusy() {
        String hostile = "a".repeat(4 << 20);
        assertTimeoutPreemptively(
                Duration.ofSeconds(5), () -> assertEquals(Optional.empty(), Suggestion.of(hostile, KNOWN)));
    }
}
