package io.xsan.meta.heartbeat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.xsan.base.ClusterId;
import io.xsan.base.NodeId;
import io.xsan.meta.command.Command;
import io.xsan.meta.decide.Decider;
import io.xsan.meta.heartbeat.HeartbeatReceiver.Verdict;
import io.xsan.meta.image.ClusterImage;
import io.xsan.meta.image.NodeRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
    private static final long INTERVAL = 500_000_000L;
    private static final ClusterId CLUSTER = new ClusterId(0x1111, 0x2222);
    private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes();
    private static final NodeId NODE = new NodeId(3);

    private final HeartbeatCodec codec = new HeartbeatCodec(CLUSTER, KEY);
    private final HeartbeatReceiver receiver = new HeartbeatReceiver(codec, INTERVAL);

    @BeforeEach
    void knowNodeThree() {
        receiver.onImage(image(7), 0);
    }

    @Test
    void reportArrivesWhole() {
        HeartbeatReport report = report(7, 1);
        assertEquals(Verdict.COUNTED, receiver.onDatagram(codec.encode(report), 10));
        assertEquals(report, receiver.report(NODE).orElseThrow());
        assertEquals(60, report.usedPercent());
    }

    @Test
    void datagramNeverChanges() {
        assertEquals(
                "5853484201010300111100000000000022220000000000000700000000000000"
                        + "080706050403020100000000fa00000000000000640000007280bfe0c6addb5b"
                        + "e11101830a6bb7d7",
                HexFormat.of().formatHex(codec.encode(report(7, 0x0102030405060708L))));
    }

    @Test
    void nodeIsSilentAfterFiveIntervalsAndNotAfterAHeartbeat() {
        assertFalse(receiver.isSilent(NODE, 5 * INTERVAL));
        assertTrue(receiver.isSilent(NODE, 5 * INTERVAL + 1));
        receiver.onDatagram(codec.encode(report(7, 1)), 5 * INTERVAL + 2);
        assertFalse(receiver.isSilent(NODE, 10 * INTERVAL));
        assertFalse(receiver.isSilent(new NodeId(99), 1000 * INTERVAL));
    }

    @Test
    void doubledAndOvertakenHeartbeatsProveNoLife() {
        receiver.onDatagram(codec.encode(report(7, 5)), 0);
        assertEquals(Verdict.OLD, receiver.onDatagram(codec.encode(report(7, 5)), 6 * INTERVAL));
        assertEquals(Verdict.OLD, receiver.onDatagram(codec.encode(report(7, 4)), 6 * INTERVAL));
        assertTrue(receiver.isSilent(NODE, 6 * INTERVAL));
    }

    @Test
    void heartbeatOfAnotherLifeOrAnUnknownNodeDoesNotCount() {
        assertEquals(Verdict.UNKNOWN_NODE, receiver.onDatagram(codec.encode(report(6, 1)), 1));
        receiver.onImage(image(8), 2);
        assertEquals(Verdict.UNKNOWN_NODE, receiver.onDatagram(codec.encode(report(7, 9)), 3));
        assertEquals(Verdict.COUNTED, receiver.onDatagram(codec.encode(report(8, 1)), 4));
    }

    @Test
    void forgedHeartbeatsAreRejected() {
        byte[] good = codec.encode(report(7, 1));
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] changed = good.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            Verdict verdict = receiver.onDatagram(changed, 1);
            assertTrue(verdict == Verdict.FORGED || verdict == Verdict.FOREIGN, "bit " + bit);
        }
        byte[] otherKey = KEY.clone();
        otherKey[0]++;
        byte[] forged = new HeartbeatCodec(CLUSTER, otherKey).encode(report(7, 1));
        assertEquals(Verdict.FORGED, receiver.onDatagram(forged, 1));
        byte[] foreign = new HeartbeatCodec(new ClusterId(1, 1), KEY).encode(report(7, 1));
        assertEquals(Verdict.FOREIGN, receiver.onDatagram(foreign, 1));
        assertTrue(receiver.report(NODE).isEmpty());
        // All bits but those of magic, version and cluster, and the one with another key.
        assertEquals(576 - 168 + 1, receiver.count(Verdict.FORGED));
    }

    @Test
    void lossDoublingAndDisorderChangeNothingButTheTimeOfSilence() {
        for (long seed = 1; seed <= 50; seed++) {
            HeartbeatReceiver one = new HeartbeatReceiver(codec, INTERVAL);
            one.onImage(image(7), 0);
            Random random = new Random(seed);
            List<Long> sequences = new ArrayList<>();
            for (long sequence = 1; sequence <= 100; sequence++) {
                for (int copy = random.nextInt(3); copy > 0; copy--) {
                    sequences.add(sequence);
                }
            }
            Collections.shuffle(sequences, random);
            long newest = 0;
            for (long sequence : sequences) {
                Verdict verdict = one.onDatagram(codec.encode(report(7, sequence)), sequence);
                assertEquals(sequence > newest, verdict == Verdict.COUNTED, "seed " + seed);
                newest = Math.max(newest, sequence);
            }
            assertEquals(newest, one.report(NODE).orElseThrow().sequence(), "seed " + seed);
        }
    }

    private static HeartbeatReport report(long incarnation, long sequence) {
        return new HeartbeatReport(
                NODE, incarnation, sequence, DiskHealth.DEGRADED, 1000L << 30, 400L << 30);
    }

    private static ClusterImage image(long incarnation) {
        ClusterImage formed =
                Decider.decide(ClusterImage.UNFORMED, 1, new Command.FormCluster(CLUSTER, 1))
                        .image();
        NodeRecord node = new NodeRecord(NODE, incarnation, 5, "h", 7480, "d", 1000L << 30, 1);
        return Decider.decide(formed, 2, new Command.RegisterNode(node)).image();
    }
}
