package org.virtnft.kernel;

/** The kernel cannot be asked at all: no library, no netlink. */
public final class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public KernelException(String message, Throwable cause) {
        super(message, cause);
    }

    public KernelException(String message) {
        super(message);
    }
}
