package org.virtnft.ruleset;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.virtnft.ruleset.Piece.MasqueradeChain;

/** The pieces that elements point to. */
public final class Pieces {

    private Pieces() {}

    /** Those that come and go with these elements. */
    public static List<Piece> comingWith(Collection<Element> elements) {
        List<Piece> found = new ArrayList<>();
        for (Element element : elements) {
            Piece.pointedToBy(element).filter(Piece::comesWithItsElement).ifPresent(found::add);
        }
        return found;
    }

    /** Those that must be there before these elements can be, each once. */
    public static List<Piece> standing(Collection<Element> elements) {
        SortedSet<MasqueradeChain> chains = new TreeSet<>();
        for (Element element : elements) {
            Piece.pointedToBy(element).ifPresent(piece -> {
                if (piece instanceof MasqueradeChain chain) {
                    chains.add(chain);
                }
            });
        }
        return List.copyOf(chains);
    }
}
