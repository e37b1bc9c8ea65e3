package io.xsan.server.agent;

import io.xsan.server.agent.NetlinkAttributes.Attribute;
import io.xsan.server.agent.NetlinkCodec.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A socket of generic netlink. One thread at a time; blocks for at most its timeout. */
final class GenericNetlink implements AutoCloseable {
    /** A family of commands: its number, and that of its multicast group (0: none). */
    record Family(int id, int group) {}

    /** How a request ended: errno 0 is success, with the attributes of the answer if it had any. */
    record Answer(int errno, @Nullable ByteBuffer attributes) {}

    static final int ENOENT = 2;

    private static final int DATAGRAM_BYTES_MAX = 64 << 10;
    private static final int CONTROL = 16;
    private static final int CONTROL_GET_FAMILY = 3;
    private static final int FAMILY_ID = 1;
    private static final int FAMILY_NAME = 2;
    private static final int FAMILY_GROUPS = 7;
    private static final int GROUP_ID = 2;

    private final int fd;
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(DATAGRAM_BYTES_MAX);
    private int sequence;

    /** Opens it. An answer or an event that takes longer than {@code timeoutMillis} is missed. */
    GenericNetlink(long timeoutMillis) throws IOException {
        fd = SocketCalls.netlink(timeoutMillis);
    }

    /** The family {@code name}, or null if this kernel, or this network namespace, has none. */
    @Nullable Family family(String name) throws IOException {
        Answer answer =
                request(
                        CONTROL,
                        CONTROL_GET_FAMILY,
                        new NetlinkAttributes().text(FAMILY_NAME, name));
        ByteBuffer found = answer.attributes();
        if (answer.errno() == ENOENT) {
            return null;
        }
        if (answer.errno() != 0 || found == null) {
            throw new IOException("netlink family " + name + ": errno " + answer.errno());
        }
        int id = 0;
        int group = 0;
        for (Attribute attribute : NetlinkAttributes.read(found)) {
            if (attribute.type() == FAMILY_ID) {
                id = attribute.value().getShort(0) & 0xffff;
            } else if (attribute.type() == FAMILY_GROUPS) {
                group = firstGroup(attribute.value());
            }
        }
        return new Family(id, group);
    }

    private static int firstGroup(ByteBuffer groups) {
        for (Attribute group : NetlinkAttributes.read(groups)) {
            for (Attribute part : NetlinkAttributes.read(group.value())) {
                if (part.type() == GROUP_ID) {
                    return part.value().getInt(0);
                }
            }
        }
        return 0;
    }

    /** Sends a request and waits for its end. */
    Answer request(int family, int command, NetlinkAttributes attributes) throws IOException {
        sequence++;
        SocketCalls.send(fd, NetlinkCodec.request(family, command, sequence, attributes));
        ByteBuffer found = null;
        while (SocketCalls.receive(fd, datagram)) {
            for (Message message : NetlinkCodec.read(datagram)) {
                if (message.sequence() != sequence) {
                    continue;
                }
                if (message.isEnd()) {
                    return new Answer(message.errno(), found);
                }
                found = copy(message.attributes());
            }
        }
        throw new IOException("the kernel did not answer netlink command " + command);
    }

    /** The datagram's memory is used again for the next one. */
    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    }

    /** Gets the events of a multicast group from now on. */
    void join(int group) throws IOException {
        SocketCalls.join(fd, group);
    }

    /** The next datagram of events, empty if none comes in time. */
    List<Message> events() throws IOException {
        return SocketCalls.receive(fd, datagram) ? NetlinkCodec.read(datagram) : List.of();
    }

    @Override
    public void close() throws IOException {
        Posix.close(fd);
    }
}
