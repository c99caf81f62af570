package org.virtnft.kernel;

import java.util.ArrayList;
import java.util.List;
import org.virtnft.network.Printable;

/**
 * One error of nft, with the line of the script that it speaks of.
 *
 * @param line from 1; 0 when nft named none
 * @param text what is wrong, without nft's prefix
 */
public record NftMessage(int line, String text) {

    private static final String MARK = "Error: ";

    /** The errors in what nft wrote about a script; the excerpts and carets between them are left out. */
    public static List<NftMessage> parse(String errors) {
        List<NftMessage> found = new ArrayList<>();
        for (String line : errors.split("\n")) {
            int mark = line.indexOf(MARK);
            if (mark >= 0) {
                String text = line.substring(mark + MARK.length());
                found.add(new NftMessage(lineNumber(line.substring(0, mark)), Printable.printable(text, 512)));
            }
        }
        if (found.isEmpty() && !errors.isBlank()) {
            found.add(new NftMessage(0, Printable.printable(errors.strip(), 512)));
        }
        return found;
    }

    /** From {@code FILE:LINE:FIRST-LAST: }; a colon in the file's name does no harm. */
    private static int lineNumber(String prefix) {
        String[] parts = prefix.strip().split(":");
        if (parts.length < 3) {
            return 0;
        }
        try {
            return Integer.parseInt(parts[parts.length - 2]);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
