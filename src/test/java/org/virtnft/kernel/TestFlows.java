package org.virtnft.kernel;

import java.util.function.Consumer;
import org.virtnft.flows.Flows;

/** The kernel's own connections, as commands end them. */
public final class TestFlows {

    private TestFlows() {}

    /** A warning is the test's failure. */
    public static Flows real() {
        return real(line -> {
            throw new AssertionError(line);
        });
    }

    public static Flows real(Consumer<String> warnings) {
        return new Flows(new ConntrackNetlink(), new RouteNetlink(), new Interfaces()::exists, warnings);
    }
}
