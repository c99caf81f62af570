package org.virtnft.kernel;

import com.sun.jna.Pointer;
import java.nio.file.Path;

/** nftables, whose library takes the process down when it is to run a script: a signal raised in its own code. */
public final class CrashingNft extends PassingNft {

    private final boolean afterCommit;

    /**
     * @param afterCommit whether the script is in the kernel by then
     */
    public CrashingNft(boolean afterCommit) {
        super(new LibNftables());
        this.afterCommit = afterCommit;
    }

    @Override
    public Answer run(Path script) {
        if (afterCommit) {
            super.run(script);
        }
        NftLibrary library = Libraries.load(NftLibrary.SONAME, NftLibrary.class);
        Pointer garbage = new Pointer(8);
        library.nft_run_cmd_from_filename(garbage, script.toString());
        throw new AssertionError("libnftables lives on with a context that is none");
    }
}
