package org.virtnft.report;

import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.virtnft.network.Printable;
import org.virtnft.state.Trial;

/** What to tell about a change that is being tried. */
public final class TrialText {

    /** A process that is there goes back within moments of the time. */
    private static final Duration MOMENTS = Duration.ofSeconds(10);

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    private TrialText() {}

    /** "a, b". */
    public static String networks(Trial trial) {
        List<String> names = trial.names().stream()
                .map(name -> Printable.printable(name, 128))
                .toList();
        return String.join(", ", names);
    }

    /** The wall clock's time at which it goes back. */
    public static String time(Duration left) {
        return LocalTime.now(ZoneId.systemDefault()).plus(left).format(TIME);
    }

    /** One that has not ended. */
    public static String remark(Trial trial, Duration left) {
        String waysOut = "'virt-nft try --confirm' keeps it, 'virt-nft try --back' goes back";
        String what = "a try of " + (trial.names().isEmpty() ? "networks" : networks(trial));
        if (trial.phase() == Trial.Phase.STUCK) {
            return what + " could not go back (" + String.join("; ", trial.said()) + "): " + waysOut;
        }
        if (left.plus(MOMENTS).isNegative()) {
            return what + " should have gone back at " + time(left) + ", but its process is gone: " + waysOut;
        }
        return what + " is pending, and goes back at " + time(left) + ": " + waysOut + " now";
    }
}
