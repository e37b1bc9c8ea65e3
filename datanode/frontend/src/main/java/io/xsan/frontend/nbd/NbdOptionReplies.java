package io.xsan.frontend.nbd;

import io.xsan.frontend.nbd.NbdExports.Export;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes the answers to options. Part of the handshake: allocates freely, small and bounded. */
final class NbdOptionReplies {
    private static final int HEADER_BYTES = 20;

    private final NbdSink sink;

    NbdOptionReplies(NbdSink sink) {
        this.sink = sink;
    }

    /** Items that a client asks for beside the export's size. */
    record Infos(boolean hasName, boolean hasDescription, boolean hasBlockSize) {
        static final Infos NONE = new Infos(false, false, false);

        /**
         * Reads a count and so many items; null if they are not exactly that. Unknown are ignored.
         */
        static @Nullable Infos parse(ByteBuffer data) {
            if (data.remaining() < Short.BYTES) {
                return null;
            }
            int count = data.getShort() & 0xffff;
            if (data.remaining() != count * Short.BYTES) {
                return null;
            }
            boolean hasName = false;
            boolean hasDescription = false;
            boolean hasBlockSize = false;
            for (int i = 0; i < count; i++) {
                int item = data.getShort() & 0xffff;
                hasName |= item == NbdLayout.INFO_NAME;
                hasDescription |= item == NbdLayout.INFO_DESCRIPTION;
                hasBlockSize |= item == NbdLayout.INFO_BLOCK_SIZE;
            }
            return new Infos(hasName, hasDescription, hasBlockSize);
        }
    }

    void greeting() {
        ByteBuffer bytes = ByteBuffer.allocate(18);
        bytes.putLong(NbdLayout.GREETING_MAGIC).putLong(NbdLayout.OPTION_MAGIC);
        bytes.putShort((short) (NbdLayout.HANDSHAKE_FIXED | NbdLayout.HANDSHAKE_NO_ZEROES));
        sink.write(bytes.flip());
    }

    private static ByteBuffer begin(int option, int type, int dataBytes) {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + dataBytes);
        bytes.putLong(NbdLayout.OPTION_REPLY_MAGIC).putInt(option).putInt(type).putInt(dataBytes);
        return bytes;
    }

    void ack(int option) {
        sink.write(begin(option, NbdLayout.REP_ACK, 0).flip());
    }

    void error(int option, int type, String message) {
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        sink.write(begin(option, type, text.length).put(text).flip());
    }

    void server(int option, String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = begin(option, NbdLayout.REP_SERVER, Integer.BYTES + text.length);
        sink.write(bytes.putInt(text.length).put(text).flip());
    }

    void allocationContext(int option, boolean isSet) {
        byte[] text = NbdLayout.ALLOCATION_CONTEXT.getBytes(StandardCharsets.UTF_8);
        int id = isSet ? NbdLayout.ALLOCATION_CONTEXT_ID : 0;
        ByteBuffer bytes = begin(option, NbdLayout.REP_META_CONTEXT, Integer.BYTES + text.length);
        sink.write(bytes.putInt(id).put(text).flip());
    }

    void infos(int option, Export export, long sizeBytes, int flags, Infos infos) {
        ByteBuffer size = begin(option, NbdLayout.REP_INFO, 12);
        size.putShort((short) NbdLayout.INFO_EXPORT).putLong(sizeBytes).putShort((short) flags);
        sink.write(size.flip());
        if (infos.hasName()) {
            text(option, NbdLayout.INFO_NAME, export.name());
        }
        if (infos.hasDescription()) {
            text(option, NbdLayout.INFO_DESCRIPTION, export.description());
        }
        if (infos.hasBlockSize()) {
            ByteBuffer sizes = begin(option, NbdLayout.REP_INFO, 14);
            sizes.putShort((short) NbdLayout.INFO_BLOCK_SIZE);
            sizes.putInt(1).putInt(NbdLayout.PREFERRED_BYTES).putInt(NbdLayout.REQUEST_BYTES_MAX);
            sink.write(sizes.flip());
        }
    }

    private void text(int option, int item, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = begin(option, NbdLayout.REP_INFO, Short.BYTES + text.length);
        sink.write(bytes.putShort((short) item).put(text).flip());
    }

    void exportName(long sizeBytes, int flags, boolean sendsZeroes) {
        int zeroes = sendsZeroes ? NbdLayout.EXPORT_NAME_ZEROES : 0;
        ByteBuffer bytes = ByteBuffer.allocate(10 + zeroes);
        bytes.putLong(sizeBytes).putShort((short) flags);
        sink.write(bytes.clear());
    }
}
