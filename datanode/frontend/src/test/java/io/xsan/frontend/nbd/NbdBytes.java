package io.xsan.frontend.nbd;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Bytes that a client sends. */
final class NbdBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    NbdBytes i16(int value) {
        out.writeBytes(ByteBuffer.allocate(2).putShort((short) value).array());
        return this;
    }

    NbdBytes i32(int value) {
        out.writeBytes(ByteBuffer.allocate(4).putInt(value).array());
        return this;
    }

    NbdBytes i64(long value) {
        out.writeBytes(ByteBuffer.allocate(8).putLong(value).array());
        return this;
    }

    NbdBytes bytes(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    NbdBytes name(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        return i32(text.length).bytes(text);
    }

    NbdBytes option(int option, byte[] data) {
        return i64(NbdLayout.OPTION_MAGIC).i32(option).i32(data.length).bytes(data);
    }

    /** A request with the short header. */
    NbdBytes request(int command, int flags, long cookie, long offset, long length) {
        return i32(NbdLayout.REQUEST_MAGIC)
                .i16(flags)
                .i16(command)
                .i64(cookie)
                .i64(offset)
                .i32((int) length);
    }

    /** A request with the extended header. */
    NbdBytes extended(int command, int flags, long cookie, long offset, long length) {
        return i32(NbdLayout.EXTENDED_REQUEST_MAGIC)
                .i16(flags)
                .i16(command)
                .i64(cookie)
                .i64(offset)
                .i64(length);
    }

    byte[] toArray() {
        return out.toByteArray();
    }
}
