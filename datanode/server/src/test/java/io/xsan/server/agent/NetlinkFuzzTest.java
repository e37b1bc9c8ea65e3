package io.xsan.server.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

/** Any datagram is messages with attributes inside it, or nothing; never an exception. */
class NetlinkFuzzTest {
    @FuzzTest(maxDuration = "30s")
    void anyDatagramIsMessagesOrNothing(byte[] input) {
        int found = 0;
        for (NetlinkCodec.Message message : NetlinkCodec.read(ByteBuffer.wrap(input))) {
            found += 16 + message.attributes().remaining();
            int inner = 0;
            for (var attribute : NetlinkAttributes.read(message.attributes())) {
                inner += NetlinkAttributes.HEADER_BYTES + attribute.value().remaining();
            }
            assertThat(inner).isLessThanOrEqualTo(message.attributes().remaining());
        }
        assertThat(found).isLessThanOrEqualTo(input.length);
    }
}
