package io.xsan.meta.codec;

import io.xsan.base.Check;
import io.xsan.base.NodeId;
import io.xsan.base.VolumeId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Collects the fields of a body, little-endian. */
final class ByteSink {
    /** Longest text, in bytes of UTF-8. */
    static final int TEXT_BYTES_MAX = 0xffff;

    private ByteBuffer buffer = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);

    ByteSink u8(int value) {
        Check.that(value >= 0 && value <= 0xff, "fits one byte", value);
        room(1).put((byte) value);
        return this;
    }

    ByteSink flag(boolean value) {
        return u8(value ? 1 : 0);
    }

    ByteSink u16(int value) {
        Check.that(value >= 0 && value <= 0xffff, "fits two bytes", value);
        room(2).putShort((short) value);
        return this;
    }

    ByteSink i32(int value) {
        room(4).putInt(value);
        return this;
    }

    ByteSink i64(long value) {
        room(8).putLong(value);
        return this;
    }

    ByteSink node(NodeId node) {
        return u16(node.value());
    }

    ByteSink volume(VolumeId volume) {
        return i64(volume.value());
    }

    ByteSink text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        u16(bytes.length);
        room(bytes.length).put(bytes);
        return this;
    }

    int lengthBytes() {
        return buffer.position();
    }

    /** What was collected; bytes from {@link #lengthBytes()} on mean nothing. */
    byte[] bytes() {
        return buffer.array();
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            int position = buffer.position();
            int size = Math.max(buffer.capacity() * 2, position + bytes);
            buffer = ByteBuffer.wrap(Arrays.copyOf(buffer.array(), size));
            buffer.order(ByteOrder.LITTLE_ENDIAN).position(position);
        }
        return buffer;
    }
}
