package io.xsan.server.agent;

import io.xsan.server.agent.GenericNetlink.Answer;
import io.xsan.server.agent.GenericNetlink.Family;
import io.xsan.server.agent.NetlinkAttributes.Attribute;
import io.xsan.server.agent.NetlinkCodec.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The commands of the kernel's nbd driver. It is reached by netlink in the first network namespace
 * of a host only, with CAP_SYS_ADMIN.
 */
final class KernelNbd {
    /**
     * What a device is made with. {@code backend}: who serves it, repeated in every later command.
     * {@code deadSeconds}: how long requests wait for another socket when the one in use is dead.
     */
    record Setup(
            long sizeBytes,
            int sectorBytes,
            int transmissionFlags,
            String backend,
            int deadSeconds) {}

    static final int CONNECT = 1;
    static final int DISCONNECT = 2;
    static final int RECONFIGURE = 3;
    static final int LINK_DEAD = 4;

    private static final String NAME = "nbd";
    private static final int INDEX = 1;
    private static final int SIZE_BYTES = 2;
    private static final int BLOCK_SIZE_BYTES = 3;
    private static final int TIMEOUT = 4;
    private static final int SERVER_FLAGS = 5;
    private static final int SOCKETS = 7;
    private static final int SOCKET_ITEM = 1;
    private static final int SOCKET_FD = 1;
    private static final int DEAD_CONN_TIMEOUT = 8;
    private static final int BACKEND_IDENTIFIER = 10;
    private static final int EINVAL = 22;
    private static final long TIMEOUT_MILLIS = 10_000;

    private KernelNbd() {}

    /** True if this kernel has the driver loaded and it can be reached. */
    static boolean isThere() throws IOException {
        try (GenericNetlink netlink = new GenericNetlink(TIMEOUT_MILLIS)) {
            return netlink.family(NAME) != null;
        }
    }

    /** Makes a device over the socket {@code fd}, of which the kernel takes a duplicate. */
    static int connect(Setup setup, int fd) throws IOException {
        Answer answer = request("connect", CONNECT, connecting(setup, fd));
        ByteBuffer attributes = answer.attributes();
        if (answer.errno() == 0 && attributes != null) {
            for (Attribute attribute : NetlinkAttributes.read(attributes)) {
                if (attribute.type() == INDEX) {
                    return attribute.value().getInt(0);
                }
            }
        }
        throw new IOException("nbd connect: errno " + answer.errno());
    }

    /**
     * TIMEOUT 0: the driver never takes a slow answer for a dead socket, since requests are held
     * while a volume has no owner. When it looks again at unanswered ones is io_timeout's matter.
     */
    static NetlinkAttributes connecting(Setup setup, int fd) {
        return new NetlinkAttributes()
                .u64(SIZE_BYTES, setup.sizeBytes())
                .u64(BLOCK_SIZE_BYTES, setup.sectorBytes())
                .u64(TIMEOUT, 0)
                .u64(SERVER_FLAGS, setup.transmissionFlags())
                .nested(SOCKETS, sockets(fd))
                .u64(DEAD_CONN_TIMEOUT, setup.deadSeconds())
                .text(BACKEND_IDENTIFIER, setup.backend());
    }

    private static NetlinkAttributes sockets(int fd) {
        return new NetlinkAttributes()
                .nested(SOCKET_ITEM, new NetlinkAttributes().u32(SOCKET_FD, fd));
    }

    /**
     * Offers another socket in place of a dead one. The kernel takes it, or leaves it without a
     * word if the old one is not dead yet.
     */
    static void reconnect(int index, String backend, int fd) throws IOException {
        change("reconnect", reconnecting(index, backend, fd));
    }

    static NetlinkAttributes reconnecting(int index, String backend, int fd) {
        return device(index, backend).nested(SOCKETS, sockets(fd));
    }

    /** Tells a new size; mounted file systems may then grow into it. */
    static void resize(int index, String backend, long sizeBytes) throws IOException {
        change("resize", resizing(index, backend, sizeBytes));
    }

    static NetlinkAttributes resizing(int index, String backend, long sizeBytes) {
        return device(index, backend).u64(SIZE_BYTES, sizeBytes);
    }

    private static NetlinkAttributes device(int index, String backend) {
        return new NetlinkAttributes().u32(INDEX, index).text(BACKEND_IDENTIFIER, backend);
    }

    private static void change(String what, NetlinkAttributes attributes) throws IOException {
        int errno = request(what, RECONFIGURE, attributes).errno();
        if (errno != 0) {
            throw new IOException("nbd " + what + ": errno " + errno);
        }
    }

    /** Ends a device; what is unanswered ends with errors. One that has ended already is fine. */
    static void disconnect(int index) throws IOException {
        int errno =
                request("disconnect", DISCONNECT, new NetlinkAttributes().u32(INDEX, index))
                        .errno();
        if (errno != 0 && errno != EINVAL && errno != GenericNetlink.ENOENT) {
            throw new IOException("nbd disconnect of " + index + ": errno " + errno);
        }
    }

    private static Answer request(String what, int command, NetlinkAttributes attributes)
            throws IOException {
        try (GenericNetlink netlink = new GenericNetlink(TIMEOUT_MILLIS)) {
            return netlink.request(family(netlink, what).id(), command, attributes);
        }
    }

    private static Family family(GenericNetlink netlink, String what) throws IOException {
        @Nullable Family family = netlink.family(NAME);
        if (family == null) {
            throw new IOException("nbd " + what + ": the kernel's nbd is not loaded");
        }
        return family;
    }

    /** Hears when the driver finds a socket dead. */
    static final class Deaths implements AutoCloseable {
        private final GenericNetlink netlink;

        /** Listens from now on; {@link #await} waits for up to {@code timeoutMillis} each time. */
        Deaths(long timeoutMillis) throws IOException {
            netlink = new GenericNetlink(timeoutMillis);
            netlink.join(family(netlink, "events").group());
        }

        /**
         * Waits for the next event; true if it is the death of a socket of device {@code index}.
         */
        boolean await(int index) throws IOException {
            return isDeath(netlink.events(), index);
        }

        @Override
        public void close() throws IOException {
            netlink.close();
        }
    }

    static boolean isDeath(List<Message> events, int index) {
        for (Message event : events) {
            for (Attribute attribute : NetlinkAttributes.read(event.attributes())) {
                if (event.command() == LINK_DEAD
                        && attribute.type() == INDEX
                        && attribute.value().getInt(0) == index) {
                    return true;
                }
            }
        }
        return false;
    }
}
