package org.virtnft.cli;

import java.time.Clock;
import java.time.ZoneId;
import org.virtnft.host.HostFiles;

/**
 * What commands work with that is not theirs.
 *
 * @param begun what tells that a command has begun to change something
 * @param files where things lie on the host
 * @param clock the host's, in its own zone
 */
record Surroundings(Begun begun, HostFiles files, Clock clock) {

    /** This host. */
    static Surroundings ofThisHost(Begun begun) {
        return new Surroundings(begun, HostFiles.REAL, Clock.system(ZoneId.systemDefault()));
    }
}
