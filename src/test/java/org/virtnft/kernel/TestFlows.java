package org.virtnft.kernel;

import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;
import org.virtnft.flows.Flows;
import org.virtnft.transaction.Restoration;

/** The kernel's own connections, as commands end them. */
public final class TestFlows {

    private TestFlows() {}

    /** A warning is the test's failure. */
    public static Flows real() {
        return real(line -> {
            throw new AssertionError(line);
        });
    }

    /** As for any state directory but the default one: no libvirt's files are read. */
    public static Restoration restoration() {
        return new Restoration(new Interfaces()::exists, List::of, Clock.systemUTC());
    }

    public static Flows real(Consumer<String> warnings) {
        return new Flows(new ConntrackNetlink(), new RouteNetlink(), new Interfaces()::exists, warnings);
    }
}
