package org.virtnft.state;

import java.nio.file.Path;

/** Whether libvirt runs the hook, as far as that can be told: it is touched when libvirt has seen it. */
public final class HookMark {

    private final Path file;
    private final Runnable folder;

    /** @param folder makes the state directory */
    HookMark(Path file, Runnable folder) {
        this.file = file;
        this.folder = folder;
    }

    /** Notes that libvirt has seen the hook: it ran, or libvirt was reloaded after it was put there. */
    public void touch() {
        folder.run();
        StateFiles.replace(file, "");
    }

    /** When {@link #touch} noted that last, in milliseconds since 1970; 0 for never. */
    public long seen() {
        return file.toFile().lastModified();
    }
}
