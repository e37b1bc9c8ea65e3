package io.xsan.meta.inspect;

import io.xsan.meta.codec.CommandCodec;
import io.xsan.meta.codec.Decoded;
import io.xsan.meta.codec.Envelopes;
import io.xsan.meta.codec.RecordCodec;
import io.xsan.meta.codec.ResultCodec;
import java.nio.ByteBuffer;

/** Shows encoded commands, results and records. */
public final class MetaInspector {
    private MetaInspector() {}

    /** One encoded value as a line of text without an end of line; takes any bytes. */
    public static String describe(byte[] bytes) {
        return switch (Envelopes.typeOf(bytes)) {
            case COMMAND -> text("command", CommandCodec.decode(bytes));
            case RESULT -> text("result", ResultCodec.decode(bytes));
            case CLUSTER -> text("record", RecordCodec.decodeCluster(bytes));
            case NODE -> text("record", RecordCodec.decodeNode(bytes));
            case VOLUME -> text("record", RecordCodec.decodeVolume(bytes));
            case IMAGE -> text("record", RecordCodec.decodeImage(bytes));
            case NONE -> "no value of the metadata, " + bytes.length + " bytes";
        };
    }

    /**
     * All encoded values within {@code bytes}, from its position to its limit, one line each with
     * the offset where it starts; what stands between them is skipped. So a segment of the Raft log
     * can be shown as the file that it is.
     */
    public static String describeAll(ByteBuffer bytes) {
        StringBuilder text = new StringBuilder();
        int start = bytes.position();
        int offset = start;
        while (offset < bytes.limit()) {
            int length = Envelopes.lengthAt(bytes, offset);
            if (length == 0) {
                offset++;
                continue;
            }
            byte[] value = new byte[length];
            bytes.get(offset, value);
            text.append(offset - start).append(": ").append(describe(value)).append('\n');
            offset += length;
        }
        return text.toString();
    }

    private static String text(String what, Decoded<?> decoded) {
        return switch (decoded) {
            case Decoded.Ok<?>(Object value) ->
                    what + " " + value.toString().replaceAll("\\p{Cntrl}", "?");
            case Decoded.Failed<?>(var fault, var detail) ->
                    what + " that cannot be read: " + fault + " in " + detail;
        };
    }
}
