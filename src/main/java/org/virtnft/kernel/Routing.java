package org.virtnft.kernel;

import java.util.List;
import java.util.Optional;
import org.virtnft.network.Address;
import org.virtnft.network.Subnet;

/** Addresses and routes of the calling thread's network namespace. */
public interface Routing {

    /**
     * An address of this host.
     *
     * @param device the interface that has it
     * @param subnet what is reached by that interface without a gateway; the address alone on a point-to-point link
     * @param linkLocal whether it is of no use beyond the link, as fe80::1 is
     */
    record Local(String device, Address address, Subnet subnet, boolean linkLocal) {}

    /**
     * All of them.
     *
     * @throws KernelException when the kernel cannot be asked
     */
    List<Local> addresses();

    /**
     * The interface by which a packet is forwarded; empty when there is no route.
     *
     * @param arriving the interface that it comes in by
     * @throws KernelException when the kernel cannot be asked
     */
    Optional<String> deviceTowards(Address destination, Address source, String arriving);
}
