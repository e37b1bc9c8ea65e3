package io.xsan.meta.heartbeat;

import io.xsan.base.Check;
import io.xsan.base.ClusterId;
import io.xsan.base.InvariantViolation;
import io.xsan.base.NodeId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Heartbeats of one cluster as datagrams, sealed with the cluster's key. One thread. */
public final class HeartbeatCodec {
    /** Bytes of a datagram. */
    public static final int FRAME_BYTES = HeartbeatLayout.FRAME_BYTES;

    /** Fewest bytes of a key. */
    public static final int KEY_BYTES_MIN = 16;

    private static final String ALGORITHM = "HmacSHA256";

    private final ClusterId cluster;
    private final Mac mac;

    /** What a datagram turned out to be. */
    public sealed interface Received {
        /** A heartbeat of this cluster. */
        record Heartbeat(HeartbeatReport report) implements Received {}

        /** Anything else. */
        record Rejected(Fault fault) implements Received {}
    }

    /** Why a datagram is rejected. */
    public enum Fault {
        /** Not a heartbeat, or of an unknown version. */
        FOREIGN,
        /** Of another cluster. */
        WRONG_CLUSTER,
        /** Damaged, or sealed with another key. */
        FORGED,
        /** Sealed rightly, but with a field out of range. */
        OUT_OF_RANGE
    }

    /** A codec for {@code cluster} with a key of at least {@link #KEY_BYTES_MIN} bytes. */
    public HeartbeatCodec(ClusterId cluster, byte[] key) {
        Check.that(key.length >= KEY_BYTES_MIN, "key length", key.length);
        this.cluster = cluster;
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new InvariantViolation("every JDK has " + ALGORITHM + ": " + e.getMessage());
        }
    }

    /** The datagram of a report. */
    public byte[] encode(HeartbeatReport report) {
        byte[] frame = new byte[FRAME_BYTES];
        ByteBuffer out = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
        out.put(HeartbeatLayout.HEALTH_OFFSET, (byte) report.disks().ordinal());
        out.putShort(HeartbeatLayout.NODE_OFFSET, (short) report.node().value());
        out.putLong(HeartbeatLayout.INCARNATION_OFFSET, report.incarnation());
        out.putLong(HeartbeatLayout.SEQUENCE_OFFSET, report.sequence());
        out.putLong(HeartbeatLayout.USABLE_OFFSET, report.usableBytes());
        out.putLong(HeartbeatLayout.FREE_OFFSET, report.freeBytes());
        return sealed(frame);
    }

    /** What {@code datagram} is; takes any bytes. */
    public Received decode(byte[] datagram) {
        if (datagram.length != FRAME_BYTES) {
            return new Received.Rejected(Fault.FOREIGN);
        }
        ByteBuffer in = ByteBuffer.wrap(datagram).order(ByteOrder.LITTLE_ENDIAN);
        if (in.getInt(HeartbeatLayout.MAGIC_OFFSET) != HeartbeatLayout.MAGIC
                || in.get(HeartbeatLayout.VERSION_OFFSET) != HeartbeatLayout.VERSION) {
            return new Received.Rejected(Fault.FOREIGN);
        }
        if (in.getLong(HeartbeatLayout.CLUSTER_HIGH_OFFSET) != cluster.high()
                || in.getLong(HeartbeatLayout.CLUSTER_LOW_OFFSET) != cluster.low()) {
            return new Received.Rejected(Fault.WRONG_CLUSTER);
        }
        byte[] named = Arrays.copyOfRange(datagram, HeartbeatLayout.MAC_OFFSET, FRAME_BYTES);
        if (!MessageDigest.isEqual(named, seal(datagram))) {
            return new Received.Rejected(Fault.FORGED);
        }
        return fields(in);
    }

    private static Received fields(ByteBuffer in) {
        int health = in.get(HeartbeatLayout.HEALTH_OFFSET);
        int node = in.getShort(HeartbeatLayout.NODE_OFFSET) & 0xffff;
        long incarnation = in.getLong(HeartbeatLayout.INCARNATION_OFFSET);
        long sequence = in.getLong(HeartbeatLayout.SEQUENCE_OFFSET);
        long usableBytes = in.getLong(HeartbeatLayout.USABLE_OFFSET);
        long freeBytes = in.getLong(HeartbeatLayout.FREE_OFFSET);
        boolean isInRange =
                health >= 0
                        && health < DiskHealth.values().length
                        && node >= 1
                        && incarnation > 0
                        && sequence > 0
                        && usableBytes >= 0
                        && freeBytes >= 0;
        if (!isInRange) {
            return new Received.Rejected(Fault.OUT_OF_RANGE);
        }
        return new Received.Heartbeat(
                new HeartbeatReport(
                        new NodeId(node),
                        incarnation,
                        sequence,
                        DiskHealth.values()[health],
                        usableBytes,
                        freeBytes));
    }

    /** {@code frame} as this cluster's, with its fields as they are. */
    byte[] sealed(byte[] frame) {
        ByteBuffer out = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(HeartbeatLayout.MAGIC_OFFSET, HeartbeatLayout.MAGIC);
        out.put(HeartbeatLayout.VERSION_OFFSET, (byte) HeartbeatLayout.VERSION);
        out.putLong(HeartbeatLayout.CLUSTER_HIGH_OFFSET, cluster.high());
        out.putLong(HeartbeatLayout.CLUSTER_LOW_OFFSET, cluster.low());
        out.put(HeartbeatLayout.MAC_OFFSET, seal(frame));
        return frame;
    }

    private byte[] seal(byte[] frame) {
        mac.update(frame, 0, HeartbeatLayout.MAC_OFFSET);
        return Arrays.copyOf(mac.doFinal(), HeartbeatLayout.MAC_BYTES);
    }
}
