package org.virtnft.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A netlink socket: requests of one's own making, and answers in pieces.
 *
 * <p>By hand, because what libnetfilter_conntrack and libmnl would do for it are these few lines, and a package less for a host to have.
 */
final class Netlink implements AutoCloseable {

    static final int ROUTE = 0;
    static final int NETFILTER = 12;

    static final int REQUEST = 1;
    static final int ACKNOWLEDGE = 4;
    static final int DUMP = 0x300;

    static final int HEADER = 16;
    private static final int ERROR = 2;
    private static final int DONE = 3;
    private static final int TYPE_MASK = 0x3fff; // without NLA_F_NESTED and NLA_F_NET_BYTEORDER

    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int ENOENT = 2;
    private static final int EINTR = 4;

    /** NLM_F_DUMP_INTR: what is listed changed meanwhile, so that something may be missing, or there twice. */
    private static final int INTERRUPTED = 0x10;

    /** The kernel fills at most so much at a time. */
    private static final int BUFFER = 1 << 16;

    /** Beside {@link CLibrary}: most runs of the hook have no use for it. */
    interface Sockets extends Library {
        int setsockopt(int descriptor, int level, int name, long[] value, int size) throws LastErrorException;

        long send(int descriptor, byte[] message, long size, int flags) throws LastErrorException;

        long recv(int descriptor, byte[] message, long size, int flags) throws LastErrorException;
    }

    /**
     * One message of an answer.
     *
     * @param body what follows netlink's own header
     */
    record Message(int type, ByteBuffer body) {}

    private final CLibrary c = Libraries.load("c", CLibrary.class);
    private final Sockets sockets = Libraries.load("c", Sockets.class);
    private final long end;
    private final int descriptor;
    private final byte[] received = new byte[BUFFER];
    private int sequence;

    /**
     * @param patience for all that is done with this socket
     */
    Netlink(int protocol, Duration patience) {
        end = System.nanoTime() + patience.toNanos();
        try {
            descriptor = c.socket(CLibrary.AF_NETLINK, CLibrary.SOCK_RAW | SOCK_CLOEXEC, protocol);
            long[] timeout = {patience.toSeconds(), patience.toNanosPart() / 1000}; // a struct timeval, 64 bit
            sockets.setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, timeout, 2 * Long.BYTES);
        } catch (LastErrorException e) {
            throw new KernelException("netlink cannot be opened: " + e.getMessage(), e);
        }
    }

    /** A request under construction, long enough for any of ours. */
    ByteBuffer request(int type, int flags, int size) {
        ByteBuffer message = ByteBuffer.allocate(HEADER + size).order(ByteOrder.nativeOrder());
        return message.putInt(0)
                .putShort((short) type)
                .putShort((short) (REQUEST | flags))
                .putInt(++sequence)
                .putInt(0);
    }

    /** Writes one attribute, padded to four bytes. */
    static void attribute(ByteBuffer message, int type, byte[] value) {
        message.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        while (message.position() % 4 != 0) {
            message.put((byte) 0);
        }
    }

    /** The same in the host's byte order. */
    static void attribute(ByteBuffer message, int type, int value) {
        message.putShort((short) 8).putShort((short) type).putInt(value);
    }

    /** Sends a request, or several one behind the other. */
    void send(byte[] messages) {
        try {
            sockets.send(descriptor, messages, messages.length, 0);
        } catch (LastErrorException e) {
            throw refused("" + e.getMessage());
        }
    }

    /** The bytes of a request, with its length in its head. */
    static byte[] finished(ByteBuffer message) {
        message.putInt(0, message.position());
        byte[] bytes = new byte[message.position()];
        message.get(0, bytes);
        return bytes;
    }

    /**
     * Reads answers up to the end of a listing or to as many acknowledgements as are expected, whichever was asked for. That something
     * is not there any more is an acknowledgement too.
     *
     * @return whether nothing of what was listed changed while it was
     */
    boolean receive(int acknowledgements, Consumer<Message> each) {
        int missing = acknowledgements;
        boolean consistent = true;
        while (true) {
            ByteBuffer buffer = next();
            while (buffer.remaining() >= HEADER) {
                int start = buffer.position();
                int length = buffer.getInt(start);
                int type = buffer.getShort(start + 4);
                if (length < HEADER || length > buffer.remaining()) {
                    throw refused("an answer that makes no sense");
                }
                consistent &= (buffer.getShort(start + 6) & INTERRUPTED) == 0;
                ByteBuffer body = slice(buffer, start + HEADER, length - HEADER);
                if (type == DONE || type == ERROR) {
                    int error = body.remaining() >= 4 ? -body.getInt(body.position()) : 0;
                    if (error != 0 && (error != ENOENT || acknowledgements == 0)) {
                        throw refused("error " + error);
                    }
                    if (type == DONE || --missing <= 0) {
                        return consistent;
                    }
                } else {
                    each.accept(new Message(type, body));
                }
                buffer.position(Math.min(buffer.limit(), start + aligned(length)));
            }
        }
    }

    /** Reads one answer to one question: a message, or an error, which gives an empty one. */
    Message answer() {
        ByteBuffer buffer = next();
        int type = buffer.getShort(4);
        return new Message(
                type, type == ERROR ? slice(buffer, 0, 0) : slice(buffer, HEADER, buffer.getInt(0) - HEADER));
    }

    private ByteBuffer next() {
        while (System.nanoTime() <= end) {
            try {
                int size = (int) sockets.recv(descriptor, received, received.length, 0);
                return ByteBuffer.wrap(received, 0, size).order(ByteOrder.nativeOrder());
            } catch (LastErrorException e) {
                if (e.getErrorCode() != EINTR) {
                    throw refused("" + e.getMessage());
                }
            }
        }
        throw refused("it takes too long");
    }

    private static KernelException refused(String why) {
        return new KernelException("the kernel does not answer by netlink: " + why);
    }

    private static ByteBuffer slice(ByteBuffer buffer, int start, int length) {
        return buffer.slice(start, length).order(ByteOrder.nativeOrder());
    }

    /** Takes the attributes of what remains one by one. */
    interface Attributes {
        void attribute(int type, ByteBuffer value);
    }

    static void attributes(ByteBuffer buffer, Attributes each) {
        int position = buffer.position();
        while (buffer.limit() - position >= 4) {
            int length = Short.toUnsignedInt(buffer.getShort(position));
            if (length < 4 || position + length > buffer.limit()) {
                return;
            }
            each.attribute(buffer.getShort(position + 2) & TYPE_MASK, slice(buffer, position + 4, length - 4));
            position += aligned(length);
        }
    }

    /** The one attribute of a type, without a look into the others: some have hundreds. */
    static Optional<ByteBuffer> find(ByteBuffer buffer, int start, int wanted) {
        int position = start;
        while (buffer.limit() - position >= 4) {
            int length = Short.toUnsignedInt(buffer.getShort(position));
            if (length < 4 || position + length > buffer.limit()) {
                return Optional.empty();
            }
            if ((buffer.getShort(position + 2) & TYPE_MASK) == wanted) {
                return Optional.of(slice(buffer, position + 4, length - 4));
            }
            position += aligned(length);
        }
        return Optional.empty();
    }

    static byte[] bytes(ByteBuffer value) {
        byte[] copy = new byte[value.remaining()];
        value.get(value.position(), copy);
        return copy;
    }

    private static int aligned(int length) {
        return (length + 3) & ~3;
    }

    @Override
    public void close() {
        c.close(descriptor);
    }
}
