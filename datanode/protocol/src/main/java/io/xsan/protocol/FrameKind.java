package io.xsan.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What a frame asks or answers. Requests are even, their answers the odd number after. Every
 * request is answered by its answer kind, whose status tells success or failure.
 *
 * <p>Component frames (1x-3x) go from the engine of a volume to a component of it; volume frames
 * (4x-5x) from an agent to the owner; link frames belong to the connection.
 */
public enum FrameKind {
    /**
     * First frame of a connection: cluster, node, incarnation, role, protocol versions, credits.
     */
    LINK_HELLO(2, Body.NONE),
    /** Answer to LINK_HELLO. */
    LINK_WELCOME(3, Body.NONE),
    /** Gives the sender of requests more credits. Never answered. */
    LINK_CREDIT(4, Body.NONE),
    /** Asks whether the peer lives. */
    LINK_PING(6, Body.NONE),
    /** Answer to LINK_PING. */
    LINK_PONG(7, Body.NONE),

    /** Fences: the component persists the epoch and drops or finishes what was let in before. */
    OPEN(16, Body.NONE),
    /** Answer: version = highest version held, stable = highest stable told, aux = store id. */
    OPENED(17, Body.NONE),
    /** Persist pages as of a version. Also copies of a resync (flag COPY). */
    WRITE(18, Body.DATA),
    /** Answer: on disk. */
    WRITTEN(19, Body.NONE),
    /** Deallocate a range as of a version: reads as zeros after. */
    TRIM(20, Body.NONE),
    /** Answer: on disk. */
    TRIMMED(21, Body.NONE),
    /** Zero a range as of a version, keeping its space reserved. */
    ZERO(22, Body.NONE),
    /** Answer: on disk. */
    ZEROED(23, Body.NONE),
    /** Read pages under the check of the epoch. */
    READ(24, Body.NONE),
    /** Answer: the pages. */
    READ_DATA(25, Body.DATA),
    /** Does the component still hold the epoch of the asker (rule 5)? */
    CONFIRM(26, Body.NONE),
    /** Answer: status OK or EPOCH_FENCED. */
    CONFIRMED(27, Body.NONE),
    /** List extents with a version newer than aux, from block on; see ExtentListLayout. */
    EXTENTS(28, Body.NONE),
    /** Answer: body is an extent list; aux = next block to ask from, or -1 at the end. */
    EXTENT_LIST(29, Body.BYTES),
    /** Tells a component the stable version without a write (idle volumes). */
    STABLE(30, Body.NONE),
    /** Answer. */
    STABLE_NOTED(31, Body.NONE),
    /** No component can read a range: it reads as bad as of a version. */
    LOSE(32, Body.NONE),
    /** Answer: on disk. */
    LOST(33, Body.NONE),

    /** Opens a session of an attachment: volume, attachment, session. */
    VOLUME_HELLO(64, Body.NONE),
    /** Answer: aux = size in bytes, length = sector bytes. */
    VOLUME_READY(65, Body.NONE),
    /** Read bytes of the volume: offset in block field (bytes), length. */
    VOLUME_READ(66, Body.NONE),
    /** Answer with the bytes. */
    VOLUME_READ_DATA(67, Body.DATA),
    /** Write bytes of the volume. */
    VOLUME_WRITE(68, Body.DATA),
    /** Answer: durable. */
    VOLUME_WRITTEN(69, Body.NONE),
    /** Everything answered before is durable after. */
    VOLUME_FLUSH(70, Body.NONE),
    /** Answer. */
    VOLUME_FLUSHED(71, Body.NONE),
    /** Deallocate. */
    VOLUME_TRIM(72, Body.NONE),
    /** Answer. */
    VOLUME_TRIMMED(73, Body.NONE),
    /** Write zeros. */
    VOLUME_ZERO(74, Body.NONE),
    /** Answer. */
    VOLUME_ZEROED(75, Body.NONE),
    /** The owner tells of a new size (aux). Never answered. */
    VOLUME_RESIZED(76, Body.NONE),
    /** The owner tells that the session is over (status). Never answered. */
    VOLUME_DROPPED(78, Body.NONE);

    /** What follows the header. */
    public enum Body {
        /** Nothing. */
        NONE,
        /** Bytes under the header's payload checksum. */
        BYTES,
        /** Page checksums (under the payload checksum), then the pages they cover. */
        DATA
    }

    private static final @Nullable FrameKind[] BY_NUMBER = index();

    private final int number;
    private final Body body;

    FrameKind(int number, Body body) {
        this.number = number;
        this.body = body;
    }

    /** Number on the wire. */
    public int number() {
        return number;
    }

    /** What follows the header. An answer whose status is not OK has no body. */
    public Body body() {
        return body;
    }

    /** True for a request and for one-way frames. */
    public boolean isRequest() {
        return (number & 1) == 0;
    }

    /** The answer to this request. */
    public FrameKind answer() {
        FrameKind answer = of(number + 1);
        if (!isRequest() || answer == null) {
            throw new IllegalStateException(this + " has no answer");
        }
        return answer;
    }

    /** The kind of a number on the wire, or null for an unknown one. */
    public static @Nullable FrameKind of(int number) {
        return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
    }

    private static @Nullable FrameKind[] index() {
        @Nullable FrameKind[] all = new FrameKind[80];
        for (FrameKind kind : values()) {
            all[kind.number] = kind;
        }
        return all;
    }
}
