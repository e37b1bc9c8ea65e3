package io.xsan.frontend.nbd;

import static io.xsan.frontend.nbd.NbdLayout.CMD_BLOCK_STATUS;
import static io.xsan.frontend.nbd.NbdLayout.CMD_CACHE;
import static io.xsan.frontend.nbd.NbdLayout.CMD_DISC;
import static io.xsan.frontend.nbd.NbdLayout.CMD_FLUSH;
import static io.xsan.frontend.nbd.NbdLayout.CMD_READ;
import static io.xsan.frontend.nbd.NbdLayout.CMD_TRIM;
import static io.xsan.frontend.nbd.NbdLayout.CMD_WRITE;
import static io.xsan.frontend.nbd.NbdLayout.CMD_WRITE_ZEROES;
import static org.assertj.core.api.Assertions.assertThat;

import io.xsan.base.ErrorCode;
import io.xsan.engine.VolumeIo.Kind;
import io.xsan.frontend.FakeVolume;
import io.xsan.frontend.FakeVolume.Seen;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each command does and answers, in each form of replies. */
class NbdTransmissionTest {
    private static final long COOKIE = 0x1020304050607080L;

    private final NbdHarness nbd = NbdHarness.plain();

    @AfterEach
    void everyBufferIsBack() {
        nbd.end();
    }

    private static byte[] random(int bytes) {
        byte[] data = new byte[bytes];
        new Random(bytes).nextBytes(data);
        return data;
    }

    private NbdClient client(String mode) {
        return new NbdClient(nbd, mode);
    }

    private void expectEnd(NbdClient client, int command, int error) {
        client.expectEnd(command, COOKIE, 0, error);
        nbd.expectNothing();
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "structured", "extended"})
    void whatWasWrittenIsReadBack(String mode) {
        NbdClient client = client(mode);
        for (int[] range : new int[][] {{0, 4096}, {8192, 65536}, {513, 1}, {4000, 9000}}) {
            byte[] data = random(range[1]);
            client.write(COOKIE, range[0], data);
            client.expectEnd(CMD_WRITE, COOKIE, range[0], 0);
            client.send(CMD_READ, 0, COOKIE, range[0], range[1]);
            assertThat(client.expectData(COOKIE, range[0], range[0], range[1], true))
                    .isEqualTo(data);
            nbd.expectNothing();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "structured", "extended"})
    void largestRequestsGoInPartsOfABuffer(String mode) {
        FakeVolume volume = new FakeVolume((32 << 20) + 8192);
        nbd.volumes.put("vol", volume);
        NbdClient client = client(mode);
        byte[] data = random(32 << 20);
        client.write(COOKIE, 4097, data);
        client.expectEnd(CMD_WRITE, COOKIE, 4097, 0);
        client.send(CMD_READ, 0, COOKIE, 4097, data.length);
        int at = 0;
        while (at < data.length) {
            int length = Math.min(data.length - at, (4 << 20) - (4097 + at) % 4096);
            boolean isLast = at + length == data.length;
            byte[] piece = client.expectData(COOKIE, 4097, 4097L + at, length, isLast);
            assertThat(Arrays.mismatch(piece, Arrays.copyOfRange(data, at, at + length)))
                    .isEqualTo(-1);
            at += length;
        }
        nbd.expectNothing();
        assertThat(volume.seen).hasSize(18);
        assertThat(volume.seen.get(1).offsetBytes() % 4096).isZero();
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void errorsOfTheEngineBecomeThoseOfNbd(ErrorCode code) {
        NbdClient client = client("structured");
        nbd.volume().nextStatus = code;
        client.send(CMD_FLUSH, 0, COOKIE, 0, 0);
        expectEnd(client, CMD_FLUSH, NbdErrors.of(code));
        if (code != ErrorCode.OK) {
            client.send(CMD_READ, 0, COOKIE, 0, 4096);
            expectEnd(client, CMD_READ, NbdErrors.of(code));
            client.write(COOKIE, 0, new byte[512]);
            expectEnd(client, CMD_WRITE, NbdErrors.of(code));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "structured", "extended"})
    void rangesBeyondTheEndAreRefused(String mode) {
        NbdClient client = client(mode);
        long end = nbd.volume().sizeBytes;
        client.send(CMD_READ, 0, COOKIE, end, 1);
        client.expectEnd(CMD_READ, COOKIE, end, NbdErrors.EINVAL);
        client.write(COOKIE, end - 1, new byte[2]);
        client.expectEnd(CMD_WRITE, COOKIE, end - 1, NbdErrors.ENOSPC);
        client.send(CMD_TRIM, 0, COOKIE, end - 4096, 8192);
        client.expectEnd(CMD_TRIM, COOKIE, end - 4096, NbdErrors.EINVAL);
        client.send(CMD_WRITE_ZEROES, 0, COOKIE, end, 4096);
        client.expectEnd(CMD_WRITE_ZEROES, COOKIE, end, NbdErrors.ENOSPC);
        client.send(CMD_CACHE, 0, COOKIE, end, 4096);
        client.expectEnd(CMD_CACHE, COOKIE, end, NbdErrors.EINVAL);
        client.send(CMD_READ, 0, COOKIE, -1, 4096);
        client.expectEnd(CMD_READ, COOKIE, -1, NbdErrors.EINVAL);
        client.send(CMD_TRIM, 0, COOKIE, Long.MAX_VALUE, 4096);
        client.expectEnd(CMD_TRIM, COOKIE, Long.MAX_VALUE, NbdErrors.EINVAL);
        assertThat(nbd.volume().seen).isEmpty();
        nbd.expectNothing();
    }

    @Test
    void lengthsBeyondALongAreRefused() {
        NbdClient client = client("extended");
        client.send(CMD_TRIM, 0, COOKIE, 0, -1);
        expectEnd(client, CMD_TRIM, NbdErrors.EINVAL);
        client.send(CMD_READ, 0, COOKIE, 0, 1L << 40);
        expectEnd(client, CMD_READ, NbdErrors.EINVAL);
        client.send(CMD_READ, NbdLayout.CMD_FLAG_PAYLOAD_LEN, COOKIE, 0, -1);
        nbd.expectNothing();
        assertThat(nbd.isClosed).isTrue();
    }

    @Test
    void grownVolumeTakesTheNewRangeOnTheLiveConnection() {
        NbdClient client = client("simple");
        FakeVolume volume = nbd.volume();
        volume.content = Arrays.copyOf(volume.content, 2 << 20);
        volume.sizeBytes = 2 << 20;
        nbd.listeners.getFirst().onResized(2 << 20);
        client.write(COOKIE, 1 << 20, new byte[4096]);
        expectEnd(client, CMD_WRITE, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "structured", "extended"})
    void changesOfAReadOnlyVolumeAreRefused(String mode) {
        NbdClient client = client(mode);
        nbd.volume().isReadOnly = true;
        client.write(COOKIE, 0, new byte[5000]);
        expectEnd(client, CMD_WRITE, NbdErrors.EPERM);
        client.send(CMD_TRIM, 0, COOKIE, 0, 4096);
        expectEnd(client, CMD_TRIM, NbdErrors.EPERM);
        client.send(CMD_WRITE_ZEROES, 0, COOKIE, 0, 4096);
        expectEnd(client, CMD_WRITE_ZEROES, NbdErrors.EPERM);
        client.send(CMD_FLUSH, 0, COOKIE, 0, 0);
        expectEnd(client, CMD_FLUSH, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "structured", "extended"})
    void unknownCommandsAndFlagsAreInvalid(String mode) {
        NbdClient client = client(mode);
        client.send(8, 0, COOKIE, 0, 4096);
        expectEnd(client, 8, NbdErrors.EINVAL);
        client.send(0x1234, 0, COOKIE, 0, 4096);
        expectEnd(client, 0x1234, NbdErrors.EINVAL);
        client.send(CMD_READ, NbdLayout.CMD_FLAG_NO_HOLE, COOKIE, 0, 4096);
        expectEnd(client, CMD_READ, NbdErrors.EINVAL);
        client.send(CMD_TRIM, 0x8000, COOKIE, 0, 4096);
        expectEnd(client, CMD_TRIM, NbdErrors.EINVAL);
        assertThat(nbd.volume().seen).isEmpty();
    }

    @Test
    void flagOfStructuredRepliesIsInvalidWithoutThem() {
        NbdClient client = client("simple");
        client.send(CMD_READ, NbdLayout.CMD_FLAG_DF, COOKIE, 0, 4096);
        expectEnd(client, CMD_READ, NbdErrors.EINVAL);
    }

    @Test
    void payloadOfAnInvalidWriteIsSkipped() {
        NbdClient client = client("simple");
        nbd.send(
                client.request(CMD_WRITE, NbdLayout.CMD_FLAG_DF, COOKIE, 0, 7000)
                        .bytes(random(7000))
                        .bytes(client.request(CMD_FLUSH, 0, 9, 0, 0).toArray()));
        client.expectEnd(CMD_WRITE, COOKIE, 0, NbdErrors.EINVAL);
        client.expectEnd(CMD_FLUSH, 9, 0, 0);
    }

    @Test
    void payloadWhereNoneBelongsIsSkipped() {
        NbdClient client = client("extended");
        int flag = NbdLayout.CMD_FLAG_PAYLOAD_LEN;
        nbd.send(client.request(CMD_READ, flag, COOKIE, 0, 9000).bytes(random(9000)));
        expectEnd(client, CMD_READ, NbdErrors.EINVAL);
        nbd.send(client.request(CMD_BLOCK_STATUS, flag, COOKIE, 0, 20).bytes(random(20)));
        expectEnd(client, CMD_BLOCK_STATUS, NbdErrors.EINVAL);
        client.send(CMD_FLUSH, 0, COOKIE, 0, 0);
        expectEnd(client, CMD_FLUSH, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "structured", "extended"})
    void writeAboveTheLargestEndsTheConnection(String mode) {
        NbdClient client = client(mode);
        client.send(CMD_WRITE, 0, COOKIE, 0, (32 << 20) + 1);
        nbd.expectNothing();
        assertThat(nbd.isClosed).isTrue();
    }

    @Test
    void readAboveTheLargestIsInvalid() {
        nbd.volumes.put("vol", new FakeVolume(34 << 20));
        NbdClient client = client("structured");
        client.send(CMD_READ, 0, COOKIE, 0, (32 << 20) + 1);
        expectEnd(client, CMD_READ, NbdErrors.EINVAL);
    }

    @Test
    void readThatMustNotBeSplitComesInOneChunkOrOverflows() {
        nbd.volumes.put("vol", new FakeVolume(6 << 20));
        NbdClient client = client("structured");
        client.send(CMD_READ, NbdLayout.CMD_FLAG_DF, COOKIE, 0, 4 << 20);
        client.expectData(COOKIE, 0, 0, 4 << 20, true);
        nbd.expectNothing();
        client.send(CMD_READ, NbdLayout.CMD_FLAG_DF, COOKIE, 1, 4 << 20);
        client.expectEnd(CMD_READ, COOKIE, 1, NbdErrors.EOVERFLOW);
        client.send(CMD_READ, 0, COOKIE, 1, 4 << 20);
        client.expectData(COOKIE, 1, 1, (4 << 20) - 1, false);
        client.expectData(COOKIE, 1, 4 << 20, 1, true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "structured", "extended"})
    void emptyRangesSucceedAndDoNothing(String mode) {
        NbdClient client = client(mode);
        for (int command : new int[] {CMD_READ, CMD_WRITE, CMD_TRIM, CMD_WRITE_ZEROES}) {
            client.send(command, 0, COOKIE, 0, 0);
            expectEnd(client, command, 0);
        }
        assertThat(nbd.volume().seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "structured", "extended"})
    void changesWithoutDataReachTheEngine(String mode) {
        NbdClient client = client(mode);
        Arrays.fill(nbd.volume().content, (byte) 1);
        client.send(CMD_TRIM, NbdLayout.CMD_FLAG_FUA, COOKIE, 0, 8192);
        expectEnd(client, CMD_TRIM, 0);
        client.send(CMD_WRITE_ZEROES, NbdLayout.CMD_FLAG_NO_HOLE, COOKIE, 8192, 4096);
        client.expectEnd(CMD_WRITE_ZEROES, COOKIE, 8192, 0);
        client.send(CMD_WRITE_ZEROES, NbdLayout.CMD_FLAG_FAST_ZERO, COOKIE, 12288, 4097);
        client.expectEnd(CMD_WRITE_ZEROES, COOKIE, 12288, 0);
        client.send(CMD_FLUSH, 0, COOKIE, 0, 0);
        expectEnd(client, CMD_FLUSH, 0);
        assertThat(nbd.volume().seen)
                .containsExactly(
                        new Seen(Kind.TRIM, 0, 8192, true),
                        new Seen(Kind.ZERO, 8192, 4096, false),
                        new Seen(Kind.ZERO, 12288, 4097, true),
                        new Seen(Kind.FLUSH, 0, 0, true));
        assertThat(nbd.volume().content[16384]).isZero();
        assertThat(nbd.volume().content[16385]).isEqualTo((byte) 1);
    }

    @Test
    void zeroingThatWouldNotBeFastIsRefused() {
        NbdClient client = client("simple");
        int flags = NbdLayout.CMD_FLAG_FAST_ZERO;
        client.send(CMD_WRITE_ZEROES, flags, COOKIE, 0, 4095);
        expectEnd(client, CMD_WRITE_ZEROES, NbdErrors.ENOTSUP);
        client.send(CMD_WRITE_ZEROES, flags, COOKIE, 2048, 4096);
        expectEnd(client, CMD_WRITE_ZEROES, NbdErrors.ENOTSUP);
        assertThat(nbd.volume().seen).isEmpty();
    }

    @Test
    void longRangesGoInParts() {
        nbd.volume().sizeBytes = 5L << 30;
        NbdClient client = client("extended");
        client.send(CMD_TRIM, 0, COOKIE, 0, 5L << 30);
        expectEnd(client, CMD_TRIM, 0);
        assertThat(nbd.volume().seen).hasSize(5);
        assertThat(nbd.volume().seen.getLast())
                .isEqualTo(new Seen(Kind.TRIM, 4L << 30, 1 << 30, true));
    }

    @Test
    void failureInTheMiddleOfALongRangeStopsIt() {
        nbd.volume().sizeBytes = 5L << 30;
        nbd.volume().failFrom = 2;
        NbdClient client = client("extended");
        client.send(CMD_WRITE_ZEROES, 0, COOKIE, 0, 5L << 30);
        expectEnd(client, CMD_WRITE_ZEROES, NbdErrors.EIO);
        assertThat(nbd.volume().seen).hasSize(2);
    }

    @Test
    void cacheIsAnsweredWithoutIo() {
        NbdClient client = client("simple");
        client.send(CMD_CACHE, 0, COOKIE, 0, 65536);
        expectEnd(client, CMD_CACHE, 0);
        assertThat(nbd.volume().seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"structured", "extended"})
    void blockStatusTellsDataFromHoles(String mode) {
        NbdClient client = client(mode);
        client.send(CMD_BLOCK_STATUS, 0, COOKIE, 4096, 20000);
        assertThat(client.expectMap(COOKIE, 4096)).containsExactly(4096, -8192, 7712);
        nbd.expectNothing();
        client.send(CMD_BLOCK_STATUS, NbdLayout.CMD_FLAG_REQ_ONE, COOKIE, 8192, 20000);
        assertThat(client.expectMap(COOKIE, 8192)).containsExactly(-8192);
    }

    @Test
    void blockStatusOfALongRangeCoversItsBeginning() {
        nbd.volume().sizeBytes = 5L << 30;
        NbdClient client = client("extended");
        client.send(CMD_BLOCK_STATUS, 0, COOKIE, 0, 5L << 30);
        assertThat(client.expectMap(COOKIE, 0)).hasSize(NbdStatusMap.RUNS_MAX);
        nbd.expectNothing();
    }

    @Test
    void blockStatusThatFailsIsAnError() {
        NbdClient client = client("structured");
        nbd.volume().mapStatus = ErrorCode.SESSION_DROPPED;
        client.send(CMD_BLOCK_STATUS, 0, COOKIE, 0, 8192);
        expectEnd(client, CMD_BLOCK_STATUS, NbdErrors.ESHUTDOWN);
        nbd.volume().mapStatus = ErrorCode.OK;
        client.send(CMD_BLOCK_STATUS, 0, COOKIE, 0, 0);
        expectEnd(client, CMD_BLOCK_STATUS, NbdErrors.EINVAL);
    }

    @Test
    void blockStatusNeedsAContext() {
        NbdClient client = client("simple");
        client.send(CMD_BLOCK_STATUS, 0, COOKIE, 0, 8192);
        expectEnd(client, CMD_BLOCK_STATUS, NbdErrors.EINVAL);
    }

    @Test
    void structuredReadThatFailsInTheMiddleTellsItAfterItsData() {
        nbd.volumes.put("vol", new FakeVolume(9 << 20));
        nbd.volume().failFrom = 2;
        NbdClient client = client("structured");
        client.send(CMD_READ, 0, COOKIE, 0, 8 << 20);
        client.expectData(COOKIE, 0, 0, 4 << 20, false);
        expectEnd(client, CMD_READ, NbdErrors.EIO);
    }

    @Test
    void simpleReadThatFailsAfterItsHeaderBreaksTheConnection() {
        nbd.volumes.put("vol", new FakeVolume(9 << 20));
        nbd.volume().failFrom = 2;
        NbdClient client = client("simple");
        client.send(CMD_READ, 0, COOKIE, 0, 8 << 20);
        client.expectData(COOKIE, 0, 0, 4 << 20, false);
        nbd.expectNothing();
        assertThat(nbd.isAborted).isTrue();
    }

    @Test
    void wrongMagicEndsTheConnection() {
        NbdClient client = client("simple");
        nbd.send(new NbdBytes().extended(CMD_FLUSH, 0, COOKIE, 0, 0));
        nbd.expectNothing();
        assertThat(nbd.isClosed).isTrue();
        client.send(CMD_FLUSH, 0, COOKIE, 0, 0);
        nbd.expectNothing();
    }

    @Test
    void disconnectWaitsForWhatIsInTheEngine() {
        NbdClient client = client("simple");
        nbd.volume().isHolding = true;
        client.write(COOKIE, 0, random(4096));
        client.send(CMD_DISC, 0, 2, 0, 0);
        assertThat(nbd.isClosed).isFalse();
        nbd.volume().release();
        expectEnd(client, CMD_WRITE, 0);
        assertThat(nbd.isClosed).isTrue();
    }
}
