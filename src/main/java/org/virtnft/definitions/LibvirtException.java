package org.virtnft.definitions;

/** libvirt, or its files, cannot be asked, or do not know what they were asked for. */
public final class LibvirtException extends Exception {
    private static final long serialVersionUID = 1;

    public LibvirtException(String message) {
        super(message);
    }

    public LibvirtException(String message, Throwable cause) {
        super(message, cause);
    }
}
