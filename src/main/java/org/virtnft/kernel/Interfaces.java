package org.virtnft.kernel;

import org.virtnft.network.InterfaceName;

/** The network interfaces of the calling thread's namespace; /sys may show those of another one. */
public final class Interfaces {

    private final CLibrary c = Libraries.load("c", CLibrary.class);

    /** Whether there is an interface of this name now. */
    public boolean exists(InterfaceName name) {
        return c.if_nametoindex(name.value()) != 0;
    }
}
