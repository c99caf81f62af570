package org.virtnft.transaction;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.virtnft.flows.Flows;
import org.virtnft.kernel.ConntrackNetlink;
import org.virtnft.kernel.Interfaces;
import org.virtnft.kernel.LibNftables;
import org.virtnft.kernel.RouteNetlink;
import org.virtnft.ruleset.Ruleset;
import org.virtnft.state.AppliedNetwork;
import org.virtnft.state.StateDirectory;

/**
 * Makes what changes the kernel that this process runs on, by this program's rules.
 *
 * @param warnings for what could not be done afterwards, a line each
 */
public record HostAppliers(Consumer<String> warnings) {

    /** libvirtd stands still while a hook runs; a person can wait as long, but not for ever. */
    public static final Duration LOCK_DEADLINE = Duration.ofSeconds(5);

    /** As the hook needs it: of what a change forbids, established connections are ended. */
    public Applier of(StateDirectory state, Supplier<List<AppliedNetwork>> running) {
        return of(state, running, StepListener.NONE, (before, after, mended) -> {});
    }

    /**
     * The same with more that follows a change.
     *
     * @param running the networks that run, by libvirt's own files
     */
    public Applier of(
            StateDirectory state, Supplier<List<AppliedNetwork>> running, StepListener listener, Aftermath more) {
        Interfaces interfaces = new Interfaces();
        Flows flows = new Flows(new ConntrackNetlink(), new RouteNetlink(), interfaces::exists, warnings);
        Aftermath ending = flows::end;
        return new Applier(
                state,
                new LibNftables(),
                Ruleset.own(),
                listener,
                LOCK_DEADLINE,
                ending.then(more),
                new Restoration(interfaces::exists, running, Clock.systemUTC()));
    }
}
