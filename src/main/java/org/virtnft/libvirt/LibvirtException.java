package org.virtnft.libvirt;

/** libvirt cannot be asked, or does not know what it was asked for. */
public final class LibvirtException extends Exception {
    private static final long serialVersionUID = 1;

    public LibvirtException(String message) {
        super(message);
    }

    LibvirtException(String message, Throwable cause) {
        super(message, cause);
    }
}
