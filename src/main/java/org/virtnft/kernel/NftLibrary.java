package org.virtnft.kernel;

import com.sun.jna.Library;
import com.sun.jna.Pointer;

/**
 * libnftables.h as of 1.0.6, as far as we call it. A C {@code bool} is one byte; JNA's boolean would pass four.
 *
 * <p>Interface mapping: JNA's direct mapping makes calls cheaper and the start 20 ms slower.
 */
interface NftLibrary extends Library {

    /** By its soname, which pins the ABI and needs no development package. */
    String SONAME = "libnftables.so.1";

    /** NFT_CTX_OUTPUT_HANDLE. */
    int OUTPUT_HANDLE = 1 << 3;

    /** NFT_CTX_OUTPUT_TERSE: sets without their elements. */
    int OUTPUT_TERSE = 1 << 11;

    Pointer nft_ctx_new(int flags);

    void nft_ctx_free(Pointer context);

    void nft_ctx_set_dry_run(Pointer context, byte dry);

    void nft_ctx_output_set_flags(Pointer context, int flags);

    int nft_ctx_buffer_output(Pointer context);

    int nft_ctx_buffer_error(Pointer context);

    String nft_ctx_get_output_buffer(Pointer context);

    String nft_ctx_get_error_buffer(Pointer context);

    void nft_ctx_clear_include_paths(Pointer context);

    int nft_run_cmd_from_buffer(Pointer context, String commands);

    int nft_run_cmd_from_filename(Pointer context, String file);
}
