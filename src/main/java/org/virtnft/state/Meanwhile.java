package org.virtnft.state;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** What is done on another thread while the caller does something else; only what depends on no thread's network namespace may be. */
public final class Meanwhile {

    private Meanwhile() {}

    /** Begins; the result waits for what the work returns or throws. */
    public static <T> Supplier<T> begin(Supplier<T> work) {
        CompletableFuture<T> future = CompletableFuture.supplyAsync(work);
        return () -> {
            try {
                return future.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                throw e.getCause() instanceof RuntimeException refusal ? refusal : e;
            }
        };
    }
}
