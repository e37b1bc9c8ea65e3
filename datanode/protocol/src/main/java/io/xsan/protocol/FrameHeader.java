package io.xsan.protocol;

import io.xsan.base.ErrorCode;

/**
 * The fields of a frame. A mutable struct that its owner reuses: engines and codecs keep one and
 * fill it for each frame, so the data path allocates none. Who receives one may read it until it
 * returns, not longer.
 *
 * <p>Every frame carries the whole identity (rule 12): a receiver refuses what names another.
 */
public final class FrameHeader {
    /** Answers a request of a write that is a copy of a resync or of an equalisation. */
    public static final int FLAG_COPY = 1;

    /** FUA of a volume write. */
    public static final int FLAG_FUA = 2;

    /** ZERO or VOLUME_ZERO may deallocate. */
    public static final int FLAG_MAY_TRIM = 4;

    /** VOLUME_READY: writes are refused. */
    public static final int FLAG_READ_ONLY = 8;

    /** In OPENED: acknowledged bytes may be missing here; resync as stale since 0. */
    public static final int FLAG_DAMAGED = 16;

    /** The write may use the space reserved for repair, resync and what was let in already. */
    public static final int FLAG_RESERVE = 32;

    /** In STABLE: what damage may have taken from the component has been written again. */
    public static final int FLAG_REPAIRED = 64;

    /** What the frame is. */
    public FrameKind kind = FrameKind.LINK_PING;

    /** Bits of FLAG_x. */
    public int flags;

    /** Outcome, in answers; OK in requests. */
    public ErrorCode status = ErrorCode.OK;

    /** Credits given back with this frame. */
    public int credits;

    /** Cluster id, upper half. */
    public long clusterHigh;

    /** Cluster id, lower half. */
    public long clusterLow;

    /** Volume, or 0. */
    public long volume;

    /** Node that is to receive the frame. */
    public int targetNode;

    /** Node that sent it; 0 for an agent. */
    public int sourceNode;

    /** Generation of the component; attachment id in volume frames. */
    public long generation;

    /** Incarnation of the target, 0 where not known yet; session id in volume frames. */
    public long incarnation;

    /** Epoch of the engine that asks, or the highest seen by the component that answers. */
    public int epoch;

    /** Layer (0 = the volume's writable head). */
    public int layer;

    /** Number given by the asker; the answer repeats it. */
    public long requestId;

    /** Version of the write. */
    public long version;

    /** The asker's stable version, or the highest that the component was told. */
    public long stable;

    /** Block index; byte offset in volume frames. */
    public long block;

    /** Start within the block, bytes. */
    public int offsetBytes;

    /** Length of the range, bytes. */
    public int lengthBytes;

    /** By kind: since, cursor, size, store id, credits. */
    public long aux;

    /** Bytes after the header; set by the codec. */
    public int bodyBytes;

    /** CRC-32C of the page checksums (data) or of the body (bytes); set by the codec. */
    public int payloadCrc;

    /** True if {@code flag} is set. */
    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** Sets every field to that of {@code other}. */
    public FrameHeader copyOf(FrameHeader other) {
        kind = other.kind;
        flags = other.flags;
        status = other.status;
        credits = other.credits;
        clusterHigh = other.clusterHigh;
        clusterLow = other.clusterLow;
        volume = other.volume;
        targetNode = other.targetNode;
        sourceNode = other.sourceNode;
        generation = other.generation;
        incarnation = other.incarnation;
        epoch = other.epoch;
        layer = other.layer;
        requestId = other.requestId;
        version = other.version;
        stable = other.stable;
        block = other.block;
        offsetBytes = other.offsetBytes;
        lengthBytes = other.lengthBytes;
        aux = other.aux;
        bodyBytes = other.bodyBytes;
        payloadCrc = other.payloadCrc;
        return this;
    }

    /**
     * Turns this request into its answer to the sender, with {@code status} and nothing attached.
     */
    public FrameHeader toAnswer(ErrorCode status) {
        kind = kind.answer();
        this.status = status;
        int source = sourceNode;
        sourceNode = targetNode;
        targetNode = source;
        credits = 0;
        bodyBytes = 0;
        payloadCrc = 0;
        return this;
    }
}
