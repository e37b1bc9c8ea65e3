package io.xsan.frontend.nbd;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.xsan.base.memory.PoolConfig;
import io.xsan.frontend.nbd.NbdConfig.Tls;
import java.util.Arrays;

/**
 * Any bytes of a client end in replies or a closed connection, never in an exception or a leak. The
 * first byte chooses how far the handshake has got and the size of pieces.
 */
class NbdFuzzTest {
    private static final PoolConfig BUFFERS = new PoolConfig(1, 3, 1, 0, 4 << 20);

    @FuzzTest
    void anyBytesAreAnsweredOrEndTheConnection(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int choice = input[0] & 0xff;
        Tls tls = Tls.values()[choice % 3];
        NbdConfig config = new NbdConfig(tls, 4, 4 << 20, 16, 1_000_000_000L);
        NbdHarness nbd = new NbdHarness(config, BUFFERS, 1 + (choice & 0x70), choice);
        if (tls != Tls.REQUIRED && (choice & 8) != 0) {
            nbd.go((choice & 4) != 0 ? "extended" : "structured");
        }
        nbd.volume().isHolding = (choice & 0x80) != 0;
        nbd.send(Arrays.copyOfRange(input, 1, input.length));
        nbd.end();
    }
}
