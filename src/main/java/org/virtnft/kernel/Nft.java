package org.virtnft.kernel;

import java.nio.file.Path;
import org.virtnft.ruleset.TableName;

/** What we ask of nftables. Every call is a transaction of its own. */
public interface Nft {

    /**
     * What nft said.
     *
     * @param errors its messages; of a script they begin with {@code FILE:LINE:COLUMNS:}
     */
    record Answer(boolean ok, String output, String errors) {}

    /** Runs a script, all of it or nothing. A file, because only then does libnftables name lines. */
    Answer run(Path script);

    /** Lets the kernel judge a script without committing it. Needs the same rights. */
    Answer tryOut(Path script);

    /** Runs commands that only read. */
    Answer ask(String commands);

    /** All of a table, with the handles of its chains, sets and rules; an error when there is no such table. */
    Answer list(TableName table);
}
