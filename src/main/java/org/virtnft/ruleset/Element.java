package org.virtnft.ruleset;

/**
 * One element of a set or map of the template.
 *
 * @param set the set's or map's name
 * @param key in nft's text
 * @param data in nft's text; "" in a set
 */
public record Element(String set, String key, String data, Origin origin) {

    /** As it stands between the braces of {@code add element}. */
    public String text() {
        return data.isEmpty() ? key : key + " : " + data;
    }

    /** In the one form that all spellings of the element share. */
    public String canonical() {
        return Canonical.of(text());
    }
}
