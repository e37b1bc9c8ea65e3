package io.xsan.server.agent;

import io.xsan.base.Check;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Attributes of a netlink message, in the byte order of this machine: each a length of two bytes
 * (header included), a type of two bytes, the value, zeros up to a multiple of four.
 */
final class NetlinkAttributes {
    /** One attribute that arrived; {@code value} reads from its first byte. */
    record Attribute(int type, ByteBuffer value) {}

    static final int HEADER_BYTES = 4;
    private static final int NESTED = 0x8000;
    private static final int TYPE_MASK = 0x3fff;
    private static final int BYTES_MAX = 4096;

    private final ByteBuffer bytes = ByteBuffer.allocate(BYTES_MAX).order(ByteOrder.nativeOrder());

    NetlinkAttributes u32(int type, int value) {
        begin(type, Integer.BYTES).putInt(value);
        return this;
    }

    NetlinkAttributes u64(int type, long value) {
        begin(type, Long.BYTES).putLong(value);
        return this;
    }

    /** ASCII with a zero behind it. */
    NetlinkAttributes text(int type, String value) {
        byte[] ascii = value.getBytes(StandardCharsets.US_ASCII);
        begin(type, ascii.length + 1).put(ascii).put((byte) 0);
        return pad();
    }

    NetlinkAttributes nested(int type, NetlinkAttributes inner) {
        ByteBuffer value = inner.bytes();
        begin(type | NESTED, value.remaining()).put(value);
        return pad();
    }

    private ByteBuffer begin(int type, int valueBytes) {
        return bytes.putShort((short) (HEADER_BYTES + valueBytes)).putShort((short) type);
    }

    private NetlinkAttributes pad() {
        while (bytes.position() % HEADER_BYTES != 0) {
            bytes.put((byte) 0);
        }
        return this;
    }

    /** What was added so far. */
    ByteBuffer bytes() {
        return bytes.duplicate().flip();
    }

    /** Reads attributes from the position of {@code source} to its limit; ends at a damaged one. */
    static List<Attribute> read(ByteBuffer source) {
        List<Attribute> found = new ArrayList<>();
        ByteBuffer rest = source.slice().order(ByteOrder.nativeOrder());
        while (rest.remaining() >= HEADER_BYTES) {
            int start = rest.position();
            int lengthBytes = rest.getShort(start) & 0xffff;
            int type = rest.getShort(start + 2) & TYPE_MASK;
            if (lengthBytes < HEADER_BYTES || lengthBytes > rest.remaining()) {
                break;
            }
            ByteBuffer value = rest.slice(start + HEADER_BYTES, lengthBytes - HEADER_BYTES);
            found.add(new Attribute(type, value.order(ByteOrder.nativeOrder())));
            rest.position(start + Math.min(rest.remaining(), padded(lengthBytes)));
        }
        return found;
    }

    static int padded(int lengthBytes) {
        Check.that(lengthBytes >= 0, "lengths are not negative", lengthBytes);
        return (lengthBytes + HEADER_BYTES - 1) / HEADER_BYTES * HEADER_BYTES;
    }
}
