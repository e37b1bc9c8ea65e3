package io.xsan.frontend.nbd;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.xsan.base.memory.PoolConfig;
import io.xsan.frontend.nbd.NbdConfig.Tls;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Any bytes of a client end in replies or a closed connection, never in an exception or a leak. The
 * first byte chooses how far the handshake has got, the size of pieces, and whether the rest is
 * sent as it is or as fields of options and requests with the right magic.
 */
class NbdFuzzTest {
    private static final PoolConfig BUFFERS = new PoolConfig(1, 3, 1, 0, 4 << 20);
    private static final int EXTENDED_BIT = 4;
    private static final int STARTED_BIT = 8;
    private static final int RAW_BIT = 16;
    private static final int HOLDING_BIT = 0x80;

    @FuzzTest(maxDuration = "1m")
    void anyBytesAreAnsweredOrEndTheConnection(byte[] input) {
        if (input.length > 0) {
            run(input[0] & 0xff, Arrays.copyOfRange(input, 1, input.length));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void randomRequestsAreAnsweredOrEndTheConnection(int part) {
        for (int seed = part * 80; seed < (part + 1) * 80; seed++) {
            Random random = new Random(seed);
            byte[] fields = new byte[random.nextInt(600)];
            random.nextBytes(fields);
            try {
                run(random.nextInt(256), fields);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static void run(int choice, byte[] input) {
        Tls tls = Tls.values()[choice % 3];
        NbdConfig config = new NbdConfig(tls, 4, 4 << 20, 16, 1_000_000_000L);
        NbdHarness nbd = new NbdHarness(config, BUFFERS, 1 + (choice & 0x60) * 40, choice);
        boolean isStarted = tls != Tls.REQUIRED && (choice & STARTED_BIT) != 0;
        boolean isExtended = (choice & EXTENDED_BIT) != 0;
        if (isStarted) {
            nbd.go(isExtended ? "extended" : "structured");
        }
        nbd.volume().isHolding = (choice & HOLDING_BIT) != 0;
        if ((choice & RAW_BIT) != 0) {
            nbd.send(input);
        } else {
            nbd.send(isStarted ? requests(input, isExtended) : options(input));
        }
        nbd.end();
    }

    private static NbdBytes options(byte[] input) {
        ByteBuffer fields = ByteBuffer.wrap(input);
        NbdBytes stream = new NbdBytes().i32(3);
        while (fields.remaining() >= 3) {
            int option = fields.get() & 15;
            int wanted = fields.get() & 63;
            byte[] data = new byte[Math.min(fields.remaining(), wanted)];
            fields.get(data);
            boolean isWhole = data.length == 0 || data[0] >= 0;
            stream.option(option, isWhole ? data : NbdHarness.goData("vol").bytes(data).toArray());
        }
        return stream;
    }

    /** Offsets and lengths around the size, with payloads where they belong. */
    private static NbdBytes requests(byte[] input, boolean isExtended) {
        ByteBuffer fields = ByteBuffer.wrap(input);
        NbdBytes stream = new NbdBytes();
        while (fields.remaining() >= 8) {
            int command = fields.get() & 15;
            int flags = fields.get() & 63;
            long offset = (fields.getShort() & 0xffffL) * 17;
            long length = (fields.getShort() & 0xffffL) * (fields.get() & 31);
            int cookie = fields.get();
            if (isExtended) {
                stream.extended(command, flags, cookie, offset, length);
            } else {
                stream.request(command, flags, cookie, offset, length);
            }
            boolean hasPayload =
                    command == NbdLayout.CMD_WRITE
                            || (isExtended && (flags & NbdLayout.CMD_FLAG_PAYLOAD_LEN) != 0);
            if (hasPayload && cookie != 0) {
                stream.bytes(new byte[(int) length]);
            }
        }
        return stream;
    }
}
