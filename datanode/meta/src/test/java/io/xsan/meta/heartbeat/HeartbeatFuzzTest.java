package io.xsan.meta.heartbeat;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.xsan.base.ClusterId;
import java.util.Arrays;

/** Any datagram is a heartbeat or rejected. The first byte tells whether it is sealed rightly. */
class HeartbeatFuzzTest {
    private static final byte[] KEY = new byte[32];

    @FuzzTest
    void anyDatagramIsAHeartbeatOrRejected(byte[] input) {
        HeartbeatCodec codec = new HeartbeatCodec(new ClusterId(1, 1), KEY);
        assertNotNull(codec.decode(input));
        if (input.length >= HeartbeatCodec.FRAME_BYTES) {
            byte[] frame = Arrays.copyOf(input, HeartbeatCodec.FRAME_BYTES);
            assertNotNull(codec.decode(codec.sealed(frame)));
        }
    }
}
