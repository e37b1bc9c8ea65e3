package io.xsan.meta.codec;

import io.xsan.base.Check;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * What stands before every encoded value of the metadata. Little-endian.
 *
 * <pre>
 *   0        4       5      6        8          12        16         20
 *   | magic  |version| kind | zero   | bodyBytes| bodyCrc | headerCrc| body ...
 * </pre>
 *
 * The checksums are CRC-32C; that of the header covers bytes 0 to 15.
 */
final class EnvelopeLayout {
    static final int VERSION = 1;
    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = 4;
    static final int KIND_OFFSET = 5;
    static final int ZERO_OFFSET = 6;
    static final int BODY_BYTES_OFFSET = 8;
    static final int BODY_CRC_OFFSET = 12;
    static final int HEADER_CRC_OFFSET = 16;
    static final int HEADER_BYTES = 20;

    /** Largest body. */
    static final int BODY_BYTES_MAX = 256 << 20;

    /** "XSMC": a command, as an entry of the log. */
    static final int MAGIC_COMMAND = 0x434d5358;

    /** "XSMA": the answer to a command. */
    static final int MAGIC_RESULT = 0x414d5358;

    /** "XSMR": a record of the state. */
    static final int MAGIC_RECORD = 0x524d5358;

    private EnvelopeLayout() {}

    /** The bytes of an envelope around what {@code body} holds. */
    static byte[] wrap(int magic, int kind, ByteSink body) {
        int length = body.lengthBytes();
        Check.that(length <= BODY_BYTES_MAX, "body length", length);
        byte[] bytes = new byte[HEADER_BYTES + length];
        System.arraycopy(body.bytes(), 0, bytes, HEADER_BYTES, length);
        bytes[KIND_OFFSET] = (byte) kind;
        return sealed(magic, bytes);
    }

    /** Opens an envelope: a source on its body, which is at fault if the envelope is. */
    static ByteSource open(int magic, byte[] bytes) {
        ByteSource source = new ByteSource(bytes, HEADER_BYTES);
        if (bytes.length < HEADER_BYTES) {
            return source.fail(Decoded.Fault.CORRUPT, "header");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (in.getInt(MAGIC_OFFSET) != magic) {
            return source.fail(Decoded.Fault.WRONG_MAGIC, "magic");
        }
        if (in.getInt(HEADER_CRC_OFFSET) != crc(bytes, 0, HEADER_CRC_OFFSET)) {
            return source.fail(Decoded.Fault.CORRUPT, "headerCrc");
        }
        if (in.get(VERSION_OFFSET) != VERSION) {
            return source.fail(Decoded.Fault.WRONG_VERSION, "version");
        }
        int length = bytes.length - HEADER_BYTES;
        if (in.getInt(BODY_BYTES_OFFSET) != length || in.getShort(ZERO_OFFSET) != 0) {
            return source.fail(Decoded.Fault.CORRUPT, "bodyBytes");
        }
        if (in.getInt(BODY_CRC_OFFSET) != crc(bytes, HEADER_BYTES, length)) {
            return source.fail(Decoded.Fault.CORRUPT, "bodyCrc");
        }
        return source;
    }

    /** The kind that an opened envelope names. */
    static int kind(byte[] bytes) {
        return bytes.length > KIND_OFFSET ? bytes[KIND_OFFSET] & 0xff : 0;
    }

    /** The length of the body that a header names, or -1 if it is not a sound header. */
    static int bodyBytes(byte[] header) {
        ByteBuffer in = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        int length = in.getInt(BODY_BYTES_OFFSET);
        boolean isSound =
                in.getInt(HEADER_CRC_OFFSET) == crc(header, 0, HEADER_CRC_OFFSET)
                        && length <= BODY_BYTES_MAX;
        return isSound ? length : -1;
    }

    /** {@code bytes}, in which kind and body are set, with the rest of the header set to fit. */
    static byte[] sealed(int magic, byte[] bytes) {
        ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int length = bytes.length - HEADER_BYTES;
        out.putInt(MAGIC_OFFSET, magic);
        out.put(VERSION_OFFSET, (byte) VERSION);
        out.putShort(ZERO_OFFSET, (short) 0);
        out.putInt(BODY_BYTES_OFFSET, length);
        out.putInt(BODY_CRC_OFFSET, crc(bytes, HEADER_BYTES, length));
        out.putInt(HEADER_CRC_OFFSET, crc(bytes, 0, HEADER_CRC_OFFSET));
        return bytes;
    }

    private static int crc(byte[] bytes, int offsetBytes, int lengthBytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offsetBytes, lengthBytes);
        return (int) crc.getValue();
    }
}
