package io.xsan.meta.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.inspect.MetaInspector;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Bytes of version 1, written once, are read and written the same for ever. */
class GoldenTest {
    @Test
    void bytesOfVersionOneNeverChange() throws IOException {
        assertEquals(golden("metadata.hex"), hex(values()));
    }

    @Test
    void dumpShowsEveryValueOfAFile() throws IOException {
        ByteBuffer file = ByteBuffer.allocate(1 << 16).put(new byte[] {1, 2, 3});
        for (byte[] value : values()) {
            file.put(value).put((byte) 0x58);
        }
        file.flip();
        assertEquals(golden("metadata.txt"), MetaInspector.describeAll(file));
    }

    private static List<byte[]> values() {
        List<byte[]> values = new ArrayList<>();
        for (Command command : Samples.commands()) {
            values.add(CommandCodec.encode(command));
        }
        for (Result result : Samples.results()) {
            values.add(ResultCodec.encode(result));
        }
        values.add(RecordCodec.encode(Samples.node()));
        values.add(RecordCodec.encode(Samples.volume()));
        values.add(RecordCodec.encode(Samples.image()));
        for (Command command : Samples.laterCommands()) {
            values.add(CommandCodec.encode(command));
        }
        return values;
    }

    private static String hex(List<byte[]> values) {
        StringBuilder text = new StringBuilder();
        for (byte[] value : values) {
            text.append(HexFormat.of().formatHex(value)).append('\n');
        }
        return text.toString();
    }

    private static String golden(String name) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        GoldenTest.class.getResourceAsStream("/golden/v1/" + name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
