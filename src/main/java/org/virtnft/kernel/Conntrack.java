package org.virtnft.kernel;

import java.util.function.Predicate;

/** The connections that the kernel tracks in the calling thread's network namespace. */
public interface Conntrack {

    /**
     * Deletes every flow that is condemned; its next packet is the first of a new one for all rules.
     *
     * @return how many there were
     * @throws KernelException when the kernel cannot be asked, or refuses
     */
    int delete(Predicate<Flow> condemned);
}
