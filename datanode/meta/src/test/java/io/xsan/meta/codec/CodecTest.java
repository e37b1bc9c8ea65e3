package io.xsan.meta.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xsan.meta.command.Command;
import io.xsan.meta.command.Result;
import io.xsan.meta.image.NodeRecord;
import io.xsan.meta.image.VolumeRecord;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class CodecTest {
    @Test
    void everyCommandComesBackAsItWas() {
        List<Command> all = new ArrayList<>(Samples.commands());
        all.addAll(Samples.laterCommands());
        for (Command command : all) {
            assertEquals(command, ok(CommandCodec.decode(CommandCodec.encode(command))));
        }
        assertEquals(
                Command.class.getPermittedSubclasses().length,
                all.stream().map(Object::getClass).distinct().count());
    }

    @Test
    void everyResultComesBackAsItWas() {
        for (Result result : Samples.results()) {
            assertEquals(result, ok(ResultCodec.decode(ResultCodec.encode(result))));
        }
    }

    @Test
    void recordsAndImagesComeBackAsTheyWere() {
        assertEquals(
                Samples.node(), ok(RecordCodec.decodeNode(RecordCodec.encode(Samples.node()))));
        assertEquals(
                Samples.volume(),
                ok(RecordCodec.decodeVolume(RecordCodec.encode(Samples.volume()))));
        assertEquals(
                Samples.image(), ok(RecordCodec.decodeImage(RecordCodec.encode(Samples.image()))));
    }

    @Test
    void randomValuesComeBackAsTheyWere() {
        for (long seed = 1; seed <= 500; seed++) {
            Samples any = new Samples(seed);
            VolumeRecord volume = any.anyVolume();
            NodeRecord node = any.anyNodeRecord();
            String at = "seed " + seed;
            assertEquals(volume, ok(RecordCodec.decodeVolume(RecordCodec.encode(volume))), at);
            assertEquals(node, ok(RecordCodec.decodeNode(RecordCodec.encode(node))), at);
            for (Command command :
                    List.of(
                            any.anyCreate(),
                            any.anyMarkStale(),
                            new Command.RegisterNode(any.anyNodeRecord()))) {
                assertEquals(command, ok(CommandCodec.decode(CommandCodec.encode(command))), at);
            }
        }
    }

    @Test
    void everyDamagedBitIsNoticed() {
        assertDamageNoticed(CommandCodec.encode(Samples.commands().get(3)), CommandCodec::decode);
        assertDamageNoticed(ResultCodec.encode(Samples.results().get(1)), ResultCodec::decode);
        assertDamageNoticed(RecordCodec.encode(Samples.image()), RecordCodec::decodeImage);
    }

    @Test
    void everyCutIsNoticed() {
        byte[] bytes = RecordCodec.encode(Samples.image());
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertInstanceOf(Decoded.Failed.class, RecordCodec.decodeImage(cut));
            if (length >= EnvelopeLayout.HEADER_BYTES) {
                // Even when the header says that this is all.
                EnvelopeLayout.sealed(EnvelopeLayout.MAGIC_RECORD, cut);
                assertInstanceOf(Decoded.Failed.class, RecordCodec.decodeImage(cut));
            }
        }
    }

    @Test
    void unknownVersionsKindsAndMagicsAreToldApart() {
        byte[] command = CommandCodec.encode(Samples.commands().getFirst());
        assertEquals(Decoded.Fault.WRONG_MAGIC, fault(ResultCodec.decode(command)));
        byte[] kind = command.clone();
        kind[EnvelopeLayout.KIND_OFFSET] = (byte) 200;
        EnvelopeLayout.sealed(EnvelopeLayout.MAGIC_COMMAND, kind);
        assertEquals(Decoded.Fault.UNKNOWN_KIND, fault(CommandCodec.decode(kind)));
        byte[] version = ofVersionTwo(command.clone());
        assertEquals(Decoded.Fault.WRONG_VERSION, fault(CommandCodec.decode(version)));
        byte[] node = RecordCodec.encode(Samples.node());
        assertEquals(Decoded.Fault.UNKNOWN_KIND, fault(RecordCodec.decodeVolume(node)));
    }

    @Test
    void equalImagesGiveEqualBytes() {
        assertArrayEquals(RecordCodec.encode(Samples.image()), RecordCodec.encode(Samples.image()));
    }

    private static byte[] ofVersionTwo(byte[] bytes) {
        bytes[EnvelopeLayout.VERSION_OFFSET] = 2;
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, EnvelopeLayout.HEADER_CRC_OFFSET);
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(EnvelopeLayout.HEADER_CRC_OFFSET, (int) crc.getValue());
        return bytes;
    }

    private static <T> void assertDamageNoticed(byte[] good, Function<byte[], Decoded<T>> decode) {
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            assertTrue(decode.apply(bad) instanceof Decoded.Failed, "bit " + bit);
        }
    }

    private static Decoded.Fault fault(Decoded<?> decoded) {
        return switch (decoded) {
            case Decoded.Failed<?>(Decoded.Fault fault, String _) -> fault;
            case Decoded.Ok<?> ok -> throw new AssertionError(ok.toString());
        };
    }

    private static <T> T ok(Decoded<T> decoded) {
        return switch (decoded) {
            case Decoded.Ok<T>(T value) -> value;
            case Decoded.Failed<T> failed -> throw new AssertionError(failed.toString());
        };
    }
}
