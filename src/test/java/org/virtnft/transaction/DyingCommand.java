package org.virtnft.transaction;

import static org.virtnft.kernel.SampleNetworks.isolated;
import static org.virtnft.kernel.SampleNetworks.nat;
import static org.virtnft.kernel.SampleNetworks.natWithPorts;
import static org.virtnft.kernel.SampleNetworks.route;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.virtnft.kernel.CrashingNft;
import org.virtnft.kernel.LibNftables;
import org.virtnft.kernel.Nft;
import org.virtnft.kernel.TestFlows;
import org.virtnft.network.PortRange;
import org.virtnft.network.VirtualNetwork;
import org.virtnft.ruleset.Ruleset;
import org.virtnft.state.StateDirectory;

/**
 * A command of a process of its own that changes networks and dies on the way. Arguments: the state directory, or
 * {@code --state-dir=} and it, as the launcher knows it; and the death: a {@link Step} before which it is killed, or one of the
 * constants here.
 */
final class DyingCommand {

    /** Killed before the second of three networks' files is written. */
    static final String BETWEEN_FILES = "between-files";

    /** By a signal inside libnftables, before it has sent anything. */
    static final String IN_LIBRARY = "in-library";

    /** By a signal inside libnftables, after the kernel has committed. */
    static final String IN_LIBRARY_AFTER_COMMIT = "in-library-after-commit";

    /** What is applied before. */
    static final VirtualNetwork[] BEFORE = {
        nat("a", "a0", "10.1.0.1/24", "fd00:1::1/64"),
        route("b", "b0", "10.2.0.1/24"),
        isolated("c", "c0", "10.3.0.1/24")
    };

    private DyingCommand() {}

    public static void main(String[] arguments) {
        StateDirectory state = new StateDirectory(Path.of(arguments[0].replaceFirst("^--state-dir=", "")));
        String death = arguments[1];
        Nft nft = death.startsWith(IN_LIBRARY)
                ? new CrashingNft(death.equals(IN_LIBRARY_AFTER_COMMIT))
                : new LibNftables();
        int[] saved = {0};
        StepListener listener = step -> {
            saved[0] += step == Step.SAVE_NETWORKS ? 1 : 0;
            if (death.equals(BETWEEN_FILES) && saved[0] == 2) {
                killed();
            }
            if (death.equals(step.name())) {
                killed();
            }
        };
        Applier applier = new Applier(
                state,
                nft,
                Ruleset.own(),
                listener,
                Duration.ofSeconds(5),
                TestFlows.real()::end,
                TestFlows.restoration());
        applier.apply(change());
    }

    /** All three become other ones, in the order of their bridges, and a fourth comes. */
    private static Change change() {
        VirtualNetwork second = natWithPorts("b", "b0", PortRange.UNPRIVILEGED, "10.12.0.1/24");
        return Scene.put(
                Scene.applied(route("a", "a0", "10.11.0.1/24")),
                Scene.applied(second),
                Scene.applied(nat("c", "c0", "10.13.0.1/24")),
                Scene.applied(nat("d", "d0", "10.14.0.1/24")));
    }

    private static void killed() {
        try {
            new ProcessBuilder("kill", "-KILL", "" + ProcessHandle.current().pid())
                    .inheritIO()
                    .start()
                    .waitFor();
            TimeUnit.SECONDS.sleep(30);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("alive after SIGKILL");
    }
}
