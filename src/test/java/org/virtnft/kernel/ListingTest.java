package org.virtnft.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.virtnft.ruleset.Count;

/** Listings as nft writes them, in the cases that are hard to bring about; ListingIT has the real ones. */
class ListingTest {

    private static final String LISTING = """
            table inet virt_nft { # handle 12
            	map from { # handle 1
            		type ifname : verdict
            	}

            	chain forward { # handle 5
            		type filter hook forward priority filter; policy accept;
            		ct state established,related accept # handle 7
            		iifname vmap @from comment "x # handle 9" # handle 8
            	}
            }
            """;

    @Test
    void theHandlesOfAllThatNeverChanges() {
        assertTrue(
                Listed.fingerprint(LISTING).startsWith("table=inet=12 map=from=1 chain=forward=5 rule=7 rule=8 text="),
                Listed.fingerprint(LISTING));
        assertFalse(Listed.fingerprint(LISTING).contains("\n"), "one line");
    }

    @ParameterizedTest(name = "{0} became {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "# handle 12 | # handle 13",
                "chain forward | chain backward",
                "# handle 7 | # handle 17",
                // a rule that was replaced, a chain and a table that were changed keep their handles
                "established,related | established",
                "policy accept | policy drop",
                "map from | set from",
            })
    void whateverIsChangedShows(String before, String after) {
        String changed = LISTING.replace(before, after);
        assertNotEquals(LISTING, changed);
        assertNotEquals(Listed.fingerprint(LISTING), Listed.fingerprint(changed));
    }

    @Test
    void aDormantTableShows() {
        String dormant = LISTING.replace("# handle 12\n", "# handle 12\n\tflags dormant\n\n");
        assertNotEquals(Listed.fingerprint(LISTING), Listed.fingerprint(dormant));
    }

    private static final String COUNTER = """
            	counter refused-b { # handle 20
            		packets 5 bytes 300
            	}

            """;

    /** They come and go with networks, and count. */
    @Test
    void counterObjectsDoNotShow() {
        String counted = LISTING.replace("\tmap from", COUNTER + "\tmap from");
        assertNotEquals(LISTING, counted);
        assertEquals(Listed.fingerprint(LISTING), Listed.fingerprint(counted));
        assertEquals(Listed.fingerprint(LISTING), Listed.fingerprint(counted.replace("packets 5", "packets 6")));
        assertNotEquals(Listed.fingerprint(LISTING), Listed.fingerprint(counted.replace("handle 7", "handle 17")));
    }

    @Test
    void countsOfCounterObjects() {
        assertEquals(Map.of(), Listed.counts(LISTING));
        assertEquals(Map.of("refused-b", new Count(5, 300), "refused-9.", new Count(-1, 0)), Listed.counts("""
                        table inet virt_nft {
                        	counter refused-b { # handle 20
                        		comment "packets 9 bytes 9"
                        		packets 5 bytes 300
                        	}

                        	counter refused-9. {
                        		packets 18446744073709551615 bytes 0
                        	}

                        	chain theirs {
                        		counter packets 7 bytes 8
                        	}
                        }
                        """));
    }

    @Test
    void chainsAndOtherPiecesByTheirWholeName() {
        assertEquals(Set.of("map from", "chain forward"), Listing.parts(LISTING).titles());
        String deeper = "\tchain masq-1-20 {\n\t\tx {\n\t}\n";
        assertEquals(Set.of("chain masq-1-20"), Listing.parts(deeper).titles(), "without handles");
        String counted = LISTING.replace("\tmap from", COUNTER + "\tmap from");
        assertTrue(Listing.parts(counted).titles().contains("counter refused-b"));
    }

    @Test
    void noListingHasNoElements() {
        assertEquals(Map.of(), Listed.elements(""));
        assertEquals(Map.of("from", Set.of()), Listed.elements(LISTING));
    }

    @Test
    void elementsOverSeveralLinesAndOnOne() {
        assertEquals(
                Map.of(
                        "a", Set.of("\"x\"", "\"y\"", "\"z\""),
                        "b", Set.of("10.0.0.1-10.0.0.1 : goto masq")),
                Listed.elements("""
                        table inet virt_nft {
                        	set a {
                        		type ifname
                        		elements = { "x", "y",
                        			     "z" }
                        	}
                        	map b {
                        		elements = { 10.0.0.1 : goto masq }
                        	}
                        }
                        """));
    }

    @Test
    void newerReleasesWriteASpaceLessAndOthersMore() {
        assertEquals(
                Map.of("a", Set.of("\"x\" . 10.0.0.0-10.0.0.255", "\"y\" . 10.0.1.1-10.0.1.1")),
                Listed.elements("\tset a {\n\t\telements = { \"x\" . 10.0.0.0/24 ,\n\"y\" . 10.0.1.1/32 }\n\t}\n"));
    }
}
