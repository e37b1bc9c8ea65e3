package io.xsan.frontend.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;

/** Sends requests and reads replies in one of the three forms. */
final class NbdClient {
    private final NbdHarness nbd;
    private final String mode;

    NbdClient(NbdHarness nbd, String mode) {
        this.nbd = nbd;
        this.mode = mode;
        nbd.go(mode);
    }

    boolean isExtended() {
        return mode.equals("extended");
    }

    boolean isSimple() {
        return mode.equals("simple");
    }

    NbdBytes request(int command, int flags, long cookie, long offset, long length) {
        return isExtended()
                ? new NbdBytes().extended(command, flags, cookie, offset, length)
                : new NbdBytes().request(command, flags, cookie, offset, length);
    }

    void send(int command, int flags, long cookie, long offset, long length) {
        nbd.send(request(command, flags, cookie, offset, length));
    }

    void write(long cookie, long offset, byte[] data) {
        int flags = isExtended() ? NbdLayout.CMD_FLAG_PAYLOAD_LEN : 0;
        nbd.send(request(NbdLayout.CMD_WRITE, flags, cookie, offset, data.length).bytes(data));
    }

    /** The header of a chunk; returns its type and leaves its payload to be read. */
    private int chunk(long cookie, long offset, boolean isLast) {
        ByteBuffer bytes = nbd.replies();
        assertThat(bytes.getInt())
                .isEqualTo(isExtended() ? NbdLayout.EXTENDED_CHUNK_MAGIC : NbdLayout.CHUNK_MAGIC);
        assertThat(bytes.getShort()).isEqualTo((short) (isLast ? NbdLayout.CHUNK_FLAG_DONE : 0));
        int type = bytes.getShort() & 0xffff;
        assertThat(bytes.getLong()).isEqualTo(cookie);
        if (isExtended()) {
            assertThat(bytes.getLong()).isEqualTo(offset);
        }
        return type;
    }

    private long chunkLength() {
        ByteBuffer bytes = nbd.replies();
        return isExtended() ? bytes.getLong() : bytes.getInt();
    }

    private boolean isChunked(int command) {
        boolean hasPayload = command == NbdLayout.CMD_READ || command == NbdLayout.CMD_BLOCK_STATUS;
        return isExtended() || (!isSimple() && hasPayload);
    }

    /** Expects the end of a request without data. */
    void expectEnd(int command, long cookie, long offset, int error) {
        if (!isChunked(command)) {
            ByteBuffer bytes = nbd.replies();
            assertThat(bytes.getInt()).isEqualTo(NbdLayout.SIMPLE_REPLY_MAGIC);
            assertThat(bytes.getInt()).isEqualTo(error);
            assertThat(bytes.getLong()).isEqualTo(cookie);
            return;
        }
        int type = chunk(cookie, offset, true);
        assertThat(type).isEqualTo(error == 0 ? NbdLayout.CHUNK_NONE : NbdLayout.CHUNK_ERROR);
        assertThat(chunkLength()).isEqualTo(error == 0 ? 0 : 6);
        if (error != 0) {
            assertThat(nbd.replies().getInt()).isEqualTo(error);
            assertThat(nbd.replies().getShort()).isZero();
        }
    }

    /** Expects one piece of data of a READ. */
    byte[] expectData(long cookie, long start, long offset, int length, boolean isLast) {
        if (isSimple()) {
            if (start == offset) {
                expectEnd(NbdLayout.CMD_READ, cookie, start, 0);
            }
        } else {
            assertThat(chunk(cookie, start, isLast)).isEqualTo(NbdLayout.CHUNK_OFFSET_DATA);
            assertThat(chunkLength()).isEqualTo(length + 8L);
            assertThat(nbd.replies().getLong()).isEqualTo(offset);
        }
        byte[] data = new byte[length];
        nbd.replies().get(data);
        return data;
    }

    /** Expects a map; returns lengths, negative for holes. */
    long[] expectMap(long cookie, long offset) {
        int type = chunk(cookie, offset, true);
        assertThat(type)
                .isEqualTo(
                        isExtended()
                                ? NbdLayout.CHUNK_BLOCK_STATUS_EXT
                                : NbdLayout.CHUNK_BLOCK_STATUS);
        long bytes = chunkLength();
        ByteBuffer replies = nbd.replies();
        assertThat(replies.getInt()).isEqualTo(NbdLayout.ALLOCATION_CONTEXT_ID);
        int count = isExtended() ? replies.getInt() : (int) (bytes - 4) / 8;
        assertThat(bytes).isEqualTo(isExtended() ? 8 + 16L * count : 4 + 8L * count);
        long[] runs = new long[count];
        for (int i = 0; i < count; i++) {
            long length = isExtended() ? replies.getLong() : replies.getInt();
            long state = isExtended() ? replies.getLong() : replies.getInt();
            assertThat(state).isIn(0L, 3L);
            runs[i] = state == 0 ? length : -length;
        }
        return runs;
    }
}
