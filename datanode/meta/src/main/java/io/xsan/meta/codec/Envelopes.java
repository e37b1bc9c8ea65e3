package io.xsan.meta.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Finds out what encoded values are without decoding them. */
public final class Envelopes {
    /** What a value is of. */
    public enum Type {
        /** An entry of the log. */
        COMMAND,
        /** The answer to one. */
        RESULT,
        /** The cluster's own record. */
        CLUSTER,
        /** A node. */
        NODE,
        /** A volume. */
        VOLUME,
        /** A whole image. */
        IMAGE,
        /** Nothing of these. */
        NONE
    }

    private Envelopes() {}

    /** What {@code bytes} claim to be; they may still be damaged. */
    public static Type typeOf(byte[] bytes) {
        if (bytes.length < EnvelopeLayout.HEADER_BYTES) {
            return Type.NONE;
        }
        return switch (ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt()) {
            case EnvelopeLayout.MAGIC_COMMAND -> Type.COMMAND;
            case EnvelopeLayout.MAGIC_RESULT -> Type.RESULT;
            case EnvelopeLayout.MAGIC_RECORD -> RecordCodec.typeOf(EnvelopeLayout.kind(bytes));
            default -> Type.NONE;
        };
    }

    /**
     * Length of the value that starts at byte {@code offset} of {@code bytes} and ends before its
     * limit, or 0 if none does: magic and checksum of the header decide.
     */
    public static int lengthAt(ByteBuffer bytes, int offset) {
        if (bytes.limit() - offset < EnvelopeLayout.HEADER_BYTES) {
            return 0;
        }
        byte[] header = new byte[EnvelopeLayout.HEADER_BYTES];
        bytes.get(offset, header);
        int bodyBytes = EnvelopeLayout.bodyBytes(header);
        boolean isWhole =
                typeOf(header) != Type.NONE
                        && bodyBytes >= 0
                        && bodyBytes <= bytes.limit() - offset - EnvelopeLayout.HEADER_BYTES;
        return isWhole ? EnvelopeLayout.HEADER_BYTES + bodyBytes : 0;
    }
}
