package org.virtnft.ruleset;

/**
 * One element of a set or map of the template.
 *
 * @param set the set's or map's name
 */
public record Element(String set, Entry entry, Origin origin) {

    /** The same from nft's text. */
    public static Element read(String set, String key, String data, Origin origin) {
        return new Element(set, EntryReader.read(key, data), origin);
    }

    /** As it stands between the braces of {@code add element}. */
    public String text() {
        return entry.text();
    }

    /** In the one form that all spellings of the element share. */
    public String canonical() {
        return entry.canonical();
    }
}
