package org.virtnft.kernel;

/** The kernel cannot be asked: no library, no netlink, no answer. */
public class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public KernelException(String message, Throwable cause) {
        super(message, cause);
    }

    public KernelException(String message) {
        super(message);
    }
}
