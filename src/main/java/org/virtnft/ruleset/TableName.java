package org.virtnft.ruleset;

/**
 * What tells a table of ours from all others.
 *
 * @param family in nft's word
 */
public record TableName(String family, String name) {

    /** As it stands in every command. */
    @Override
    public String toString() {
        return family + " " + name;
    }
}
