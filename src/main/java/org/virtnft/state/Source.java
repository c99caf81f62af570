package org.virtnft.state;

import java.util.Arrays;
import java.util.Locale;

/** Where an applied network was read, and so who decides that it is gone. */
public enum Source {
    /** libvirt, by the hook or by name: it goes when libvirt says that the network is not active. */
    LIBVIRT,
    /** A file: it stays until it is removed by name. */
    FILE,
    /** Nobody knows: its elements are in the kernel without a record of whose they are. They stay as long as the bridge does. */
    UNKNOWN;

    /** As files and programs are told. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The one of a word.
     *
     * @throws IllegalArgumentException when there is none
     */
    static Source of(String word) {
        return Arrays.stream(values())
                .filter(source -> source.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + word + "' is no source"));
    }
}
