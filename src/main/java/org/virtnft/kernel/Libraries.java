package org.virtnft.kernel;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.util.Map;

/** Loads native libraries, each once. */
final class Libraries {

    private Libraries() {}

    static <T extends Library> T load(String name, Class<T> type) {
        try {
            // under libvirtd's C locale JNA would encode as ASCII
            return Native.load(name, type, Map.of(Library.OPTION_STRING_ENCODING, "UTF-8"));
        } catch (UnsatisfiedLinkError e) {
            throw new KernelException(
                    name + " cannot be loaded: install libnftables (Debian: libnftables1, Fedora: nftables)", e);
        }
    }
}
