package io.xsan.sim.run;

import io.xsan.base.ErrorCode;
import io.xsan.base.Pages;
import io.xsan.base.VolumeId;
import io.xsan.base.memory.PageBuffer;
import io.xsan.engine.Shard;
import io.xsan.engine.ShardStatus;
import io.xsan.engine.VolumeIo;
import io.xsan.engine.VolumeSession;
import io.xsan.meta.image.ClusterImage;
import io.xsan.protocol.FrameHeader;
import io.xsan.sim.cluster.ShardFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A shard whose volumes are bytes in memory that never fail, shared by all nodes of a run: shows
 * that the simulator accepts what is right, and what it says to each kind of mistake.
 */
final class PlainShard implements Shard {
    /** What it does wrong, with every {@link #EVERY}th I/O. */
    enum Mistake {
        NONE,
        FORGETS_A_WRITE,
        FORGETS_A_TRIM,
        CHANGES_A_BYTE,
        READS_ANOTHER_PLACE,
        MIXES_VOLUMES,
        WRITES_AFTER_THE_SESSION,
        NEVER_ANSWERS,
        ANSWERS_TWICE,
        ANSWERS_WITH_AN_ERROR,
        KEEPS_A_BUFFER
    }

    private static final int EVERY = 97;
    private static final long GHOST_NANOS = 1_000_000_000;

    /** The bytes of all volumes of a run. */
    static final class Bytes {
        final Map<Long, byte[]> sectors = new HashMap<>();
        final Map<Long, Attached> attached = new HashMap<>();
        int ios;
    }

    /** Who serves an attachment now. */
    private record Attached(PlainShard shard, Session session) {}

    private final ShardFactory.Seams seams;
    private final Bytes bytes;
    private final Mistake mistake;
    private @Nullable ClusterImage image;

    PlainShard(ShardFactory.Seams seams, Bytes bytes, Mistake mistake) {
        this.seams = seams;
        this.bytes = bytes;
        this.mistake = mistake;
    }

    @Override
    public void onImage(ClusterImage newer) {
        if (image == null || newer.index() > image.index()) {
            image = newer;
        }
    }

    @Override
    public void connect(
            long volumeId, long attachmentId, long sessionId, VolumeSession.Listener listener) {
        ClusterImage now = Objects.requireNonNull(image);
        boolean isOwner =
                now.volume(new VolumeId(volumeId))
                        .filter(volume -> volume.owner().value() == seams.node())
                        .isPresent();
        if (!isOwner) {
            listener.onDropped(ErrorCode.NOT_OWNER);
            return;
        }
        Session session = new Session(volumeId, listener);
        Attached old = bytes.attached.put(attachmentId, new Attached(this, session));
        if (old != null) {
            old.session().isOver = true;
        }
        listener.onReady(session);
    }

    private final class Session implements VolumeSession {
        private final long volume;
        private boolean isOver;

        Session(long volume, Listener listener) {
            this.volume = volume;
            Objects.requireNonNull(listener);
        }

        @Override
        public long sizeBytes() {
            return Long.MAX_VALUE;
        }

        @Override
        public int sectorBytes() {
            return 512;
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public void submit(VolumeIo io) {
            boolean isSlow = mistake == Mistake.WRITES_AFTER_THE_SESSION;
            seams.scheduler().after(isSlow ? GHOST_NANOS / 20 : 100_000, () -> end(io));
        }

        private boolean errs(Mistake kind) {
            return mistake == kind && ++bytes.ios % EVERY == 0;
        }

        private void end(VolumeIo io) {
            if (isOver && mistake == Mistake.WRITES_AFTER_THE_SESSION) {
                seams.scheduler().after(GHOST_NANOS, () -> endLate(io));
                return;
            }
            if (isOver) {
                io.onDone(ErrorCode.SESSION_DROPPED);
                return;
            }
            if (errs(Mistake.NEVER_ANSWERS)) {
                return;
            }
            if (errs(Mistake.KEEPS_A_BUFFER)) {
                seams.pool().take(Pages.PAGE_BYTES);
            }
            boolean isForgotten =
                    io.kind == VolumeIo.Kind.WRITE && errs(Mistake.FORGETS_A_WRITE)
                            || io.kind == VolumeIo.Kind.TRIM && mistake == Mistake.FORGETS_A_TRIM;
            for (int at = 0; at < io.lengthBytes && !isForgotten; at += 512) {
                sector(io, at);
            }
            if (io.kind == VolumeIo.Kind.READ && errs(Mistake.CHANGES_A_BYTE)) {
                ByteBuffer memory = Objects.requireNonNull(io.buffer).bytes();
                int last = io.bufferOffsetBytes + io.lengthBytes - 1;
                memory.put(last, (byte) (memory.get(last) + 1));
            }
            boolean isError = errs(Mistake.ANSWERS_WITH_AN_ERROR);
            ErrorCode status = isError ? ErrorCode.READ_FAILED : ErrorCode.OK;
            io.onDone(status);
            if (errs(Mistake.ANSWERS_TWICE)) {
                io.onDone(status);
            }
        }

        private void endLate(VolumeIo io) {
            for (int at = 0; at < io.lengthBytes; at += 512) {
                sector(io, at);
            }
            io.onDone(ErrorCode.SESSION_DROPPED);
        }

        private void sector(VolumeIo io, int at) {
            boolean isAnotherPlace =
                    io.kind == VolumeIo.Kind.READ && errs(Mistake.READS_ANOTHER_PLACE);
            long place =
                    (io.offsetBytes + at) / 512 + (isAnotherPlace ? Pages.PAGE_BYTES / 512 : 0);
            long key = mistake == Mistake.MIXES_VOLUMES ? place : volume ^ place;
            PageBuffer buffer = io.buffer;
            if (buffer == null) {
                bytes.sectors.remove(key);
                return;
            }
            ByteBuffer memory = buffer.bytes();
            if (io.kind == VolumeIo.Kind.READ) {
                memory.put(
                        io.bufferOffsetBytes + at, bytes.sectors.getOrDefault(key, new byte[512]));
            } else {
                byte[] sector = new byte[512];
                memory.get(io.bufferOffsetBytes + at, sector);
                bytes.sectors.put(key, sector);
            }
        }

        @Override
        public void map(long offsetBytes, long lengthBytes, MapSink sink) {}

        @Override
        public void close() {}
    }

    @Override
    public ErrorCode scrub(long volumeId) {
        return ErrorCode.NOT_OWNER;
    }

    @Override
    public ShardStatus status() {
        return new ShardStatus(
                seams.store().status(), seams.store().devices(), List.of(), new ArrayList<>());
    }

    @Override
    public void onFrame(int fromNode, FrameHeader header, @Nullable PageBuffer body) {}

    @Override
    public void onLinkUp(int node, long incarnation) {}

    @Override
    public void onLinkDown(int node) {}

    @Override
    public void onLease(long untilNanos) {}

    @Override
    public void onTick(long nowNanos) {}

    @Override
    public void endTurn(long nowNanos) {}

    @Override
    public void close(Runnable done) {
        done.run();
    }
}
