package io.xsan.server.agent;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Sockets of the kinds that the JDK does not offer: pairs of descriptors, and netlink. */
final class SocketCalls {
    /** Two connected stream sockets: one for this process, one for the kernel. */
    record Pair(int ours, int kernels) {}

    private static final int AF_UNIX = 1;
    private static final int AF_NETLINK = 16;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int NETLINK_GENERIC = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_ADD_MEMBERSHIP = 1;
    private static final int ADDRESS_BYTES = 12;
    private static final int SHUT_RDWR = 2;
    private static final int MSG_PEEK = 2;
    private static final int MSG_DONTWAIT = 0x40;

    private static final NativeCall SOCKETPAIR =
            new NativeCall("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    private static final NativeCall SOCKET =
            new NativeCall("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final NativeCall BIND =
            new NativeCall("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final NativeCall SETSOCKOPT =
            new NativeCall("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final NativeCall SEND =
            new NativeCall("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final NativeCall RECV =
            new NativeCall("recv", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final NativeCall SHUTDOWN =
            new NativeCall("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);

    private SocketCalls() {}

    /** A new pair of unix stream sockets that do not block and are not inherited. */
    static Pair pair() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fds = arena.allocate(JAVA_INT, 2);
            int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
            SOCKETPAIR.invoke(AF_UNIX, type, 0, fds);
            return new Pair(fds.getAtIndex(JAVA_INT, 0), fds.getAtIndex(JAVA_INT, 1));
        }
    }

    /** A socket of generic netlink whose receipts give up after {@code timeoutMillis}. */
    static int netlink(long timeoutMillis) throws IOException {
        int fd = (int) SOCKET.invoke(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(ADDRESS_BYTES, Integer.BYTES);
            address.set(java.lang.foreign.ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
            BIND.invoke(fd, address, ADDRESS_BYTES);
            MemorySegment time = arena.allocate(JAVA_LONG, 2);
            time.setAtIndex(JAVA_LONG, 0, timeoutMillis / 1000);
            time.setAtIndex(JAVA_LONG, 1, timeoutMillis % 1000 * 1000);
            SETSOCKOPT.invoke(fd, SOL_SOCKET, SO_RCVTIMEO, time, (int) time.byteSize());
            return fd;
        } catch (IOException e) {
            Posix.close(fd);
            throw e;
        }
    }

    /** Lets a netlink socket get what is sent to a multicast group. */
    static void join(int fd, int group) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(JAVA_INT, group);
            SETSOCKOPT.invoke(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, value, Integer.BYTES);
        }
    }

    /** Sends a direct buffer as one datagram. */
    static void send(int fd, ByteBuffer bytes) throws IOException {
        SEND.invoke(fd, MemorySegment.ofBuffer(bytes), (long) bytes.remaining(), 0);
    }

    /** Receives one datagram into a direct buffer; false if none came in time. */
    static boolean receive(int fd, ByteBuffer into) throws IOException {
        into.clear();
        long bytes =
                RECV.invokeOrWait(fd, MemorySegment.ofBuffer(into), (long) into.remaining(), 0);
        into.order(ByteOrder.nativeOrder()).limit((int) Math.max(bytes, 0));
        return bytes >= 0;
    }

    /** True while somebody has the other end of a stream socket. */
    static boolean hasPeer(int fd) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocate(1);
            return RECV.invokeOrWait(fd, one, 1L, MSG_PEEK | MSG_DONTWAIT) != 0;
        }
    }

    /** Ends a stream in both directions, also for who has duplicates of the descriptor. */
    static void shutdown(int fd) throws IOException {
        SHUTDOWN.invoke(fd, SHUT_RDWR);
    }
}
