package org.virtnft.cli;

import java.time.Clock;
import java.time.ZoneId;
import org.virtnft.host.HostFiles;

/**
 * What commands work with that is not theirs.
 *
 * @param begun what tells that a command has begun to change something
 * @param progress what shows on a terminal that long work goes on
 * @param files where things lie on the host
 * @param clock the host's, in its own zone
 */
record Surroundings(Begun begun, Progress progress, HostFiles files, Clock clock) {

    /** This host. */
    static Surroundings ofThisHost(Begun begun, Progress progress) {
        return new Surroundings(begun, progress, HostFiles.REAL, Clock.system(ZoneId.systemDefault()));
    }
}
