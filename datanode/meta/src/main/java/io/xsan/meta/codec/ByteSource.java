package io.xsan.meta.codec;

import io.xsan.base.ErrorCode;
import io.xsan.base.NodeId;
import io.xsan.base.Version;
import io.xsan.base.VolumeId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of a body. The first fault sticks: from then on every field reads as some value
 * within its range, so that decoders are straight lines and ask once, at {@link #finish}.
 */
final class ByteSource {
    private final ByteBuffer buffer;
    private Decoded.@Nullable Fault fault;
    private String detail = "";

    ByteSource(byte[] bytes, int offsetBytes) {
        buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        buffer.position(Math.min(offsetBytes, bytes.length));
    }

    /** Notes a fault, unless there was one before. */
    ByteSource fail(Decoded.Fault seen, String field) {
        if (fault == null) {
            fault = seen;
            detail = field;
        }
        return this;
    }

    /** True from the first fault on. */
    boolean isFailed() {
        return fault != null;
    }

    /** {@code value} if all of the body was read without fault. */
    <T> Decoded<T> finish(T value) {
        if (buffer.hasRemaining()) {
            fail(Decoded.Fault.CORRUPT, "end of body");
        }
        Decoded.Fault seen = fault;
        return seen == null ? new Decoded.Ok<>(value) : new Decoded.Failed<>(seen, detail);
    }

    int u8(String field) {
        return has(1, field) ? buffer.get() & 0xff : 0;
    }

    int u16(String field) {
        return has(2, field) ? buffer.getShort() & 0xffff : 0;
    }

    int i32(String field) {
        return has(4, field) ? buffer.getInt() : 0;
    }

    long i64(String field) {
        return has(8, field) ? buffer.getLong() : 0;
    }

    boolean flag(String field) {
        return (int) range(u8(field), 0, 1, field) == 1;
    }

    /** A number of 4 bytes that is not negative. */
    int count(String field) {
        return (int) range(i32(field), 0, Integer.MAX_VALUE, field);
    }

    /** A number of 8 bytes that is not negative. */
    long natural(String field) {
        return range(i64(field), 0, Long.MAX_VALUE, field);
    }

    /** A number of 8 bytes above 0. */
    long positive(String field) {
        return range(i64(field), 1, Long.MAX_VALUE, field);
    }

    int epoch(String field) {
        return (int) range(i32(field), 0, Version.EPOCH_MAX, field);
    }

    NodeId node(String field) {
        return new NodeId((int) range(u16(field), 1, NodeId.MAX, field));
    }

    VolumeId volume(String field) {
        return new VolumeId(positive(field));
    }

    ErrorCode errorCode(String field) {
        int number = u16(field);
        ErrorCode code = ErrorCode.of(number);
        if (code.number() != number) {
            fail(Decoded.Fault.OUT_OF_RANGE, field);
        }
        return code;
    }

    <E extends Enum<E>> E constant(E[] all, String field) {
        return all[(int) range(u8(field), 0, all.length - 1, field)];
    }

    String text(String field) {
        int length = u16(field);
        if (!has(length, field)) {
            return "";
        }
        ByteBuffer part = buffer.slice(buffer.position(), length);
        buffer.position(buffer.position() + length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(part).toString();
        } catch (CharacterCodingException e) {
            fail(Decoded.Fault.OUT_OF_RANGE, field);
            return "";
        }
    }

    /** A list of 4 bytes of length and its elements, each of at least {@code elementBytesMin}. */
    <T> List<T> list(int elementBytesMin, String field, Supplier<T> element) {
        int count = count(field);
        if ((long) count * elementBytesMin > buffer.remaining()) {
            fail(Decoded.Fault.CORRUPT, field);
        }
        List<T> list = new ArrayList<>();
        for (int i = 0; i < count && !isFailed(); i++) {
            list.add(element.get());
        }
        return list;
    }

    /** {@code value} if it is within its range; else a fault, and {@code minimum}. */
    long range(long value, long minimum, long maximum, String field) {
        if (value >= minimum && value <= maximum) {
            return value;
        }
        fail(Decoded.Fault.OUT_OF_RANGE, field);
        return minimum;
    }

    private boolean has(int bytes, String field) {
        if (fault == null && buffer.remaining() < bytes) {
            fail(Decoded.Fault.CORRUPT, field);
        }
        return fault == null;
    }
}
