package io.xsan.meta.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.xsan.meta.command.Command;
import io.xsan.meta.decide.Decider;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.inspect.MetaInspector;
import java.nio.ByteBuffer;

/**
 * Any bytes are a value or a typed failure, also behind right checksums, and any command that can
 * be read is decided.
 */
class MetaCodecFuzzTest {
    @FuzzTest
    void anyBytesAreACommandOrAFailure(byte[] input) {
        assertNotNull(CommandCodec.decode(input));
        if (input.length >= EnvelopeLayout.HEADER_BYTES) {
            byte[] sealed = EnvelopeLayout.sealed(EnvelopeLayout.MAGIC_COMMAND, input.clone());
            if (CommandCodec.decode(sealed) instanceof Decoded.Ok<Command>(Command command)) {
                assertArrayEquals(sealed, CommandCodec.encode(command));
                ClusterImage image = Samples.image();
                assertNotNull(Decider.decide(image, image.index() + 1, command));
            }
        }
    }

    @FuzzTest
    void anyBytesAreAResultOrAFailure(byte[] input) {
        assertNotNull(ResultCodec.decode(input));
        if (input.length >= EnvelopeLayout.HEADER_BYTES) {
            byte[] sealed = EnvelopeLayout.sealed(EnvelopeLayout.MAGIC_RESULT, input.clone());
            assertNotNull(ResultCodec.decode(sealed));
        }
    }

    @FuzzTest
    void anyBytesAreARecordOrAFailure(byte[] input) {
        assertNotNull(MetaInspector.describeAll(ByteBuffer.wrap(input)));
        if (input.length >= EnvelopeLayout.HEADER_BYTES) {
            byte[] sealed = EnvelopeLayout.sealed(EnvelopeLayout.MAGIC_RECORD, input.clone());
            assertNotNull(RecordCodec.decodeCluster(sealed));
            assertNotNull(RecordCodec.decodeNode(sealed));
            assertNotNull(RecordCodec.decodeVolume(sealed));
            assertNotNull(RecordCodec.decodeImage(sealed));
        }
    }
}
