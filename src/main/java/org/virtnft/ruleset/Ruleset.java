package org.virtnft.ruleset;

/** The table whose rules never change, and what networks are in it. */
public record Ruleset(Template template, Translation translation) {

    /** This program's own. */
    public static Ruleset own() {
        return new Ruleset(Template.load(), Translation.own());
    }
}
