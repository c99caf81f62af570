package org.virtnft.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.ToIntFunction;
import org.virtnft.ruleset.TableName;

/**
 * nftables by libnftables, in the network namespace of the calling thread.
 *
 * <p>The library promises no thread safety and has process-wide state (its interface cache), hence the lock; a context of its
 * own for each call, so that nothing is remembered.
 */
public final class LibNftables implements Nft {

    private static final Object LOCK = new Object();

    /** libnftables waits with select(2) and aborts the process when its descriptor is this or higher. */
    private static final int FD_SETSIZE = 1024;

    /** CAP_NET_ADMIN of linux/capability.h, as a bit of /proc's CapEff. */
    private static final long CAP_NET_ADMIN = 1L << 12;

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final NftLibrary library;
    private final CLibrary c;

    /**
     * @throws KernelException when libnftables is not installed
     */
    public LibNftables() {
        this.library = Libraries.load(NftLibrary.SONAME, NftLibrary.class);
        this.c = Libraries.load("c", CLibrary.class);
    }

    @Override
    public Answer run(Path script) {
        return call((byte) 0, 0, context -> library.nft_run_cmd_from_filename(context, script.toString()));
    }

    @Override
    public Answer tryOut(Path script) {
        return call((byte) 1, 0, context -> library.nft_run_cmd_from_filename(context, script.toString()));
    }

    @Override
    public Answer ask(String commands) {
        return askUntilAnswered(0, commands);
    }

    @Override
    public Answer list(TableName table) {
        return askUntilAnswered(NftLibrary.OUTPUT_HANDLE, "list table " + table);
    }

    /**
     * Asks again when somebody changed some table meanwhile: the kernel then breaks off ("Interrupted system call"), and
     * libnftables asks again for a listing, but not for {@code get element} (1.0.6). libvirt changes its own rules for one
     * network while our hook runs for another.
     */
    private Answer askUntilAnswered(int outputFlags, String commands) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Answer answer = call((byte) 0, outputFlags, context -> library.nft_run_cmd_from_buffer(context, commands));
            if (answer.ok() || !answer.errors().contains("Interrupted system call") || System.nanoTime() > end) {
                return answer;
            }
        }
    }

    private Answer call(byte dryRun, int outputFlags, ToIntFunction<Pointer> command) {
        synchronized (LOCK) {
            checkPrivilege();
            checkNetlink();
            Pointer context = library.nft_ctx_new(0);
            if (context == null) {
                throw new KernelException("libnftables gave no context");
            }
            try {
                library.nft_ctx_buffer_output(context);
                library.nft_ctx_buffer_error(context);
                library.nft_ctx_clear_include_paths(context);
                library.nft_ctx_set_dry_run(context, dryRun);
                library.nft_ctx_output_set_flags(context, outputFlags);
                boolean ok = command.applyAsInt(context) == 0;
                String output = library.nft_ctx_get_output_buffer(context);
                String errors = library.nft_ctx_get_error_buffer(context);
                return new Answer(ok, output == null ? "" : output, errors == null ? "" : errors);
            } finally {
                library.nft_ctx_free(context);
            }
        }
    }

    /** The kernel would refuse even a question, and libnftables print a line of its own on the process's stderr. */
    private static void checkPrivilege() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/thread-self/status"))) {
                if (line.startsWith("CapEff:")
                        && (Long.parseUnsignedLong(
                                                line.substring("CapEff:".length())
                                                        .strip(),
                                                16)
                                        & CAP_NET_ADMIN)
                                == 0) {
                    throw new KernelException("nftables cannot be used: Operation not permitted (run as root)");
                }
            }
        } catch (IOException e) {
            throw new KernelException("/proc is needed: " + e, e);
        }
    }

    /** nft_ctx_new calls exit(3) where it cannot open netlink: find that out before. */
    private void checkNetlink() {
        int descriptor;
        try {
            descriptor = c.socket(CLibrary.AF_NETLINK, CLibrary.SOCK_RAW, CLibrary.NETLINK_NETFILTER);
            c.close(descriptor);
        } catch (LastErrorException e) {
            throw new KernelException("netlink cannot be opened: " + e.getMessage(), e);
        }
        if (descriptor >= FD_SETSIZE) {
            throw new KernelException("this process has too many open files for libnftables");
        }
    }
}
