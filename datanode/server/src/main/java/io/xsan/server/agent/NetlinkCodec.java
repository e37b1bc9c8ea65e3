package io.xsan.server.agent;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages of generic netlink, in the byte order of this machine.
 *
 * <pre>
 *   0 length u32 (all of it)   4 type u16   6 flags u16   8 sequence u32   12 port u32
 *   16 command u8   17 version u8   18 zero u16   20 attributes
 *   of type ERROR: 16 minus errno i32 (0: done), then the header that it answers
 * </pre>
 */
final class NetlinkCodec {
    /** A message that arrived: {@code errno} is meant where {@code isEnd}. */
    record Message(int sequence, boolean isEnd, int errno, int command, ByteBuffer attributes) {}

    private static final int HEADER_BYTES = 16;
    private static final int GENERIC_BYTES = 4;
    private static final int TYPE_ERROR = 2;
    private static final int FLAGS_REQUEST_ACK = 5;
    private static final byte VERSION = 1;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private NetlinkCodec() {}

    /** A request that wants to be acknowledged, direct, from position 0 to its limit. */
    static ByteBuffer request(int family, int command, int sequence, NetlinkAttributes attributes) {
        ByteBuffer body = attributes.bytes();
        int lengthBytes = HEADER_BYTES + GENERIC_BYTES + body.remaining();
        return ByteBuffer.allocateDirect(lengthBytes)
                .order(ByteOrder.nativeOrder())
                .putInt(lengthBytes)
                .putShort((short) family)
                .putShort((short) FLAGS_REQUEST_ACK)
                .putInt(sequence)
                .putInt(0)
                .put((byte) command)
                .put(VERSION)
                .putShort((short) 0)
                .put(body)
                .flip();
    }

    /** The messages of one datagram; a damaged rest is left out. */
    static List<Message> read(ByteBuffer datagram) {
        List<Message> found = new ArrayList<>();
        ByteBuffer rest = datagram.slice().order(ByteOrder.nativeOrder());
        while (rest.remaining() >= HEADER_BYTES + GENERIC_BYTES) {
            int start = rest.position();
            int lengthBytes = rest.getInt(start);
            if (lengthBytes < HEADER_BYTES + GENERIC_BYTES || lengthBytes > rest.remaining()) {
                break;
            }
            found.add(message(rest.slice(start, lengthBytes).order(ByteOrder.nativeOrder())));
            int step = NetlinkAttributes.padded(lengthBytes);
            rest.position(start + Math.min(rest.remaining(), step));
        }
        return found;
    }

    private static Message message(ByteBuffer bytes) {
        int sequence = bytes.getInt(8);
        if ((bytes.getShort(4) & 0xffff) == TYPE_ERROR) {
            return new Message(sequence, true, -bytes.getInt(HEADER_BYTES), 0, NOTHING);
        }
        int start = HEADER_BYTES + GENERIC_BYTES;
        ByteBuffer attributes = bytes.slice(start, bytes.limit() - start);
        int command = bytes.get(HEADER_BYTES) & 0xff;
        return new Message(sequence, false, 0, command, attributes.order(ByteOrder.nativeOrder()));
    }
}
