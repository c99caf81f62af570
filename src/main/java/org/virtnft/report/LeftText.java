package org.virtnft.report;

import org.virtnft.network.Printable;

/** What to tell about a companion that is left to libvirt's rules. */
public final class LeftText {

    private LeftText() {}

    /** That it is left, why, and the way back. */
    public static String line(String name, String why) {
        String shown = Printable.printable(name, 128);
        return shown + ": left to libvirt's rules: " + Printable.printable(why, 1024) + "; 'virt-nft apply " + shown
                + "' takes it back";
    }
}
