package io.xsan.engine.volume;

import io.xsan.base.ErrorCode;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;

/** One session, or one of the connections that form it (rule 10). */
final class Session implements VolumeSession {
    final HostSide host;
    final long attachmentId;
    final long sessionId;
    final boolean isReadOnly;
    final Listener listener;

    /** I/Os of it in the engine. */
    int underWay;

    boolean isReady;
    boolean isEnding;
    ErrorCode endReason = ErrorCode.OK;

    Session(
            HostSide host,
            long attachmentId,
            long sessionId,
            boolean isReadOnly,
            Listener listener) {
        this.host = host;
        this.attachmentId = attachmentId;
        this.sessionId = sessionId;
        this.isReadOnly = isReadOnly;
        this.listener = listener;
    }

    @Override
    public long sizeBytes() {
        return host.record().sizeBytes();
    }

    @Override
    public int sectorBytes() {
        return host.record().sectorBytes();
    }

    @Override
    public boolean isReadOnly() {
        return isReadOnly;
    }

    @Override
    public void submit(VolumeIo io) {
        if (isEnding) {
            io.onDone(ErrorCode.SESSION_DROPPED);
        } else {
            host.submit(this, io);
        }
    }

    @Override
    public void map(long offsetBytes, long lengthBytes, MapSink sink) {
        host.map(this, offsetBytes, lengthBytes, sink);
    }

    @Override
    public void close() {
        host.drop(this, ErrorCode.OK);
    }
}
