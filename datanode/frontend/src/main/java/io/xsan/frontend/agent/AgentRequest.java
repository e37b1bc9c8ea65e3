package io.xsan.frontend.agent;

import io.xsan.base.Check;
import io.xsan.engine.VolumeIo;
import io.xsan.protocol.FrameKind;
import org.jspecify.annotations.Nullable;

/** A request of the kernel from its submission to its answer; used again for others. */
final class AgentRequest {
    /** Number of the slot, part of the request id. */
    final int slot;

    /** Order of submission. */
    long sequence;

    /** When it was submitted. */
    long submittedNanos;

    /** Id under which it was sent last; 0 while it waits to be sent. */
    long requestId;

    /** How often it was sent. */
    int sendings;

    /** Link of the lists of waiting and of free requests. */
    @Nullable AgentRequest next;

    private @Nullable VolumeIo io;

    AgentRequest(int slot) {
        this.slot = slot;
    }

    void begin(VolumeIo io, long sequence, long nowNanos) {
        this.io = io;
        this.sequence = sequence;
        submittedNanos = nowNanos;
        requestId = 0;
        sendings = 0;
    }

    VolumeIo io() {
        return Check.present(io, "a request in use has its I/O");
    }

    boolean isInUse() {
        return io != null;
    }

    boolean isSent() {
        return requestId != 0;
    }

    /** Ends the use and gives the I/O back. */
    VolumeIo end() {
        VolumeIo ended = io();
        io = null;
        requestId = 0;
        return ended;
    }

    /** The frame that asks for it. */
    FrameKind frameKind() {
        return switch (io().kind) {
            case READ -> FrameKind.VOLUME_READ;
            case WRITE -> FrameKind.VOLUME_WRITE;
            case FLUSH -> FrameKind.VOLUME_FLUSH;
            case TRIM -> FrameKind.VOLUME_TRIM;
            case ZERO -> FrameKind.VOLUME_ZERO;
        };
    }
}
