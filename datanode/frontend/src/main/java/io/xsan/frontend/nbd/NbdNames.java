package io.xsan.frontend.nbd;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Strings in options: a length, then UTF-8. */
final class NbdNames {
    private NbdNames() {}

    /** Takes a 4-byte length and that many bytes; null if they are not there or not a name. */
    static @Nullable String take(ByteBuffer data) {
        if (data.remaining() < Integer.BYTES) {
            return null;
        }
        long lengthBytes = data.getInt() & 0xffffffffL;
        if (lengthBytes > data.remaining()) {
            return null;
        }
        return decode(data, (int) lengthBytes);
    }

    /** Takes {@code lengthBytes} bytes; null if they are too many, not UTF-8, or hold a NUL. */
    static @Nullable String decode(ByteBuffer data, int lengthBytes) {
        if (lengthBytes > NbdLayout.NAME_BYTES_MAX) {
            return null;
        }
        ByteBuffer bytes = data.slice(data.position(), lengthBytes);
        data.position(data.position() + lengthBytes);
        try {
            String name = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            return name.indexOf('\0') < 0 ? name : null;
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
