package org.virtnft.hook;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.virtnft.definitions.LibvirtFiles;
import org.virtnft.definitions.RunningNetworkFiles;
import org.virtnft.kernel.Interfaces;
import org.virtnft.state.StateDirectory;
import org.virtnft.transaction.Applier;
import org.virtnft.transaction.HostAppliers;
import org.virtnft.xml.XmlInput;

/**
 * {@code virt-nft hook [--state-dir DIR] NAME OP SUBOP EXTRA}, with the network's XML on standard input.
 *
 * <p>EXTRA is "-" from libvirt (9.0.0 to 11.3, src/util/virhook.c: what has no value is passed so). "--dry-run" there asks whether
 * all of it would work, and changes nothing; the hook script passes it on like any other.
 */
public final class Main {

    private Main() {}

    /** Exits with 0, or with 1 and one line on standard error. */
    public static void main(String[] arguments) {
        // libvirt runs hooks in the C locale; a network's name need not be ASCII
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(arguments, err));
    }

    private static Applier applier(StateDirectory state, Consumer<String> warnings) {
        LibvirtFiles libvirt = new LibvirtFiles(Path.of("/"));
        return new HostAppliers(warnings)
                .of(state, new RunningNetworkFiles(libvirt, state.left(), Clock.systemUTC()::instant));
    }

    private static int run(String[] arguments, PrintStream err) {
        List<String> words = Arrays.asList(arguments);
        Path directory = StateDirectory.DEFAULT;
        if (words.size() > 1 && words.get(0).equals("--state-dir")) {
            if (words.get(1).isEmpty()) {
                err.println("virt-nft: --state-dir needs a directory");
                return 2;
            }
            directory = Path.of(words.get(1));
            words = words.subList(2, words.size());
        }
        if (words.size() < 2) {
            err.println("virt-nft: hook needs NAME OP SUBOP EXTRA, and the network's XML on standard input");
            return 2;
        }
        boolean dryRun = words.size() > 3 && words.get(3).equals("--dry-run");
        StateDirectory state = new StateDirectory(directory);
        Consumer<String> remarks = line -> err.println("virt-nft: " + line);
        Hook hook = new Hook(
                state,
                () -> applier(state, remarks),
                bridge -> new Interfaces().exists(bridge),
                Clock.systemUTC(),
                dryRun,
                remarks);
        try {
            hook.run(words.get(0), words.get(1), XmlInput.read(System.in));
            return 0;
        } catch (HookException e) {
            err.println("virt-nft: " + e.getMessage());
            return 1;
        } catch (Exception | LinkageError e) {
            err.println("virt-nft: internal error, please report it: " + e);
            return 1;
        }
    }
}
